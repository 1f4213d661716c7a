/** Why an offer was sent or held back: a stable code and words in the shopper's language. Pure. */
import type { Language } from '../contract/campaigns.ts';
import type { AudienceCondition } from './audience.ts';

export const REASON_CODES = [
  'entered',
  'dwelled',
  'exited',
  'returned',
  'basket',
  'no-consent',
  'campaign-not-live',
  'stale-sighting',
  'cloned',
  'paused',
  'out-of-schedule',
  'quiet-hours',
  'not-in-audience',
  'cooldown',
  'attention-budget',
  'outranked',
  'stock-out',
  'budget-spent',
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

const DAY_MINUTES = 1_440;

/** By what the shopper was left out. */
const AUDIENCE: Record<Language, Record<AudienceCondition, string>> = {
  en: {
    interests: 'It was meant for shoppers with other interests.',
    brands: 'It was meant for shoppers with other favourite brands.',
    tiers: 'It was meant for another loyalty tier.',
    who: 'It was meant either for new or for returning visitors, and you were the other.',
    frequency: 'It was meant for shoppers who come more often or less often.',
    recency: 'It was meant for shoppers whose last visit was longer or shorter ago.',
    visited: 'It was meant for shoppers who had been to certain places.',
    notVisited: 'It was meant for shoppers who had not been to certain places.',
  },
  cs: {
    interests: 'Byla určena lidem s jinými zájmy.',
    brands: 'Byla určena lidem s jinými oblíbenými značkami.',
    tiers: 'Byla určena jiné úrovni věrnostního programu.',
    who: 'Byla určena buď novým, nebo vracejícím se návštěvníkům, a vy patříte k těm druhým.',
    frequency: 'Byla určena lidem, kteří chodí častěji nebo méně často.',
    recency: 'Byla určena lidem, kteří tu byli naposledy dříve nebo později než vy.',
    visited: 'Byla určena lidem, kteří navštívili určitá místa.',
    notVisited: 'Byla určena lidem, kteří určitá místa nenavštívili.',
  },
  pl: {
    interests: 'Oferta była dla osób o innych zainteresowaniach.',
    brands: 'Oferta była dla osób o innych ulubionych markach.',
    tiers: 'Oferta była dla innego poziomu programu lojalnościowego.',
    who: 'Oferta była tylko dla nowych albo tylko dla powracających gości, a nie dla Ciebie.',
    frequency: 'Oferta była dla osób, które przychodzą częściej lub rzadziej.',
    recency: 'Oferta była dla osób, których ostatnia wizyta była dawniej lub później.',
    visited: 'Oferta była dla osób, które odwiedziły określone miejsca.',
    notVisited: 'Oferta była dla osób, które nie odwiedziły określonych miejsc.',
  },
  sk: {
    interests: 'Bola určená ľuďom s inými záujmami.',
    brands: 'Bola určená ľuďom s inými obľúbenými značkami.',
    tiers: 'Bola určená inej úrovni vernostného programu.',
    who: 'Bola určená buď novým, alebo vracajúcim sa návštevníkom, a vy patríte k tým druhým.',
    frequency: 'Bola určená ľuďom, ktorí chodia častejšie alebo menej často.',
    recency: 'Bola určená ľuďom, ktorí tu boli naposledy skôr alebo neskôr než vy.',
    visited: 'Bola určená ľuďom, ktorí navštívili určité miesta.',
    notVisited: 'Bola určená ľuďom, ktorí určité miesta nenavštívili.',
  },
};

const number = (value: string | number | undefined): number => Number(value ?? 0);

const WORDS: Record<Language, Words> = {
  en: {
    entered: (p) => `You walked into ${p.zone}.`,
    dwelled: (p) => `You spent ${p.seconds} seconds at ${p.zone}.`,
    exited: (p) => `You were leaving ${p.zone}.`,
    returned: (p) =>
      `You are back in ${p.zone}, ${spanWords(number(p.days) * DAY_MINUTES, 'en')} after your last visit.`,
    basket: (p) => `You came to ${p.zone} and have a basket waiting in its web shop.`,
    'no-consent': (p) =>
      p.purpose === 'push'
        ? 'You had not agreed to receive offers.'
        : p.purpose === 'profiling'
          ? 'It is chosen by what is known of you, and you had not agreed to that.'
          : 'You had not agreed to be recognised.',
    'campaign-not-live': () => 'The offer was not running.',
    'stale-sighting': (p) => `You were seen there ${p.seconds} seconds earlier, which is too long ago.`,
    cloned: () => 'Your tag was heard at two far places at once, so it is not sure that it was you.',
    paused: () => 'You had paused offers.',
    'out-of-schedule': () => 'The offer does not run at this time.',
    'quiet-hours': (p) => `Quiet hours: no offers from ${p.from} to ${p.to}.`,
    'not-in-audience': (p) => AUDIENCE.en[p.condition as AudienceCondition] ?? 'It was meant for other shoppers.',
    cooldown: (p) => `You had this offer already; it comes at most once in ${spanWords(number(p.minutes), 'en')}.`,
    'attention-budget': (p) => {
      if (p.limit === 'spacing')
        return `Offers keep a distance of ${spanWords(number(p.minutes), 'en')} from one another.`;
      const offers = `at most ${p.max} ${p.max === 1 ? 'offer' : 'offers'}`;
      if (p.limit === 'visit') return `You get ${offers} a visit.`;
      return p.limit === 'day' ? `You get ${offers} a day.` : `You get ${offers} a day from one shop.`;
    },
    outranked: () => 'Another offer at the same moment suited you better.',
    'stock-out': () => 'All of these offers were taken.',
    'budget-spent': () => 'What the shop set aside for this offer has been given out.',
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
    returned: (p) =>
      `Jste zpět v zóně ${p.zone}; od minulé návštěvy uplynulo: ${spanWords(number(p.days) * DAY_MINUTES, 'cs')}.`,
    basket: (p) => `Přišli jste do zóny ${p.zone} a v e-shopu na vás čeká košík.`,
    'no-consent': (p) =>
      p.purpose === 'push'
        ? 'Nesouhlasili jste se zasíláním nabídek.'
        : p.purpose === 'profiling'
          ? 'Vybírá se podle toho, co o vás víme, a s tím jste nesouhlasili.'
          : 'Nesouhlasili jste s rozpoznáním.',
    'campaign-not-live': () => 'Nabídka právě neběžela.',
    'stale-sighting': (p) => `Viděli jsme vás tam před ${p.seconds} s, a to je příliš dávno.`,
    cloned: () => 'Váš čip byl slyšet na dvou vzdálených místech zároveň, takže není jisté, že jste to byli vy.',
    paused: () => 'Nabídky jste měli pozastavené.',
    'out-of-schedule': () => 'V tuto dobu nabídka neběží.',
    'quiet-hours': (p) => `Doba klidu: od ${p.from} do ${p.to} nabídky nechodí.`,
    'not-in-audience': (p) => AUDIENCE.cs[p.condition as AudienceCondition] ?? 'Byla určena jiným zákazníkům.',
    cooldown: (p) => `Tuto nabídku jste už dostali; nejkratší odstup je ${spanWords(number(p.minutes), 'cs')}.`,
    'attention-budget': (p) => {
      if (p.limit === 'spacing') return `Mezi nabídkami je odstup nejméně ${spanWords(number(p.minutes), 'cs')}.`;
      const offers = `nejvýše ${p.max} ${slavic(number(p.max), 'nabídku', 'nabídky', 'nabídek', 'cs')}`;
      if (p.limit === 'visit') return `Za návštěvu dostanete ${offers}.`;
      return p.limit === 'day' ? `Za den dostanete ${offers}.` : `Od jednoho obchodu dostanete za den ${offers}.`;
    },
    outranked: () => 'Ve stejnou chvíli se vám více hodila jiná nabídka.',
    'stock-out': () => 'Všechny tyto nabídky jsou rozebrané.',
    'budget-spent': () => 'Částka, kterou obchod na tuto nabídku vyčlenil, je vyčerpaná.',
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
    returned: (p) =>
      `Znowu jesteś w strefie ${p.zone}; od ostatniej wizyty minęło: ${spanWords(number(p.days) * DAY_MINUTES, 'pl')}.`,
    basket: (p) => `Jesteś w strefie ${p.zone}, a w sklepie internetowym czeka Twój koszyk.`,
    'no-consent': (p) =>
      p.purpose === 'push'
        ? 'Brak zgody na otrzymywanie ofert.'
        : p.purpose === 'profiling'
          ? 'Ta oferta jest dobierana do osoby, a na to nie ma zgody.'
          : 'Brak zgody na rozpoznawanie.',
    'campaign-not-live': () => 'Oferta nie była aktywna.',
    'stale-sighting': (p) => `Ostatni sygnał z tego miejsca pochodził sprzed ${p.seconds} s, to zbyt dawno.`,
    cloned: () =>
      'Identyfikator był słyszany jednocześnie w dwóch odległych miejscach, więc nie ma pewności, czyj to był sygnał.',
    paused: () => 'Oferty były wstrzymane.',
    'out-of-schedule': () => 'O tej porze oferta nie obowiązuje.',
    'quiet-hours': (p) => `Cisza: od ${p.from} do ${p.to} nie wysyłamy ofert.`,
    'not-in-audience': (p) => AUDIENCE.pl[p.condition as AudienceCondition] ?? 'Oferta była dla innych klientów.',
    cooldown: (p) => `Ta oferta już była; najkrótszy odstęp to ${spanWords(number(p.minutes), 'pl')}.`,
    'attention-budget': (p) => {
      if (p.limit === 'spacing') return `Najkrótszy odstęp między ofertami to ${spanWords(number(p.minutes), 'pl')}.`;
      const offers = `najwyżej ${p.max} ${slavic(number(p.max), 'ofertę', 'oferty', 'ofert', 'pl')}`;
      if (p.limit === 'visit') return `Podczas jednej wizyty wysyłamy ${offers}.`;
      return p.limit === 'day' ? `Wysyłamy ${offers} dziennie.` : `Jeden sklep może wysłać ${offers} dziennie.`;
    },
    outranked: () => 'W tej samej chwili lepiej pasowała inna oferta.',
    'stock-out': () => 'Wszystkie te oferty zostały już wydane.',
    'budget-spent': () => 'Kwota, którą sklep przeznaczył na tę ofertę, została wyczerpana.',
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
    returned: (p) =>
      `Ste späť v zóne ${p.zone}; od poslednej návštevy uplynulo: ${spanWords(number(p.days) * DAY_MINUTES, 'sk')}.`,
    basket: (p) => `Prišli ste do zóny ${p.zone} a v e-shope na vás čaká košík.`,
    'no-consent': (p) =>
      p.purpose === 'push'
        ? 'Nesúhlasili ste so zasielaním ponúk.'
        : p.purpose === 'profiling'
          ? 'Vyberá sa podľa toho, čo o vás vieme, a s tým ste nesúhlasili.'
          : 'Nesúhlasili ste s rozpoznaním.',
    'campaign-not-live': () => 'Ponuka práve nebežala.',
    'stale-sighting': (p) => `Videli sme vás tam pred ${p.seconds} s, a to je príliš dávno.`,
    cloned: () => 'Váš čip bolo počuť na dvoch vzdialených miestach naraz, takže nie je isté, že ste to boli vy.',
    paused: () => 'Ponuky ste mali pozastavené.',
    'out-of-schedule': () => 'V tomto čase ponuka nebeží.',
    'quiet-hours': (p) => `Čas pokoja: od ${p.from} do ${p.to} ponuky nechodia.`,
    'not-in-audience': (p) => AUDIENCE.sk[p.condition as AudienceCondition] ?? 'Bola určená iným zákazníkom.',
    cooldown: (p) => `Túto ponuku ste už dostali; najkratší odstup je ${spanWords(number(p.minutes), 'sk')}.`,
    'attention-budget': (p) => {
      if (p.limit === 'spacing') return `Medzi ponukami je odstup najmenej ${spanWords(number(p.minutes), 'sk')}.`;
      const offers = `najviac ${p.max} ${slavic(number(p.max), 'ponuku', 'ponuky', 'ponúk', 'sk')}`;
      if (p.limit === 'visit') return `Za návštevu dostanete ${offers}.`;
      return p.limit === 'day' ? `Za deň dostanete ${offers}.` : `Od jedného obchodu dostanete za deň ${offers}.`;
    },
    outranked: () => 'V tej istej chvíli sa vám viac hodila iná ponuka.',
    'stock-out': () => 'Všetky tieto ponuky sú rozobraté.',
    'budget-spent': () => 'Suma, ktorú obchod na túto ponuku vyčlenil, je vyčerpaná.',
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
