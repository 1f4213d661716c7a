/** Who is at the till, what the last code was worth, what came before in this session, and what waits for the network. */
import { computed, signal } from '@preact/signals';
import * as server from '../../server/client/operations.ts';
import type { Account, Redemption, Settlements } from '../../server/client/types.ts';
import { DEFAULT_CURRENCY, fromMinor } from '../../server/contract/money.ts';
import { readToken } from '../../server/contract/offerToken.ts';
import { ApiError, client } from '../lib/api.ts';
import { checkOffline, type KeptKit } from './offline/check.ts';
import { canVerify, verify } from './offline/ed25519.ts';
import { TillStore, type Waiting } from './offline/store.ts';

/** `accepted`: without a network. `not-counted`: so, and the server has said no since. */
export type Result = Redemption['result'] | 'accepted' | 'not-counted' | 'needs-network' | 'voided' | 'failed';
export interface Outcome {
  /** Its idempotency key, too. */
  key: string;
  result: Result;
  code: string;
  atMs: number;
  title?: string | undefined;
  text?: string | undefined;
  terms?: string | undefined;
  /** When it was used before, or when it ended. */
  sinceMs?: number | undefined;
  errorCode?: string | undefined;
  amountMinor?: number | undefined;
  currency: string;
  /** Of the server; can be taken back until then. */
  redemption?: { id: string; offerId: string; voidableUntilMs: number } | undefined;
  /** Accepted without a network: waits until it is settled. */
  waiting?: Waiting | undefined;
}
export interface Problem {
  key: string;
  result: Exclude<Settlements['results'][number]['result'], 'settled'>;
  title: string | undefined;
  acceptedMs: number;
  amountMinor: number | undefined;
  currency: string;
  other: { atMs: number; till: string | null } | undefined;
}

/** Undefined: not known yet. Null: nobody. */
export const account = signal<Account | null | undefined>(undefined);
export const outcome = signal<Outcome | undefined>(undefined);
export const history = signal<Outcome[]>([]);
export const problems = signal<Problem[]>([]);
export const waitingCount = signal(0);
export const busy = signal(false);
export const online = signal(true);
export const settling = signal(false);
export const tillName = signal('');
export const kept = signal<KeptKit | undefined>(undefined);
/** False: this browser cannot check codes without a network. */
export const canCheck = signal(true);
export const currency = computed(() => kept.value?.kit.sites[0]?.site.currency ?? DEFAULT_CURRENCY);

const ROLES = new Set(['till', 'retailer', 'manager', 'owner']);
export const mayRedeem = (who: Account): boolean => who.grants.some((grant) => ROLES.has(grant.role));

/** A shift's worth. */
const HISTORY_ROWS = 200;
const MAX_PROBLEMS = 50;
/** A day of a busy till; one that is away for longer should ask why. */
const MAX_WAITING = 1_000;
const SETTLED_AT_ONCE = 100;
/** A customer waits: longer than a slow line takes, shorter than patience. */
const REDEEM_TIMEOUT_MS = 5_000;
const KIT_EVERY_MS = 5 * 60_000;
const RETRY_EVERY_MS = 10_000;

let store: TillStore | undefined;

/** Nobody answered, or something between here and the server did. A server that says no is no gap. */
const isGap = (error: unknown): boolean =>
  error instanceof ApiError && (error.status === 0 || error.status >= 500 || error.code === 'unreadable');

/** What the answer says of the line. */
async function ask<T>(request: Promise<T>): Promise<T> {
  try {
    const answer = await request;
    online.value = true;
    return answer;
  } catch (error) {
    online.value = !isGap(error);
    if (error instanceof ApiError && error.status === 401) account.value = null;
    throw error;
  }
}

export async function boot(): Promise<void> {
  try {
    store = await TillStore.open();
    canCheck.value = await canVerify();
  } catch {
    canCheck.value = false;
  }
  kept.value = await store?.get<KeptKit>('kit');
  problems.value = (await store?.get<Problem[]>('problems')) ?? [];
  tillName.value = (await store?.get<string>('name')) ?? '';
  const waiting = (await store?.waiting()) ?? [];
  waitingCount.value = waiting.length;
  history.value = waiting.map(outcomeOfWaiting).reverse();
  await store?.prune(Date.now());
  try {
    account.value = await ask(server.getMe(client, { timeoutMs: REDEEM_TIMEOUT_MS }));
    await store?.put('account', account.value);
  } catch (error) {
    account.value = isGap(error) ? ((await store?.get<Account>('account')) ?? null) : null;
  }
  await synchronise();
  window.addEventListener('online', () => void synchronise());
  window.addEventListener('offline', () => {
    online.value = false;
  });
  let lastKitMs = Date.now();
  setInterval(() => {
    const due = Date.now() - lastKitMs >= KIT_EVERY_MS;
    if (due) lastKitMs = Date.now();
    if (due || !online.value || waitingCount.value > 0) void synchronise();
  }, RETRY_EVERY_MS);
}

let synchronising = false;
/** Settles what waits, then fetches what the next gap needs. */
export async function synchronise(): Promise<void> {
  if (synchronising || account.value == null || !mayRedeem(account.value)) return;
  synchronising = true;
  try {
    await settle();
    const kit = await ask(server.getOfflineKit(client));
    const nowMs = Date.now();
    kept.value = { kit, fetchedMs: nowMs, behindMs: kit.serverMs - nowMs };
    await store?.put('kit', kept.value);
  } catch {
    // The line is down, or the account is gone: both show on the page, and it is tried again.
  } finally {
    synchronising = false;
  }
}

async function settle(): Promise<void> {
  const mine = ({ siteId, tenantRef }: Waiting): boolean =>
    kept.value?.kit.sites.some(({ site, tenants }) => site.id === siteId && tenants.includes(tenantRef)) ?? true;
  for (;;) {
    const batch = ((await store?.waiting()) ?? []).filter(mine).slice(0, SETTLED_AT_ONCE);
    waitingCount.value = ((await store?.waiting()) ?? []).length;
    if (batch.length === 0) return;
    settling.value = true;
    try {
      const { results } = await ask(
        server.settleRedemptions(client, {
          clock: new Date().toISOString(),
          ...(tillName.value === '' ? {} : { till: tillName.value }),
          items: batch.map(({ key, code, acceptedMs, amountMinor }) => ({
            key,
            code,
            acceptedAt: new Date(acceptedMs).toISOString(),
            ...(amountMinor === undefined ? {} : { amountMinor }),
          })),
        }),
      );
      await settled(batch, results);
    } finally {
      settling.value = false;
    }
  }
}

async function settled(batch: readonly Waiting[], results: Settlements['results']): Promise<void> {
  const found: Problem[] = [];
  for (const { key, result, title, other } of results) {
    const item = batch.find((one) => one.key === key);
    if (item === undefined) continue;
    if (result !== 'settled')
      found.push({
        key,
        result,
        title: title ?? item.title,
        acceptedMs: item.acceptedMs,
        amountMinor: item.amountMinor,
        currency: item.currency,
        other: other === null ? undefined : { atMs: Date.parse(other.at), till: other.till },
      });
    const row = history.value.find((one) => one.key === key);
    if (row !== undefined)
      replace({ ...row, waiting: undefined, result: result === 'settled' ? 'redeemed' : 'not-counted' });
  }
  // What went wrong is written down before it is struck off.
  if (found.length > 0) {
    problems.value = [...found, ...problems.value].slice(0, MAX_PROBLEMS);
    await store?.put('problems', problems.value);
  }
  await store?.settled(results.map(({ key }) => key));
  waitingCount.value = ((await store?.waiting()) ?? []).length;
}

export async function dismiss(key: string): Promise<void> {
  problems.value = problems.value.filter((one) => one.key !== key);
  await store?.put('problems', problems.value);
}

export async function rename(name: string): Promise<void> {
  const shortened = name.trim().slice(0, 40);
  await store?.put('name', shortened);
  tillName.value = shortened;
}

export async function signIn(email: string, password: string): Promise<void> {
  account.value = await server.signIn(client, { email, password });
  online.value = true;
  await store?.put('account', account.value);
  await synchronise();
}

/** False: what was accepted without a network waits for this account to settle it. */
export async function signOut(): Promise<boolean> {
  await synchronise();
  if (waitingCount.value > 0) return false;
  await server.signOut(client).catch(() => undefined);
  await store?.forget('account', 'kit');
  account.value = null;
  kept.value = undefined;
  outcome.value = undefined;
  history.value = [];
  return true;
}

const outcomeOfWaiting = (waiting: Waiting): Outcome => ({
  key: waiting.key,
  result: 'accepted',
  code: waiting.code,
  atMs: waiting.acceptedMs,
  title: waiting.title,
  amountMinor: waiting.amountMinor,
  currency: waiting.currency,
  waiting,
});

export async function redeem(code: string, amountMinor: number | undefined): Promise<void> {
  if (busy.value) return;
  busy.value = true;
  const tried: Outcome = {
    key: crypto.randomUUID(),
    result: 'failed',
    code,
    amountMinor,
    currency: currency.value,
    atMs: Date.now(),
  };
  let done = tried;
  try {
    // Known to be down: a code that can be checked here does not wait for the line to fail once more.
    done =
      online.value || readToken(code) === undefined ? await overNetwork(tried) : await withoutNetwork(tried, false);
  } catch (error) {
    done = { ...tried, errorCode: error instanceof ApiError ? error.code : 'failed' };
  } finally {
    busy.value = false;
  }
  show(done);
  navigator.vibrate?.(done.result === 'redeemed' || done.result === 'accepted' ? 60 : [60, 80, 60]);
}

async function overNetwork(tried: Outcome): Promise<Outcome> {
  const { code, amountMinor, key } = tried;
  let answer: Redemption;
  try {
    answer = await ask(
      server.redeem(
        client,
        {
          code,
          idempotencyKey: key,
          // Before the site's currency is known, as it was typed.
          ...(amountMinor === undefined
            ? {}
            : kept.value === undefined
              ? { amount: fromMinor(amountMinor, DEFAULT_CURRENCY) }
              : { amountMinor }),
          ...(tillName.value === '' ? {} : { till: tillName.value }),
        },
        { timeoutMs: REDEEM_TIMEOUT_MS },
      ),
    );
  } catch (error) {
    // Under the same key: if the server has booked it and only its answer was lost, it is settled as that one.
    if (isGap(error)) return withoutNetwork(tried, true);
    throw error;
  }
  const { result, id, offerId, redeemedAt, expiresAt, voidableUntil } = answer;
  if (result === 'redeemed' && offerId !== null && expiresAt !== null)
    await store?.used({ offerId, atMs: tried.atMs, expiresMs: Date.parse(expiresAt) });
  return {
    ...tried,
    result,
    title: answer.title ?? undefined,
    text: answer.text ?? undefined,
    terms: answer.terms ?? undefined,
    sinceMs:
      result === 'already-redeemed' && redeemedAt !== null
        ? Date.parse(redeemedAt)
        : result === 'expired' && expiresAt !== null
          ? Date.parse(expiresAt)
          : undefined,
    currency: answer.currency ?? tried.currency,
    redemption:
      id === null || offerId === null || voidableUntil === null
        ? undefined
        : { id, offerId, voidableUntilMs: Date.parse(voidableUntil) },
  };
}

/** `sent`: the server may know of it. */
async function withoutNetwork(tried: Outcome, sent: boolean): Promise<Outcome> {
  const { code, key, atMs, amountMinor } = tried;
  const kept_ = canCheck.value ? kept.value : undefined;
  const usedHere = async (offerId: string) => store?.usedMs(offerId);
  const answer = await checkOffline(code, { kept: kept_, nowMs: atMs, usedHere, verify });
  if (!answer.ok)
    return 'face' in answer
      ? { ...tried, result: answer.why, title: answer.face?.title, sinceMs: answer.atMs }
      : { ...tried, result: answer.why };
  const { face, site, claims } = answer;
  const waiting: Waiting = {
    key,
    code,
    offerId: claims.offerId,
    siteId: site.site.id,
    tenantRef: claims.tenantRef,
    acceptedMs: atMs,
    amountMinor,
    currency: site.site.currency,
    title: face?.title,
    sent,
  };
  if (store === undefined || waitingCount.value >= MAX_WAITING) return { ...tried, result: 'needs-network' };
  if (!(await store.accept(waiting, claims.expiresMs)))
    return { ...tried, result: 'already-redeemed', title: face?.title, sinceMs: await store.usedMs(claims.offerId) };
  waitingCount.value += 1;
  return {
    ...outcomeOfWaiting(waiting),
    text: face?.text,
    terms: face?.terms ?? undefined,
  };
}

/** Takes back what was redeemed just now. */
export async function takeBack(given: Outcome): Promise<void> {
  if (busy.value) return;
  busy.value = true;
  try {
    if (given.waiting !== undefined) {
      // Only what the server cannot know of is undone here alone.
      const still = (await store!.waiting()).some(({ key }) => key === given.key);
      if (!still || synchronising || given.waiting.sent) throw new ApiError(409, 'conflict', 'it is being settled');
      await store!.takeBack(given.waiting);
      waitingCount.value -= 1;
    } else if (given.redemption !== undefined) {
      await ask(server.voidRedemption(client, { redemption: given.redemption.id }));
      await store?.forgetUsed(given.redemption.offerId);
    }
    const voided: Outcome = {
      ...given,
      result: 'voided',
      waiting: undefined,
      redemption: undefined,
      errorCode: undefined,
    };
    replace(voided);
    outcome.value = { ...voided, atMs: Date.now() };
  } catch (error) {
    outcome.value = { ...given, errorCode: error instanceof ApiError ? error.code : 'failed' };
  } finally {
    busy.value = false;
  }
}

/** At this moment. */
export const canTakeBack = ({ waiting, redemption }: Outcome, nowMs: number): boolean =>
  waiting === undefined ? redemption !== undefined && nowMs < redemption.voidableUntilMs : !waiting.sent;

function show(done: Outcome): void {
  outcome.value = done;
  history.value = [done, ...history.value].slice(0, HISTORY_ROWS);
}
function replace(row: Outcome): void {
  history.value = history.value.map((one) => (one.key === row.key ? row : one));
  if (outcome.value?.key === row.key) outcome.value = row;
}
