const data = document.getElementById("live");
if (data) new Live(JSON.parse(data.textContent), document.getElementById("panel"));
