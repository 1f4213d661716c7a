/** Who is at the till, what the last code was worth, and what came before in this session. */
import { signal } from '@preact/signals';
import type { Redemption } from '../../server/contract/offers.ts';
import { ApiError, api } from '../lib/api.ts';

export interface Account {
  email: string;
  name: string | null;
  grants: { role: string }[];
}
export interface Outcome {
  result: Redemption['result'] | 'failed';
  redemption: Redemption | undefined;
  errorCode: string | undefined;
  code: string;
  amount: number | undefined;
  atMs: number;
}

/** Undefined: not known yet. Null: nobody. */
export const account = signal<Account | null | undefined>(undefined);
export const outcome = signal<Outcome | undefined>(undefined);
export const history = signal<Outcome[]>([]);
export const busy = signal(false);

const ROLES = new Set(['till', 'retailer', 'manager', 'owner']);
export const mayRedeem = (who: Account): boolean => who.grants.some((grant) => ROLES.has(grant.role));

/** A shift's worth. */
const HISTORY_ROWS = 200;

export async function boot(): Promise<void> {
  account.value = await api.get<Account>('/auth/me').catch(() => null);
}

export async function signIn(email: string, password: string): Promise<void> {
  account.value = await api.post<Account>('/auth/sign-in', { email, password });
}

export async function signOut(): Promise<void> {
  await api.post('/auth/sign-out').catch(() => undefined);
  account.value = null;
  outcome.value = undefined;
  history.value = [];
}

export async function redeem(code: string, amount: number | undefined): Promise<void> {
  if (busy.value) return;
  busy.value = true;
  const done: Outcome = {
    result: 'failed',
    redemption: undefined,
    errorCode: undefined,
    code,
    amount,
    atMs: Date.now(),
  };
  try {
    const body = { code, ...(amount === undefined ? {} : { amount }) };
    done.redemption = await api.post<Redemption>('/redemptions', body);
    done.result = done.redemption.result;
  } catch (error) {
    done.errorCode = error instanceof ApiError ? error.code : 'failed';
    if (error instanceof ApiError && error.status === 401) account.value = null;
  } finally {
    busy.value = false;
  }
  outcome.value = done;
  history.value = [done, ...history.value].slice(0, HISTORY_ROWS);
  navigator.vibrate?.(done.result === 'redeemed' ? 60 : [60, 80, 60]);
}
