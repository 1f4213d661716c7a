/** The very words that people agree to, by version. A changed word is a new version. Pure. */
import { createHash } from 'node:crypto';
import type { ConsentText, Language, Purpose } from '../contract/offers.ts';
import { PURPOSES } from '../contract/offers.ts';

export const CONSENT_VERSION = 1;

const TEXTS: Record<Language, Record<Purpose, { title: string; text: string }>> = {
  en: {
    presence: {
      title: 'Recognise my tag',
      text: 'The mall may notice when the tag I pair is in its zones. Only I can see where it was. Nothing is noticed before I agree, and after 90 days it is deleted.',
    },
    push: {
      title: 'Send me offers',
      text: 'The mall may show an offer on this page when I am where it applies: at most one a visit, and none at night.',
    },
    profiling: {
      title: 'Choose offers by what I like',
      text: 'The mall may use my earlier visits and offers to choose what suits me. Without this I get the same offers as everybody else.',
    },
  },
  cs: {
    presence: {
      title: 'Rozpoznat můj štítek',
      text: 'Centrum smí zaznamenat, že je můj spárovaný štítek v jeho zónách. Kde byl, vidím jen já. Dokud nesouhlasím, nezaznamenává se nic, a po 90 dnech se vše smaže.',
    },
    push: {
      title: 'Posílat mi nabídky',
      text: 'Centrum mi smí na této stránce ukázat nabídku, když jsem tam, kde platí: nejvýše jednu za návštěvu a žádnou v noci.',
    },
    profiling: {
      title: 'Vybírat nabídky podle mě',
      text: 'Centrum smí podle mých dřívějších návštěv a nabídek vybírat, co se mi hodí. Bez toho dostávám stejné nabídky jako všichni ostatní.',
    },
  },
  pl: {
    presence: {
      title: 'Rozpoznawaj mój znacznik',
      text: 'Galeria może odnotować, że sparowany przeze mnie znacznik jest w jej strefach. Tylko ja widzę, gdzie był. Bez mojej zgody nic nie jest odnotowywane, a po 90 dniach wszystko jest usuwane.',
    },
    push: {
      title: 'Wysyłaj mi oferty',
      text: 'Galeria może pokazać mi na tej stronie ofertę, gdy jestem tam, gdzie ona obowiązuje: najwyżej jedną podczas wizyty i żadnej w nocy.',
    },
    profiling: {
      title: 'Dobieraj oferty do mnie',
      text: 'Galeria może na podstawie moich wcześniejszych wizyt i ofert wybierać to, co mi odpowiada. Bez tej zgody dostaję takie same oferty jak wszyscy.',
    },
  },
  sk: {
    presence: {
      title: 'Rozpoznať môj štítok',
      text: 'Centrum smie zaznamenať, že je môj spárovaný štítok v jeho zónach. Kde bol, vidím len ja. Kým nesúhlasím, nezaznamenáva sa nič, a po 90 dňoch sa všetko zmaže.',
    },
    push: {
      title: 'Posielať mi ponuky',
      text: 'Centrum mi smie na tejto stránke ukázať ponuku, keď som tam, kde platí: najviac jednu za návštevu a žiadnu v noci.',
    },
    profiling: {
      title: 'Vyberať ponuky podľa mňa',
      text: 'Centrum smie podľa mojich predchádzajúcich návštev a ponúk vyberať, čo sa mi hodí. Bez toho dostávam rovnaké ponuky ako všetci ostatní.',
    },
  },
};

const hashOf = (title: string, text: string): string =>
  createHash('sha256').update(`${title}\n${text}`).digest('base64url');

export const consentTexts = (language: Language): ConsentText[] =>
  PURPOSES.map((purpose) => {
    const { title, text } = TEXTS[language][purpose];
    return { purpose, version: CONSENT_VERSION, title, text, textHash: hashOf(title, text) };
  });

/** True where these are the words of today. */
export const isCurrentText = (given: {
  purpose: Purpose;
  version: number;
  textHash: string;
  language: Language;
}): boolean =>
  consentTexts(given.language).some(
    (text) => text.purpose === given.purpose && text.version === given.version && text.textHash === given.textHash,
  );
