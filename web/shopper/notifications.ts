/** Notifications on the closed phone: asked for only by a tap, and given back by one. */
import { signal } from '@preact/signals';
import { workerReady } from './app.ts';
import { shopper } from './endpoints.ts';

/** `install-first`: an iPhone has them only for pages on the home screen. */
export type Notifications = 'on' | 'off' | 'denied' | 'install-first' | 'unsupported';
export const notifications = signal<Notifications>('off');

const isIPhone = (): boolean => /iPhone|iPad/.test(navigator.userAgent);

async function subscription(): Promise<PushSubscription | null> {
  return (await (await workerReady())?.pushManager?.getSubscription()) ?? null;
}

const base64url = (bytes: ArrayBuffer | null | undefined): string =>
  btoa(String.fromCharCode(...new Uint8Array(bytes ?? new ArrayBuffer(0))))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');

async function subscribe(): Promise<void> {
  const manager = (await workerReady())?.pushManager;
  if (manager === undefined) return;
  const { publicKey } = await shopper.pushKey();
  const held = await manager.getSubscription();
  const current = held !== null && base64url(held.options.applicationServerKey) === publicKey;
  // Made for another key it would be refused by the push service.
  if (held !== null && !current) await held.unsubscribe();
  const made = current ? held : await manager.subscribe({ userVisibleOnly: true, applicationServerKey: publicKey });
  await shopper.subscribe(made.toJSON());
}

/** What is so now; a subscription of before is told to the server again, which may have lost it. */
export async function lookAtNotifications(mayPush: boolean): Promise<void> {
  if (!('Notification' in window) || (await workerReady())?.pushManager === undefined) {
    notifications.value = isIPhone() ? 'install-first' : 'unsupported';
    return;
  }
  if (Notification.permission === 'denied') notifications.value = 'denied';
  else if (Notification.permission === 'granted' && (await subscription()) !== null) {
    notifications.value = 'on';
    if (mayPush) await subscribe().catch(() => undefined);
  } else notifications.value = 'off';
}

export async function turnNotifications(on: boolean): Promise<void> {
  if (!on) {
    const held = await subscription();
    if (held !== null) {
      await shopper.unsubscribe(held.endpoint).catch(() => undefined);
      await held.unsubscribe();
    }
    notifications.value = 'off';
    return;
  }
  const answer = await Notification.requestPermission();
  if (answer !== 'granted') {
    notifications.value = answer === 'denied' ? 'denied' : 'off';
    return;
  }
  await subscribe();
  notifications.value = 'on';
}

/** After an erasure or a withdrawal: nothing of this phone stays with a push service. */
export async function forgetNotifications(): Promise<void> {
  await (await subscription().catch(() => null))?.unsubscribe().catch(() => false);
  if (notifications.value === 'on') notifications.value = 'off';
}
