/** The till's words, in the browser's language. */
import type { Language } from '../../server/contract/campaigns.ts';
import type { Redemption } from '../../server/contract/offers.ts';

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
  amount: string;
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
  results: Record<Redemption['result'] | 'failed', { title: string; text: string }>;
  errors: Record<string, string>;
  history: string;
  historyEmpty: string;
  redeemedCount: (n: number) => string;
  terms: string;
  loading: string;
}

const en: Words = {
  title: 'Till',
  signIn: 'Sign in',
  signInText: 'With the account of this till.',
  email: 'E-mail or name',
  password: 'Password',
  signOut: 'Sign out',
  noTill: 'This account has no till. Ask the mall for one.',
  code: 'Customer’s code',
  codeHint: 'Scan it, or type the eight letters and digits.',
  amount: 'Basket (optional)',
  amountHint: 'Before the discount.',
  redeem: 'Redeem',
  scan: 'Use camera',
  stopScan: 'Stop camera',
  cameraRefused: 'The camera is not allowed for this page. Allow it in the browser, or type the code.',
  cameraMissing: 'No camera can be used here. Type the code instead.',
  ready: 'Ready',
  readyText: 'The result appears here.',
  next: 'Next customer',
  usedAt: (time) => `It was used ${time}.`,
  endedAt: (time) => `It ended ${time}.`,
  results: {
    redeemed: { title: 'Valid', text: 'Redeemed just now. Give the customer the offer.' },
    'already-redeemed': { title: 'Already used', text: 'A code works once.' },
    expired: { title: 'Expired', text: 'The offer has ended.' },
    unknown: { title: 'Unknown code', text: 'No offer of this shop has it. Check the code and try again.' },
    failed: { title: 'Not redeemed', text: 'Nothing was booked. Try again.' },
  },
  errors: {
    offline: 'No connection: nothing was booked. Try again.',
    timeout: 'No answer came: scan once more, a code never counts twice.',
    'too-many-requests': 'Too many unknown codes. Wait ten minutes, or scan the QR code.',
    unauthenticated: 'E-mail or password is wrong.',
  },
  history: 'This session',
  historyEmpty: 'No code yet.',
  redeemedCount: (n) => `${n} redeemed`,
  terms: 'Terms',
  loading: 'Loading',
};

const cs: Words = {
  title: 'Pokladna',
  signIn: 'Přihlásit se',
  signInText: 'Účtem této pokladny.',
  email: 'E-mail nebo jméno',
  password: 'Heslo',
  signOut: 'Odhlásit se',
  noTill: 'Tento účet nemá pokladnu. Požádejte o ni centrum.',
  code: 'Kód zákazníka',
  codeHint: 'Naskenujte ho, nebo opište osm písmen a číslic.',
  amount: 'Nákup (nepovinné)',
  amountHint: 'Před slevou.',
  redeem: 'Uplatnit',
  scan: 'Zapnout kameru',
  stopScan: 'Vypnout kameru',
  cameraRefused: 'Stránka nemá povolenou kameru. Povolte ji v prohlížeči, nebo kód opište.',
  cameraMissing: 'Kameru tu nelze použít. Opište prosím kód.',
  ready: 'Připraveno',
  readyText: 'Výsledek se ukáže zde.',
  next: 'Další zákazník',
  usedAt: (time) => `Uplatněn byl ${time}.`,
  endedAt: (time) => `Skončila ${time}.`,
  results: {
    redeemed: { title: 'Platí', text: 'Právě uplatněno. Dejte zákazníkovi nabídku.' },
    'already-redeemed': { title: 'Už použitý', text: 'Kód platí jednou.' },
    expired: { title: 'Po platnosti', text: 'Nabídka skončila.' },
    unknown: { title: 'Neznámý kód', text: 'Žádná nabídka tohoto obchodu ho nemá. Zkontrolujte ho a zkuste znovu.' },
    failed: { title: 'Neuplatněno', text: 'Nic se nezapsalo. Zkuste to znovu.' },
  },
  errors: {
    offline: 'Bez připojení, nic se nezapsalo. Zkuste to znovu.',
    timeout: 'Odpověď nepřišla: naskenujte ještě jednou, kód se nikdy nepočítá dvakrát.',
    'too-many-requests': 'Příliš mnoho neznámých kódů. Počkejte deset minut, nebo naskenujte QR kód.',
    unauthenticated: 'E-mail nebo heslo nesouhlasí.',
  },
  history: 'Tato směna',
  historyEmpty: 'Zatím žádný kód.',
  redeemedCount: (n) => `uplatněno ${n}`,
  terms: 'Podmínky',
  loading: 'Načítání',
};

const pl: Words = {
  title: 'Kasa',
  signIn: 'Zaloguj się',
  signInText: 'Kontem tej kasy.',
  email: 'E-mail lub nazwa',
  password: 'Hasło',
  signOut: 'Wyloguj się',
  noTill: 'To konto nie ma kasy. Poproś o nią galerię.',
  code: 'Kod klienta',
  codeHint: 'Zeskanuj go albo wpisz osiem liter i cyfr.',
  amount: 'Zakupy (opcjonalnie)',
  amountHint: 'Przed rabatem.',
  redeem: 'Zrealizuj',
  scan: 'Włącz aparat',
  stopScan: 'Wyłącz aparat',
  cameraRefused: 'Strona nie ma dostępu do aparatu. Zezwól na niego w przeglądarce albo wpisz kod.',
  cameraMissing: 'Nie można tu użyć aparatu. Wpisz kod.',
  ready: 'Gotowe do pracy',
  readyText: 'Tutaj pojawi się wynik.',
  next: 'Następny klient',
  usedAt: (time) => `Wykorzystano go ${time}.`,
  endedAt: (time) => `Koniec: ${time}.`,
  results: {
    redeemed: { title: 'Ważny', text: 'Zrealizowano przed chwilą. Wydaj klientowi ofertę.' },
    'already-redeemed': { title: 'Już wykorzystany', text: 'Kod działa tylko raz.' },
    expired: { title: 'Po terminie', text: 'Oferta się skończyła.' },
    unknown: { title: 'Nieznany kod', text: 'Żadna oferta tego sklepu go nie ma. Sprawdź kod i spróbuj ponownie.' },
    failed: { title: 'Nie zrealizowano', text: 'Nic nie zapisano. Spróbuj ponownie.' },
  },
  errors: {
    offline: 'Brak połączenia, nic nie zapisano. Spróbuj ponownie.',
    timeout: 'Brak odpowiedzi: zeskanuj jeszcze raz, kod nigdy nie liczy się dwa razy.',
    'too-many-requests': 'Zbyt wiele nieznanych kodów. Poczekaj dziesięć minut albo zeskanuj kod QR.',
    unauthenticated: 'Nieprawidłowy e-mail lub hasło.',
  },
  history: 'Ta zmiana',
  historyEmpty: 'Na razie brak kodów.',
  redeemedCount: (n) => `zrealizowano ${n}`,
  terms: 'Warunki',
  loading: 'Wczytywanie',
};

const sk: Words = {
  title: 'Pokladňa',
  signIn: 'Prihlásiť sa',
  signInText: 'Účtom tejto pokladne.',
  email: 'E-mail alebo meno',
  password: 'Heslo',
  signOut: 'Odhlásiť sa',
  noTill: 'Tento účet nemá pokladňu. Požiadajte o ňu centrum.',
  code: 'Kód zákazníka',
  codeHint: 'Naskenujte ho alebo odpíšte osem písmen a číslic.',
  amount: 'Nákup (nepovinné)',
  amountHint: 'Pred zľavou.',
  redeem: 'Uplatniť',
  scan: 'Zapnúť kameru',
  stopScan: 'Vypnúť kameru',
  cameraRefused: 'Stránka nemá povolenú kameru. Povoľte ju v prehliadači alebo kód odpíšte.',
  cameraMissing: 'Kameru tu nemožno použiť. Odpíšte kód.',
  ready: 'Pripravené',
  readyText: 'Výsledok sa ukáže tu.',
  next: 'Ďalší zákazník',
  usedAt: (time) => `Uplatnený bol ${time}.`,
  endedAt: (time) => `Skončila ${time}.`,
  results: {
    redeemed: { title: 'Platí', text: 'Práve uplatnené. Dajte zákazníkovi ponuku.' },
    'already-redeemed': { title: 'Už použitý', text: 'Kód platí raz.' },
    expired: { title: 'Po platnosti', text: 'Ponuka skončila.' },
    unknown: { title: 'Neznámy kód', text: 'Žiadna ponuka tohto obchodu ho nemá. Skontrolujte ho a skúste znova.' },
    failed: { title: 'Neuplatnené', text: 'Nič sa nezapísalo. Skúste to znova.' },
  },
  errors: {
    offline: 'Bez pripojenia, nič sa nezapísalo. Skúste to znova.',
    timeout: 'Odpoveď neprišla: naskenujte ešte raz, kód sa nikdy nepočíta dvakrát.',
    'too-many-requests': 'Priveľa neznámych kódov. Počkajte desať minút alebo naskenujte QR kód.',
    unauthenticated: 'E-mail alebo heslo nesúhlasí.',
  },
  history: 'Táto zmena',
  historyEmpty: 'Zatiaľ žiadny kód.',
  redeemedCount: (n) => `uplatnené ${n}`,
  terms: 'Podmienky',
  loading: 'Načítava sa',
};

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
export const amountText = (amount: number): string =>
  new Intl.NumberFormat(LOCALES[spoken], { minimumFractionDigits: 2, maximumFractionDigits: 2 }).format(amount);
/** As typed here: with a comma or a point. Undefined: left empty. NaN: not an amount. */
export function amountOf(typed: string): number | undefined {
  const text = typed.replaceAll(/\s/g, '').replace(',', '.');
  if (text === '') return undefined;
  return /^\d{1,8}(\.\d{0,2})?$/.test(text) ? Number(text) : Number.NaN;
}
