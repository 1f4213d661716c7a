/** The page as an app: its service worker, a new build beside the old one, and the way to the home screen. */
import { signal } from '@preact/signals';

/** A new build waits; `undefined` while there is none. */
export const newBuild = signal<(() => void) | undefined>(undefined);
/** The browser offers to install; gone once it was used. */
export const installable = signal<(() => Promise<void>) | undefined>(undefined);
export const installed = signal(matchMedia('(display-mode: standalone)').matches);

interface InstallPrompt extends Event {
  prompt(): Promise<unknown>;
}

const WORKER = '/shopper-worker.js';
const SCOPE = '/shopper';
/** A page that is never closed learns of a new build within the hour. */
const LOOK_EVERY_MS = 3_600_000;

let registration: ServiceWorkerRegistration | undefined;
/** Set once this page has asked for the new build: only then is it loaded anew. */
let takingOver = false;

export const workerReady = async (): Promise<ServiceWorkerRegistration | undefined> =>
  registration === undefined ? undefined : navigator.serviceWorker.ready;

/** The dictionary in use belongs to what a start without a network needs. */
export function tellLanguage(language: string): void {
  void workerReady().then((ready) => ready?.active?.postMessage({ type: 'language', language }));
}

function takeOver(): void {
  takingOver = true;
  registration?.waiting?.postMessage({ type: 'take-over' });
}

/** @param isBusy a code is being shown or something typed: then the page is left alone */
export async function beApp(isBusy: () => boolean, onOpenOffer: (offerId: string) => void): Promise<void> {
  addEventListener('beforeinstallprompt', (event) => {
    event.preventDefault();
    installable.value = async () => {
      installable.value = undefined;
      await (event as InstallPrompt).prompt();
    };
  });
  addEventListener('appinstalled', () => {
    installable.value = undefined;
    installed.value = true;
  });
  // A part of a build that is gone from the server and from here: the new build has it under another name.
  addEventListener('vite:preloadError', () => {
    const key = 'promenade.shopper.reloaded';
    if (navigator.onLine && Date.now() - Number(sessionStorage.getItem(key) ?? 0) > 60_000) {
      sessionStorage.setItem(key, String(Date.now()));
      location.reload();
    }
  });
  // Not there on plain http but for localhost; the page works without it.
  if (!('serviceWorker' in navigator)) return;
  const workers = navigator.serviceWorker;
  workers.addEventListener('controllerchange', () => {
    if (takingOver) location.reload();
  });
  workers.addEventListener('message', ({ data }: MessageEvent<{ type?: string; offerId?: string }>) => {
    if (data.type === 'open-offer' && data.offerId !== undefined) onOpenOffer(data.offerId);
  });
  try {
    registration = await workers.register(WORKER, { scope: SCOPE });
  } catch {
    return;
  }
  const { waiting } = registration;
  const offer = (): void => {
    if (registration?.waiting && workers.controller !== null) newBuild.value = takeOver;
  };
  if (waiting) offer();
  registration.addEventListener('updatefound', () => {
    const next = registration?.installing;
    next?.addEventListener('statechange', offer);
  });
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') return;
    // Nobody looks: the new build takes the place of the old one unseen.
    if (newBuild.value !== undefined && !isBusy()) takeOver();
  });
  setInterval(() => void registration?.update().catch(() => undefined), LOOK_EVERY_MS);
}
