// The page's files are kept: a second visit asks nobody, and works without a network. A new build has a new name.
const KEPT = "resnet-analyzer-@VERSION@";
const FILES = ["@FILES@"];

addEventListener("install", (event) => event.waitUntil(
  caches.open(KEPT).then((cache) => cache.addAll(FILES)).then(() => skipWaiting())));

addEventListener("activate", (event) => event.waitUntil(
  caches.keys()
    .then((names) => Promise.all(names.filter((name) => name.startsWith("resnet-analyzer-") && name !== KEPT)
      .map((name) => caches.delete(name))))
    .then(() => clients.claim())));

addEventListener("fetch", (event) => {
  if (event.request.method !== "GET" || !event.request.url.startsWith(registration.scope)) return;
  event.respondWith(caches.open(KEPT)
    .then((cache) => cache.match(event.request, { ignoreSearch: true }))
    .then((found) => found || fetch(event.request)));
});
