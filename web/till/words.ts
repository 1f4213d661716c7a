/** The till's words, in the browser's language. */
import type { Language } from '../../server/contract/campaigns.ts';
import { fromMinor, minorDigits, parseAmount } from '../../server/contract/money.ts';
import type { Problem, Result } from './state.ts';
import { cs } from './words/cs.ts';
import { en } from './words/en.ts';
import { pl } from './words/pl.ts';
import { sk } from './words/sk.ts';

export interface Words {
  title: string;
  signIn: string;
  signInText: string;
  email: string;
  password: string;
  signOut: string;
  noTill: string;
  code: string;
  codeHint: string;
  amount: (currency: string) => string;
  amountHint: string;
  redeem: string;
  scan: string;
  stopScan: string;
  cameraRefused: string;
  cameraMissing: string;
  ready: string;
  readyText: string;
  next: string;
  usedAt: (time: string) => string;
  endedAt: (time: string) => string;
  results: Record<Result, { title: string; text: string }>;
  errors: Record<string, string>;
  history: string;
  historyEmpty: string;
  redeemedCount: (n: number) => string;
  terms: string;
  loading: string;
  online: string;
  offline: string;
  offlineTitle: string;
  offlineText: string;
  offlineBlind: string;
  oldBrowser: string;
  waiting: (n: number) => string;
  settling: string;
  settleNow: string;
  signOutWaiting: string;
  clockWrong: (minutes: number) => string;
  acceptedAt: string;
  unknownWords: string;
  takeBack: string;
  takeBackSure: string;
  takeBackFailed: string;
  problemsTitle: string;
  problemsText: string;
  problems: Record<Exclude<Problem['result'], 'double-use'>, string> & { 'double-use': (other: string) => string };
  noted: string;
  tillName: string;
  tillNameHint: string;
  save: string;
}

const DICTIONARIES: Record<Language, Words> = { en, cs, pl, sk };
const LOCALES: Record<Language, string> = { en: 'en-GB', cs: 'cs-CZ', pl: 'pl-PL', sk: 'sk-SK' };
const isLanguage = (text: string): text is Language => Object.hasOwn(DICTIONARIES, text);

const spoken: Language = navigator.languages.map((tag) => tag.slice(0, 2).toLowerCase()).find(isLanguage) ?? 'en';
document.documentElement.lang = spoken;
export const t = DICTIONARIES[spoken];
document.title = `${t.title} · Promenade`;

const sameDay = (a: Date, b: Date): boolean => a.toDateString() === b.toDateString();
/** The till stands in the mall: the browser's zone is the mall's. */
export function timeText(atMs: number, nowMs: number): string {
  const at = new Date(atMs);
  const clock = { hour: '2-digit', minute: '2-digit' } as const;
  const day = sameDay(at, new Date(nowMs)) ? {} : ({ day: 'numeric', month: 'short' } as const);
  return new Intl.DateTimeFormat(LOCALES[spoken], { ...day, ...clock }).format(at);
}
export const amountText = (amountMinor: number, currency: string): string =>
  new Intl.NumberFormat(LOCALES[spoken], {
    style: 'currency',
    currency,
    minimumFractionDigits: minorDigits(currency),
    maximumFractionDigits: minorDigits(currency),
  }).format(fromMinor(amountMinor, currency));
/** As typed here: with a comma or a point. Undefined: left empty. NaN: not an amount. */
export const amountOf = (typed: string, currency: string): number | undefined =>
  typed.trim() === '' ? undefined : (parseAmount(typed, currency) ?? Number.NaN);
