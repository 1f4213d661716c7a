/** What the page knows, and what it does. */
import { computed, signal } from '@preact/signals';
import type { Language } from '../../server/contract/campaigns.ts';
import type { OfferPush } from '../../server/contract/live.ts';
import type {
  ConsentText,
  Erasure,
  PublicSite,
  Purpose,
  ShopperMe,
  WalletOffer,
} from '../../server/contract/offers.ts';
import { ApiError } from '../lib/api.ts';
import { chime } from './chime.ts';
import { device } from './device.ts';
import { shopper } from './endpoints.ts';
import { browserLanguage, isLanguage, language, speak, words } from './i18n/index.ts';
import { goLive, hangUp } from './live.ts';

export type Stage = 'loading' | 'unreachable' | 'choose-mall' | 'no-mall' | 'welcome' | 'home' | 'erased';
export type Tab = 'offers' | 'map' | 'activity' | 'privacy';

export const stage = signal<Stage>('loading');
export const tab = signal<Tab>('offers');
export const site = signal<PublicSite | undefined>(undefined);
export const malls = signal<{ id: string; name: string }[]>([]);
export const me = signal<ShopperMe | undefined>(undefined);
export const offers = signal<WalletOffer[]>(device.wallet());
export const connected = signal(false);
export const online = signal(navigator.onLine);
export const soundOn = signal(device.soundOn());
/** The offer that has just come; it is shown first and read aloud. */
export const arrivedId = signal<string | undefined>(undefined);
/** One has come while something else was being done. */
export const unseen = signal(false);
export const announcement = signal('');
export const openOfferId = signal<string | undefined>(undefined);
export const receipt = signal<Erasure | undefined>(undefined);
/** From the address of a scanned tag; taken out of it at once. */
export const linkedCode = signal<string | undefined>(undefined);
export const nowMs = signal(Date.now());

export const consents = computed<ConsentText[]>(() => site.value?.consents ?? []);
export const granted = (purpose: Purpose): boolean =>
  me.value?.consents.find((one) => one.purpose === purpose)?.state === 'granted';
/** Granted, and in the words of today: what an older wording did not name was not agreed to. */
export const agreedToday = (purpose: Purpose): boolean => {
  const held = me.value?.consents.find((one) => one.purpose === purpose);
  const text = consents.value.find((one) => one.purpose === purpose);
  return held?.state === 'granted' && (text === undefined || held.version === text.version);
};
export const siteTimezone = computed(() => me.value?.site.timezone);

/** In the shopper's words where the server's code is known, else in the server's. */
export function errorText(error: unknown): string {
  const { failed, errors } = words.value;
  if (!(error instanceof ApiError)) return failed;
  return errors[error.code] ?? `${failed} ${error.message}`;
}

/** @param draw the page, once there are words for it */
export async function boot(draw: () => void): Promise<void> {
  const code = location.hash.slice(1);
  if (code !== '') {
    linkedCode.value = decodeURIComponent(code);
    history.replaceState(null, '', location.pathname + location.search);
  }
  const query = new URLSearchParams(location.search);
  const asked = query.get('offer');
  if (asked !== null) {
    query.delete('offer');
    const left = query.toString();
    history.replaceState(null, '', location.pathname + (left === '' ? '' : `?${left}`));
  }
  const kept = device.language();
  await speak(isLanguage(kept) ? kept : browserLanguage());
  draw();
  await load();
  // From a notification.
  if (asked !== null) await showOffer(asked);
}

export async function load(): Promise<void> {
  stage.value = 'loading';
  try {
    try {
      await signedIn(await shopper.me());
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 401) throw error;
      // Whoever it was is not known here any more: nothing of them stays on the phone.
      device.forget();
      offers.value = [];
      await findMall();
    }
  } catch {
    // Codes in the wallet work without a connection.
    me.value = device.who();
    stage.value = me.value === undefined ? 'unreachable' : 'home';
    if (me.value !== undefined) tryAgain();
  }
}

/** Started from what the phone remembers: the mall is asked again until it answers. */
function tryAgain(): void {
  setTimeout(() => {
    if (connected.value || stage.value !== 'home') return;
    void refresh().then(tryAgain);
  }, TRY_AGAIN_MS);
}
const TRY_AGAIN_MS = 15_000;

async function findMall(): Promise<void> {
  const asked = new URLSearchParams(location.search).get('site');
  const { sites } = await shopper.sites();
  const only = sites.length === 1 ? sites[0] : undefined;
  const chosen = sites.find((one) => one.id === asked) ?? only;
  malls.value = sites;
  if (chosen !== undefined) await chooseMall(chosen.id);
  else stage.value = sites.length === 0 ? 'no-mall' : 'choose-mall';
}

export async function chooseMall(siteId: string): Promise<void> {
  site.value = await shopper.site(siteId, language.value);
  stage.value = 'welcome';
}

const given = (text: ConsentText, spoken: Language) => ({
  purpose: text.purpose,
  version: text.version,
  textHash: text.textHash,
  language: spoken,
});

export async function begin(purposes: ReadonlySet<Purpose>): Promise<void> {
  const agreed = consents.value.filter((text) => purposes.has(text.purpose));
  const spoken = language.value;
  const answer = await shopper.start(
    site.value!.id,
    agreed.map((text) => given(text, spoken)),
    spoken,
  );
  await signedIn(answer);
}

async function signedIn(answer: ShopperMe): Promise<void> {
  me.value = answer;
  device.keepWho(answer);
  if (answer.language !== language.value)
    await changeLanguage(device.language() === null ? answer.language : language.value);
  site.value ??= await shopper.site(answer.site.id, language.value);
  stage.value = 'home';
  await refreshWallet();
  void goLive({ onOffer: arrived, onChanged: () => void refresh(), onState: onLink });
}

function onLink(up: boolean): void {
  // What came while the line was down is asked for.
  if (up && !connected.value) void refresh();
  connected.value = up;
}

function arrived(push: OfferPush): void {
  const offer: WalletOffer = {
    id: push.offerId,
    campaignId: push.campaignId,
    title: push.title,
    text: push.text,
    terms: push.terms ?? null,
    // Comes with the server's own entry.
    imageUrl: null,
    zoneName: push.zoneName,
    shopName: null,
    reason: push.reason,
    state: 'active',
    issuedAt: new Date(push.issuedAtMs).toISOString(),
    expiresAt: new Date(push.expiresAtMs).toISOString(),
    openedAt: null,
    score: null,
    redeemedAt: null,
    code: push.code,
    shortCode: push.shortCode ?? null,
  };
  if (offers.value.some((one) => one.id === offer.id)) return;
  keep([offer, ...offers.value]);
  arrivedId.value = offer.id;
  announcement.value = words.value.newOfferSpoken(offer.title, offer.text, offer.zoneName);
  // Who fills something in is not torn away from it.
  if (document.querySelector('dialog[open]') === null) tab.value = 'offers';
  else unseen.value = true;
  if (soundOn.value) void chime();
  // The server's own entry follows once it has booked the phone's answer.
  setTimeout(() => void refreshWallet(), WALLET_AFTER_MS);
}
const WALLET_AFTER_MS = 1_200;

function keep(list: WalletOffer[]): void {
  offers.value = list;
  const active = list.filter((offer) => offer.state === 'active');
  device.keepWallet(active);
  // What draws the code must be here before the connection is gone.
  if (active.length > 0) void import('qrcode/lib/core/qrcode.js').catch(() => undefined);
}

export async function refreshWallet(): Promise<void> {
  try {
    const fresh = await shopper.wallet();
    const known = new Set(fresh.map((offer) => offer.id));
    const justArrived = offers.value.filter((offer) => offer.id === arrivedId.value && !known.has(offer.id));
    keep([...justArrived, ...fresh]);
  } catch {
    // The old list stands; the notice says that there is no connection.
  }
}

export async function refresh(): Promise<void> {
  try {
    me.value = await shopper.me();
    device.keepWho(me.value);
    // A start without a connection had none of it.
    site.value ??= await shopper.site(me.value.site.id, language.value);
    if (!connected.value) void goLive({ onOffer: arrived, onChanged: () => void refresh(), onState: onLink });
  } catch (error) {
    if (error instanceof ApiError && error.status === 401 && stage.value === 'home') location.reload();
  }
  await refreshWallet();
}

export async function openOffer(offerId: string): Promise<void> {
  openOfferId.value = offerId;
  await shopper.opened(offerId).catch(() => undefined);
  await refreshWallet();
}

/** One of the wallet, as a notification names it; whatever else stays where it is. */
export async function showOffer(offerId: string): Promise<void> {
  await refreshWallet();
  tab.value = 'offers';
  if (offers.value.some((offer) => offer.id === offerId)) await openOffer(offerId);
}

export async function changeLanguage(spoken: Language): Promise<void> {
  await speak(spoken);
  device.setLanguage(spoken);
  const siteId = site.value?.id ?? me.value?.site.id;
  if (siteId !== undefined) site.value = await shopper.site(siteId, spoken).catch(() => site.value);
  if (me.value !== undefined && me.value.language !== spoken)
    me.value = await shopper.setLanguage(spoken).catch(() => me.value);
}

export async function setConsent(text: ConsentText, agree: boolean): Promise<void> {
  me.value = agree ? await shopper.agree(given(text, language.value)) : await shopper.withdraw(text.purpose);
  device.keepWho(me.value);
}
export async function pair(code: string, takeover: boolean): Promise<void> {
  me.value = await shopper.pair(code, takeover);
  linkedCode.value = undefined;
}
export async function pairSimulated(): Promise<void> {
  me.value = await shopper.demoPair();
}
export async function unpair(): Promise<void> {
  me.value = await shopper.unpair();
}
export async function pause(minutes: number | null): Promise<void> {
  me.value = await shopper.pause(minutes);
}
export async function resume(): Promise<void> {
  me.value = await shopper.resume();
}
export function setSound(on: boolean): void {
  soundOn.value = on;
  device.setSound(on);
  if (on) void chime();
}

export async function download(): Promise<void> {
  const data = await shopper.export();
  const url = URL.createObjectURL(new Blob([JSON.stringify(data, null, 2)], { type: 'application/json' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = 'promenade-my-data.json';
  link.click();
  URL.revokeObjectURL(url);
}

export async function erase(): Promise<void> {
  const done = await shopper.erase();
  hangUp();
  device.forget();
  me.value = undefined;
  offers.value = [];
  arrivedId.value = undefined;
  openOfferId.value = undefined;
  receipt.value = done;
  stage.value = 'erased';
}

export async function startAgain(): Promise<void> {
  receipt.value = undefined;
  tab.value = 'offers';
  await load();
}

addEventListener('online', () => {
  online.value = true;
  if (stage.value === 'unreachable') void load();
  else void refresh();
});
addEventListener('offline', () => {
  online.value = false;
});
setInterval(() => {
  nowMs.value = Date.now();
}, 1_000);
