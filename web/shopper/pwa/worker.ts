/**
 * The service worker of the phone's page. The files of one build are kept together under its version and answered from
 * there, so that a start needs no network and never mixes two builds. A new build is fetched beside the old one and waits
 * until the page says so, or until no page of the old one is open. Answers of the API are never kept here.
 */
import type { PushPayload } from '../../../server/contract/push.ts';

/** Written in front of this file by the build. */
declare const BUILD: { version: string; files: string[]; languages: Record<string, string> };

// What this file uses of a worker's world; the project's own is that of pages.
interface WaitingEvent extends Event {
  waitUntil(done: Promise<unknown>): void;
}
interface AskedEvent extends WaitingEvent {
  readonly request: Request;
  respondWith(answer: Promise<Response>): void;
}
interface ToldEvent extends WaitingEvent {
  readonly data: unknown;
}
interface PushedEvent extends WaitingEvent {
  readonly data: { json(): unknown } | null;
}
interface TappedEvent extends WaitingEvent {
  readonly notification: Notification;
}
interface OpenPage {
  readonly url: string;
  focus(): Promise<OpenPage>;
  postMessage(message: unknown): void;
}
interface Worker {
  readonly registration: ServiceWorkerRegistration;
  readonly location: Location;
  readonly clients: {
    matchAll(options: { type: 'window'; includeUncontrolled: boolean }): Promise<OpenPage[]>;
    openWindow(url: string): Promise<OpenPage | null>;
    claim(): Promise<void>;
  };
  skipWaiting(): Promise<void>;
  addEventListener(type: 'install' | 'activate', listener: (event: WaitingEvent) => void): void;
  addEventListener(type: 'fetch', listener: (event: AskedEvent) => void): void;
  addEventListener(type: 'message', listener: (event: ToldEvent) => void): void;
  addEventListener(type: 'push', listener: (event: PushedEvent) => void): void;
  addEventListener(type: 'notificationclick', listener: (event: TappedEvent) => void): void;
  addEventListener(type: 'pushsubscriptionchange', listener: (event: WaitingEvent) => void): void;
}
const worker = self as unknown as Worker;

const PAGE = '/shopper';
const PREFIX = 'promenade-shopper-';
const OWN = `${PREFIX}${BUILD.version}`;
/** Survives builds: which language the page speaks. */
const ABOUT = 'promenade-about-shopper';
const LANGUAGE = '/shopper/language';

async function language(): Promise<string | undefined> {
  return (await (await caches.open(ABOUT)).match(LANGUAGE))?.text();
}

/** All of a build or nothing: one file that cannot be had leaves the old build in place. */
async function install(): Promise<void> {
  const dictionary = BUILD.languages[(await language()) ?? ''];
  const wanted = [PAGE, ...BUILD.files, ...(dictionary === undefined ? [] : [dictionary])];
  const cache = await caches.open(OWN);
  // Names with a hash cannot be stale; the page and the icons are asked for anew.
  await cache.addAll(
    wanted.map((url) => new Request(url, { cache: url.startsWith('/assets/') ? 'default' : 'reload' })),
  );
  // The very first worker displaces nobody.
  if (worker.registration.active === null) await worker.skipWaiting();
}

/** The build before stays: a page that is still open may yet load a part of it. */
async function activate(): Promise<void> {
  const builds = (await caches.keys()).filter((name) => name.startsWith(PREFIX));
  const before = builds.filter((name) => name !== OWN).at(-1);
  await Promise.all(builds.filter((name) => name !== OWN && name !== before).map((name) => caches.delete(name)));
  await worker.clients.claim();
}

async function page(request: Request): Promise<Response> {
  return (await (await caches.open(OWN)).match(PAGE)) ?? fetch(request);
}

async function file(request: Request): Promise<Response> {
  const own = await caches.open(OWN);
  const kept = (await own.match(request)) ?? (await caches.match(request));
  if (kept !== undefined) return kept;
  const answer = await fetch(request);
  // Another language, or the reader of QR codes: from now on they are there without a network too.
  if (answer.ok && new URL(request.url).pathname.startsWith('/assets/')) await own.put(request, answer.clone());
  return answer;
}

async function speak(spoken: string): Promise<void> {
  await (await caches.open(ABOUT)).put(LANGUAGE, new Response(spoken));
  const dictionary = BUILD.languages[spoken];
  if (dictionary === undefined) return;
  const own = await caches.open(OWN);
  if ((await own.match(dictionary)) === undefined) await own.add(dictionary);
}

async function show(offer: PushPayload): Promise<void> {
  const over = Date.now() >= offer.expiresAtMs;
  await worker.registration.showNotification(offer.title, {
    body: offer.text,
    tag: offer.offerId,
    icon: '/shopper/icon-192.png',
    badge: '/shopper/badge-96.png',
    lang: (await language()) ?? 'en',
    // What came too late must be shown, but need not disturb.
    silent: over,
    data: { url: offer.url, offerId: offer.offerId },
  });
}

/** The open page shows the offer; without one it is opened. */
async function openOffer({ url, offerId }: { url: string; offerId: string }): Promise<void> {
  const address = new URL(url, worker.location.origin);
  const open = await worker.clients.matchAll({ type: 'window', includeUncontrolled: true });
  const here = open.find((one) => new URL(one.url).pathname === PAGE);
  if (here === undefined) {
    // Whatever was pushed, only a page of this app is opened.
    await worker.clients.openWindow(address.origin === worker.location.origin ? address.href : PAGE);
    return;
  }
  here.postMessage({ type: 'open-offer', offerId });
  await here.focus();
}

/** The push service gave the phone a new address: the server learns it, or the phone goes quiet. */
async function subscribeAgain(): Promise<void> {
  const answer = await fetch('/api/v1/shopper/push-key');
  if (!answer.ok) return;
  const { publicKey } = (await answer.json()) as { publicKey: string };
  const subscription = await worker.registration.pushManager.subscribe({
    userVisibleOnly: true,
    applicationServerKey: publicKey,
  });
  await fetch('/api/v1/shopper/push', {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(subscription.toJSON()),
  });
}

worker.addEventListener('install', (event) => event.waitUntil(install()));
worker.addEventListener('activate', (event) => event.waitUntil(activate()));
worker.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== 'GET' || origin !== worker.location.origin) return;
  if (request.mode === 'navigate') {
    if (pathname === PAGE) event.respondWith(page(request));
  } else if (pathname.startsWith('/assets/') || pathname.startsWith('/shopper/')) event.respondWith(file(request));
});
worker.addEventListener('message', (event) => {
  const told = event.data as { type?: string; language?: string };
  if (told.type === 'take-over') event.waitUntil(worker.skipWaiting());
  else if (told.type === 'language' && told.language !== undefined) event.waitUntil(speak(told.language));
});
worker.addEventListener('push', (event) => {
  if (event.data !== null) event.waitUntil(show(event.data.json() as PushPayload));
});
worker.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(openOffer(event.notification.data as { url: string; offerId: string }));
});
worker.addEventListener('pushsubscriptionchange', (event) => event.waitUntil(subscribeAgain().catch(() => undefined)));
