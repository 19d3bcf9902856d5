/**
 * The service worker (W3C Service Workers): keeps the shell, so that the page opens without its
 * server. It never sees a message: what the engine sends does not pass through here.
 */

/** The files beside index.html, and a hash of all: filled in by the build. */
declare const __SHELL__: readonly string[];
declare const __SHELL_HASH__: string;

const scope = self as unknown as ServiceWorkerGlobalScope;
const PREFIX = 'polynya-shell-';
const NAME = `${PREFIX}${__SHELL_HASH__}`;
const INDEX = './';
/** How long a throttled line may hold up the page that is here already, in milliseconds. */
const PATIENCE = 3000;

scope.addEventListener('install', (event) => {
  event.waitUntil(
    (async () => {
      const cache = await caches.open(NAME);
      await cache.addAll([INDEX, ...__SHELL__]);
      await scope.skipWaiting();
    })(),
  );
});

scope.addEventListener('activate', (event) => {
  event.waitUntil(
    (async () => {
      const own = (await caches.keys()).filter((name) => name.startsWith(PREFIX));
      // The build before this one stays: a tab may still run it.
      const old = own.filter((name) => name !== NAME).slice(0, -1);
      await Promise.all(old.map((name) => caches.delete(name)));
      await scope.clients.claim();
    })(),
  );
});

scope.addEventListener('fetch', (event) => {
  const { request } = event;
  if (request.method !== 'GET' || new URL(request.url).origin !== scope.location.origin) return;
  if (request.mode === 'navigate') event.respondWith(newestPage(request));
  else event.respondWith(keptFile(request));
});

/** From the server, so that a new build is seen; from here if that takes too long or fails. */
async function newestPage(request: Request): Promise<Response> {
  const cache = await caches.open(NAME);
  const fromServer = fetch(request);
  const kept = await cache.match(INDEX);
  if (!kept) return fromServer;
  const inTime = new Promise<Response>((resolve) => setTimeout(() => resolve(kept), PATIENCE));
  return Promise.race([fromServer, inTime]).catch(() => kept);
}

async function keptFile(request: Request): Promise<Response> {
  return (await caches.match(request)) ?? fetch(request);
}
