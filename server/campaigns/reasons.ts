/** Why an offer was sent or held back: a stable code and words in the shopper's language. Pure. */
import type { Language } from '../contract/campaigns.ts';

export const REASON_CODES = [
  'entered',
  'dwelled',
  'exited',
  'no-consent',
  'campaign-not-live',
  'stale-sighting',
  'cloned',
  'paused',
  'out-of-schedule',
  'quiet-hours',
  'cooldown',
  'attention-budget',
  'stock-out',
  'phone-closed',
  'control',
  'left-zone',
  'deadline',
  'not-acknowledged',
] as const;
export type ReasonCode = (typeof REASON_CODES)[number];
export type ReasonParams = Record<string, string | number>;

type Words = Record<ReasonCode, (p: ReasonParams) => string>;

/** Czech, Polish and Slovak count in three forms: one, two to four, and the rest. */
function slavic(n: number, one: string, few: string, many: string, language: 'cs' | 'pl' | 'sk'): string {
  if (n === 1) return one;
  if (language !== 'pl') return n >= 2 && n <= 4 ? few : many;
  const unit = n % 10;
  const teen = n % 100 >= 12 && n % 100 <= 14;
  return unit >= 2 && unit <= 4 && !teen ? few : many;
}

/** Minutes as the largest whole unit. */
const span = (minutes: number): { n: number; unit: 'minute' | 'hour' | 'day' } => {
  if (minutes % 1_440 === 0 && minutes > 0) return { n: minutes / 1_440, unit: 'day' };
  if (minutes % 60 === 0 && minutes > 0) return { n: minutes / 60, unit: 'hour' };
  return { n: minutes, unit: 'minute' };
};

const UNITS = {
  cs: { minute: ['minuta', 'minuty', 'minut'], hour: ['hodina', 'hodiny', 'hodin'], day: ['den', 'dny', 'dní'] },
  pl: { minute: ['minuta', 'minuty', 'minut'], hour: ['godzina', 'godziny', 'godzin'], day: ['dzień', 'dni', 'dni'] },
  sk: { minute: ['minúta', 'minúty', 'minút'], hour: ['hodina', 'hodiny', 'hodín'], day: ['deň', 'dni', 'dní'] },
} as const;

function spanWords(minutes: number, language: Language): string {
  const { n, unit } = span(minutes);
  if (language === 'en') return `${n} ${unit}${n === 1 ? '' : 's'}`;
  const [one, few, many] = UNITS[language][unit];
  return `${n} ${slavic(n, one, few, many, language)}`;
}

const number = (value: string | number | undefined): number => Number(value ?? 0);

const WORDS: Record<Language, Words> = {
  en: {
    entered: (p) => `You walked into ${p.zone}.`,
    dwelled: (p) => `You spent ${p.seconds} seconds at ${p.zone}.`,
    exited: (p) => `You were leaving ${p.zone}.`,
    'no-consent': (p) =>
      p.purpose === 'push' ? 'You had not agreed to receive offers.' : 'You had not agreed to be recognised.',
    'campaign-not-live': () => 'The offer was not running.',
    'stale-sighting': (p) => `You were seen there ${p.seconds} seconds earlier, which is too long ago.`,
    cloned: () => 'Your tag was heard at two far places at once, so it is not sure that it was you.',
    paused: () => 'You had paused offers.',
    'out-of-schedule': () => 'The offer does not run at this time.',
    'quiet-hours': (p) => `Quiet hours: no offers from ${p.from} to ${p.to}.`,
    cooldown: (p) => `You had this offer already; it comes at most once in ${spanWords(number(p.minutes), 'en')}.`,
    'attention-budget': (p) =>
      p.limit === 'visit'
        ? `You get at most ${p.max} ${p.max === 1 ? 'offer' : 'offers'} a visit.`
        : `You get at most ${p.max} ${p.max === 1 ? 'offer' : 'offers'} a day from one shop.`,
    'stock-out': () => 'All of these offers were taken.',
    'phone-closed': () => 'This page was not open on your phone.',
    control: () => 'Chosen at random to get no offer, so that the shop learns whether offers help.',
    'left-zone': () => 'You had already left the place it was about.',
    deadline: (p) => `It could not reach you within ${p.seconds} seconds.`,
    'not-acknowledged': () => 'Your phone did not answer in time.',
  },
  cs: {
    entered: (p) => `Přišli jste do zóny ${p.zone}.`,
    dwelled: (p) => `Strávili jste ${p.seconds} s v zóně ${p.zone}.`,
    exited: (p) => `Odcházeli jste ze zóny ${p.zone}.`,
    'no-consent': (p) =>
      p.purpose === 'push' ? 'Nesouhlasili jste se zasíláním nabídek.' : 'Nesouhlasili jste s rozpoznáním.',
    'campaign-not-live': () => 'Nabídka právě neběžela.',
    'stale-sighting': (p) => `Viděli jsme vás tam před ${p.seconds} s, a to je příliš dávno.`,
    cloned: () => 'Váš čip byl slyšet na dvou vzdálených místech zároveň, takže není jisté, že jste to byli vy.',
    paused: () => 'Nabídky jste měli pozastavené.',
    'out-of-schedule': () => 'V tuto dobu nabídka neběží.',
    'quiet-hours': (p) => `Doba klidu: od ${p.from} do ${p.to} nabídky nechodí.`,
    cooldown: (p) => `Tuto nabídku jste už dostali; nejkratší odstup je ${spanWords(number(p.minutes), 'cs')}.`,
    'attention-budget': (p) =>
      p.limit === 'visit'
        ? `Za návštěvu dostanete nejvýše ${p.max} ${slavic(number(p.max), 'nabídku', 'nabídky', 'nabídek', 'cs')}.`
        : `Od jednoho obchodu dostanete za den nejvýše ${p.max} ${slavic(number(p.max), 'nabídku', 'nabídky', 'nabídek', 'cs')}.`,
    'stock-out': () => 'Všechny tyto nabídky jsou rozebrané.',
    'phone-closed': () => 'Tato stránka nebyla na vašem telefonu otevřená.',
    control: () => 'Náhodně jste byli vybráni bez nabídky, aby obchod zjistil, zda nabídky pomáhají.',
    'left-zone': () => 'Z daného místa jste už odešli.',
    deadline: (p) => `Nedorazila by k vám do ${p.seconds} s.`,
    'not-acknowledged': () => 'Váš telefon včas neodpověděl.',
  },
  pl: {
    entered: (p) => `Jesteś w strefie ${p.zone}.`,
    dwelled: (p) => `Spędzasz ${p.seconds} s w strefie ${p.zone}.`,
    exited: (p) => `Opuszczasz strefę ${p.zone}.`,
    'no-consent': (p) => (p.purpose === 'push' ? 'Brak zgody na otrzymywanie ofert.' : 'Brak zgody na rozpoznawanie.'),
    'campaign-not-live': () => 'Oferta nie była aktywna.',
    'stale-sighting': (p) => `Ostatni sygnał z tego miejsca pochodził sprzed ${p.seconds} s, to zbyt dawno.`,
    cloned: () =>
      'Identyfikator był słyszany jednocześnie w dwóch odległych miejscach, więc nie ma pewności, czyj to był sygnał.',
    paused: () => 'Oferty były wstrzymane.',
    'out-of-schedule': () => 'O tej porze oferta nie obowiązuje.',
    'quiet-hours': (p) => `Cisza: od ${p.from} do ${p.to} nie wysyłamy ofert.`,
    cooldown: (p) => `Ta oferta już była; najkrótszy odstęp to ${spanWords(number(p.minutes), 'pl')}.`,
    'attention-budget': (p) =>
      p.limit === 'visit'
        ? `Podczas jednej wizyty wysyłamy najwyżej ${p.max} ${slavic(number(p.max), 'ofertę', 'oferty', 'ofert', 'pl')}.`
        : `Jeden sklep może wysłać najwyżej ${p.max} ${slavic(number(p.max), 'ofertę', 'oferty', 'ofert', 'pl')} dziennie.`,
    'stock-out': () => 'Wszystkie te oferty zostały już wydane.',
    'phone-closed': () => 'Ta strona nie była otwarta w telefonie.',
    control: () => 'Losowo wybrano brak oferty, aby sklep sprawdził, czy oferty pomagają.',
    'left-zone': () => 'Oferta dotyczyła miejsca, które zostało już opuszczone.',
    deadline: (p) => `Oferta nie dotarłaby w ciągu ${p.seconds} s.`,
    'not-acknowledged': () => 'Telefon nie odpowiedział na czas.',
  },
  sk: {
    entered: (p) => `Prišli ste do zóny ${p.zone}.`,
    dwelled: (p) => `Strávili ste ${p.seconds} s v zóne ${p.zone}.`,
    exited: (p) => `Odchádzali ste zo zóny ${p.zone}.`,
    'no-consent': (p) =>
      p.purpose === 'push' ? 'Nesúhlasili ste so zasielaním ponúk.' : 'Nesúhlasili ste s rozpoznaním.',
    'campaign-not-live': () => 'Ponuka práve nebežala.',
    'stale-sighting': (p) => `Videli sme vás tam pred ${p.seconds} s, a to je príliš dávno.`,
    cloned: () => 'Váš čip bolo počuť na dvoch vzdialených miestach naraz, takže nie je isté, že ste to boli vy.',
    paused: () => 'Ponuky ste mali pozastavené.',
    'out-of-schedule': () => 'V tomto čase ponuka nebeží.',
    'quiet-hours': (p) => `Čas pokoja: od ${p.from} do ${p.to} ponuky nechodia.`,
    cooldown: (p) => `Túto ponuku ste už dostali; najkratší odstup je ${spanWords(number(p.minutes), 'sk')}.`,
    'attention-budget': (p) =>
      p.limit === 'visit'
        ? `Za návštevu dostanete najviac ${p.max} ${slavic(number(p.max), 'ponuku', 'ponuky', 'ponúk', 'sk')}.`
        : `Od jedného obchodu dostanete za deň najviac ${p.max} ${slavic(number(p.max), 'ponuku', 'ponuky', 'ponúk', 'sk')}.`,
    'stock-out': () => 'Všetky tieto ponuky sú rozobraté.',
    'phone-closed': () => 'Táto stránka nebola vo vašom telefóne otvorená.',
    control: () => 'Náhodne ste boli vybraní bez ponuky, aby obchod zistil, či ponuky pomáhajú.',
    'left-zone': () => 'Z daného miesta ste už odišli.',
    deadline: (p) => `Nedorazila by k vám do ${p.seconds} s.`,
    'not-acknowledged': () => 'Váš telefón včas neodpovedal.',
  },
};

export const reasonWords = (code: ReasonCode, params: ReasonParams, language: Language): string =>
  WORDS[language][code](params);

export const isReasonCode = (code: string): code is ReasonCode => (REASON_CODES as readonly string[]).includes(code);
