// The service worker of the intake page, and of that page alone: it keeps the
// page's files on the device, so that the page opens without a network, and
// sends what is stored when the network is back, even where the page is closed.
// What the server says never comes from here.
/// <reference lib="webworker" />
import { openOutbox } from "./wire";

declare const self: ServiceWorkerGlobalScope;
declare const FILES: string[]; // the page's files, by the build; their names change with their content
declare const VERSION: string;

interface SyncEvent extends ExtendableEvent { tag: string }

const cacheName = `truce-intake-${VERSION}`;

self.addEventListener("install", e => {
  e.waitUntil(caches.open(cacheName).then(c => c.addAll(FILES.map(f => new Request(f, { cache: "no-cache" })))));
});

self.addEventListener("activate", e => {
  e.waitUntil((async () => {
    for (const name of await caches.keys()) if (name.startsWith("truce-intake-") && name !== cacheName) await caches.delete(name);
    await self.clients.claim();
  })());
});

self.addEventListener("fetch", e => {
  const url = new URL(e.request.url);
  if (e.request.method !== "GET" || url.origin !== self.location.origin) return;
  const page = e.request.mode === "navigate", ground = url.pathname.startsWith("/base/");
  if (!page && !ground && !FILES.includes(url.pathname)) return;
  e.respondWith((async () => {
    const cache = await caches.open(cacheName);
    const kept = await cache.match(page ? "/intake" : url.pathname);
    if (kept) return kept;
    const answer = await fetch(e.request);
    if (ground && answer.ok) await cache.put(url.pathname, answer.clone()); // what was looked at once is there again
    return answer;
  })());
});

self.addEventListener("sync", e => {
  if ((e as SyncEvent).tag !== "truce-intake") return;
  (e as SyncEvent).waitUntil((async () => {
    const box = await openOutbox();
    try {
      const blocked = await box.send();
      if (blocked?.why === "unreachable") throw blocked; // the browser tries again later
    } finally {
      box.close();
    }
  })());
});
