// A page that is opened from disk may load no modules and run no workers: it says how to serve it.
if (location.protocol === "file:") {
  document.getElementById("from-file").hidden = false;
  document.getElementById("page").hidden = true;
} else import("./app.js");
