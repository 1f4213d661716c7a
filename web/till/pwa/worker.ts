/** The service worker of the till: its page starts without a network. What is redeemed never passes here. */

/** Written in front of this file by the build. */
declare const BUILD: { version: string; files: string[] };

// What this file uses of a worker's world; the project's own is that of pages.
interface WaitingEvent extends Event {
  waitUntil(done: Promise<unknown>): void;
}
interface AskedEvent extends WaitingEvent {
  readonly request: Request;
  respondWith(answer: Promise<Response>): void;
}
interface Worker {
  readonly location: Location;
  readonly clients: { claim(): Promise<void> };
  skipWaiting(): Promise<void>;
  addEventListener(type: 'install' | 'activate', listener: (event: WaitingEvent) => void): void;
  addEventListener(type: 'fetch', listener: (event: AskedEvent) => void): void;
}
const worker = self as unknown as Worker;

const PAGE = '/till';
const PREFIX = 'promenade-till-';
const OWN = `${PREFIX}${BUILD.version}`;

/** All of a build or nothing: one file that cannot be had leaves the old build in place. */
async function install(): Promise<void> {
  const cache = await caches.open(OWN);
  await cache.addAll(
    [PAGE, ...BUILD.files].map((url) => new Request(url, { cache: url.startsWith('/assets/') ? 'default' : 'reload' })),
  );
  // A till stays open for weeks: its next load is the new build, and the parts of the old one stay until then.
  await worker.skipWaiting();
}

async function activate(): Promise<void> {
  const others = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== OWN);
  await Promise.all(others.slice(0, -1).map((name) => caches.delete(name)));
  await worker.clients.claim();
}

async function file(request: Request | string): Promise<Response> {
  const own = await caches.open(OWN);
  return (await own.match(request)) ?? (await caches.match(request)) ?? fetch(request);
}

worker.addEventListener('install', (event) => event.waitUntil(install()));
worker.addEventListener('activate', (event) => event.waitUntil(activate()));
worker.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== 'GET' || origin !== worker.location.origin) return;
  if (request.mode === 'navigate') {
    if (pathname === PAGE) event.respondWith(file(PAGE));
  } else if (pathname.startsWith('/assets/') || pathname.startsWith('/till/')) event.respondWith(file(request));
});
