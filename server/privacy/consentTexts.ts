/** The very words that people agree to, by version. A changed word is a new version. Pure. */
import { createHash } from 'node:crypto';
import type { Language } from '../contract/campaigns.ts';
import type { ConsentText, Purpose } from '../contract/offers.ts';
import { PURPOSES } from '../contract/offers.ts';

export const CONSENT_VERSION = 1;
/** How long visits of identified carriers are kept, unless the server is set otherwise. */
export const DEFAULT_RETENTION_DAYS = 90;

const TEXTS: Record<Language, Record<Purpose, { title: string; text: string }>> = {
  en: {
    presence: {
      title: 'Recognise my tag',
      text: 'The mall may notice when the tag I pair is in its zones. Only I can see where it was. Nothing is noticed before I agree, and after {days} days it is deleted.',
    },
    push: {
      title: 'Send me offers',
      text: 'The mall may show an offer on this page when I am where it applies. How many come at most is limited for the whole mall, and each says why I got it.',
    },
    profiling: {
      title: 'Choose offers by what I like',
      text: 'The mall may use my earlier visits and offers to choose what suits me. Without this I get the same offers as everybody else.',
    },
  },
  cs: {
    presence: {
      title: 'Rozpoznat můj štítek',
      text: 'Centrum smí zaznamenat, že je můj spárovaný štítek v jeho zónách. Kde byl, vidím jen já. Dokud nesouhlasím, nezaznamenává se nic, a po {days} dnech se vše smaže.',
    },
    push: {
      title: 'Posílat mi nabídky',
      text: 'Centrum mi smí na této stránce ukázat nabídku, když jsem tam, kde platí. Kolik jich nejvýše přijde, je omezeno pro celé centrum, a u každé vidím důvod.',
    },
    profiling: {
      title: 'Vybírat nabídky podle mě',
      text: 'Centrum smí podle mých dřívějších návštěv a nabídek vybírat, co se mi hodí. Bez toho dostávám stejné nabídky jako všichni ostatní.',
    },
  },
  pl: {
    presence: {
      title: 'Rozpoznawaj mój znacznik',
      text: 'Galeria może odnotować, że sparowany przeze mnie znacznik jest w jej strefach. Tylko ja widzę, gdzie był. Bez mojej zgody nic nie jest odnotowywane, a po {days} dniach wszystko jest usuwane.',
    },
    push: {
      title: 'Wysyłaj mi oferty',
      text: 'Galeria może pokazać mi na tej stronie ofertę, gdy jestem tam, gdzie ona obowiązuje. Ich największa liczba jest ograniczona dla całej galerii, a przy każdej widzę powód.',
    },
    profiling: {
      title: 'Dobieraj oferty do mnie',
      text: 'Galeria może na podstawie moich wcześniejszych wizyt i ofert wybierać to, co mi odpowiada. Bez tej zgody dostaję takie same oferty jak wszyscy.',
    },
  },
  sk: {
    presence: {
      title: 'Rozpoznať môj štítok',
      text: 'Centrum smie zaznamenať, že je môj spárovaný štítok v jeho zónach. Kde bol, vidím len ja. Kým nesúhlasím, nezaznamenáva sa nič, a po {days} dňoch sa všetko zmaže.',
    },
    push: {
      title: 'Posielať mi ponuky',
      text: 'Centrum mi smie na tejto stránke ukázať ponuku, keď som tam, kde platí. Koľko ich najviac príde, je obmedzené pre celé centrum, a pri každej vidím dôvod.',
    },
    profiling: {
      title: 'Vyberať ponuky podľa mňa',
      text: 'Centrum smie podľa mojich predchádzajúcich návštev a ponúk vyberať, čo sa mi hodí. Bez toho dostávam rovnaké ponuky ako všetci ostatní.',
    },
  },
};

const hashOf = (title: string, text: string): string =>
  createHash('sha256').update(`${title}\n${text}`).digest('base64url');

export const consentTexts = (language: Language, retentionDays = DEFAULT_RETENTION_DAYS): ConsentText[] =>
  PURPOSES.map((purpose) => {
    const { title } = TEXTS[language][purpose];
    const text = TEXTS[language][purpose].text.replace('{days}', String(retentionDays));
    return { purpose, version: CONSENT_VERSION, title, text, textHash: hashOf(title, text) };
  });

/** True where these are the words of today. */
export const isCurrentText = (
  given: { purpose: Purpose; version: number; textHash: string; language: Language },
  retentionDays = DEFAULT_RETENTION_DAYS,
): boolean =>
  consentTexts(given.language, retentionDays).some(
    (text) => text.purpose === given.purpose && text.version === given.version && text.textHash === given.textHash,
  );
