/** The very words that people agree to, by version. A changed word is a new version. Pure. */
import { createHash } from 'node:crypto';
import type { Language } from '../contract/campaigns.ts';
import type { ConsentText, Purpose } from '../contract/offers.ts';
import { PURPOSES } from '../contract/offers.ts';

/**
 * 2: offers may reach a closed phone; purchases, quiz and what becomes of it are named.
 * 3: of presence, that partners may learn of it where sharing is agreed to.
 */
export const CONSENT_VERSIONS: Readonly<Record<Purpose, number>> = { presence: 3, push: 2, profiling: 2, sharing: 2 };
/** How long visits of identified carriers are kept, unless the server is set otherwise. */
export const DEFAULT_RETENTION_DAYS = 90;

const TEXTS: Record<Language, Record<Purpose, { title: string; text: string }>> = {
  en: {
    presence: {
      title: 'Recognise my tag',
      text: 'The mall may notice when the tag I pair is in its zones. Only I can see where it was; partners learn only what I agree to separately. Nothing is noticed before I agree, and after {days} days it is deleted.',
    },
    push: {
      title: 'Send me offers',
      text: 'The mall may show me an offer when I am where it applies: on this page, and as a notification on a closed phone once I turn notifications on. How many come at most is limited for the whole mall, and each says why I got it.',
    },
    profiling: {
      title: 'Choose offers by what I like',
      text: 'The mall may use my earlier visits, purchases and offers, and what I tell it of my interests and favourite brands, to choose what suits me. Without this I get the same offers as everybody else. When I turn it off, what I told is deleted.',
    },
    sharing: {
      title: 'Tell partners where I am',
      text: 'The mall may tell the systems of its partners when my tag enters a zone, stays in it or leaves it: the zone and the time, under a random number that changes with each visit. They learn neither my name nor my tag nor an exact place. It needs the consent to be recognised, and ends within seconds when I turn it off.',
    },
  },
  cs: {
    presence: {
      title: 'Rozpoznat můj štítek',
      text: 'Centrum smí zaznamenat, že je můj spárovaný štítek v jeho zónách. Kde byl, vidím jen já; partneři se dozvědí jen to, s čím zvlášť souhlasím. Dokud nesouhlasím, nezaznamenává se nic, a po {days} dnech se vše smaže.',
    },
    push: {
      title: 'Posílat mi nabídky',
      text: 'Centrum mi smí ukázat nabídku, když jsem tam, kde platí: na této stránce, a zapnu-li si oznámení, i na zavřeném telefonu. Kolik jich nejvýše přijde, je omezeno pro celé centrum, a u každé vidím důvod.',
    },
    profiling: {
      title: 'Vybírat nabídky podle mě',
      text: 'Centrum smí podle mých dřívějších návštěv, nákupů a nabídek a podle toho, co uvedu o svých zájmech a oblíbených značkách, vybírat, co se mi hodí. Bez toho dostávám stejné nabídky jako všichni ostatní. Když souhlas odvolám, moje odpovědi se smažou.',
    },
    sharing: {
      title: 'Sdílet s partnery, kde jsem',
      text: 'Centrum smí systémům svých partnerů sdělit, kdy můj štítek do zóny vstoupí, zdrží se v ní nebo ji opustí: zónu a čas, pod náhodným číslem, které se s každou návštěvou mění. Nedozví se mé jméno, můj štítek ani přesné místo. Platí jen spolu se souhlasem s rozpoznáním, a když ho vypnu, skončí to během několika sekund.',
    },
  },
  pl: {
    presence: {
      title: 'Rozpoznawaj mój znacznik',
      text: 'Galeria może odnotować, że sparowany przeze mnie znacznik jest w jej strefach. Tylko ja widzę, gdzie był; partnerzy dowiedzą się tylko tego, na co zgodzę się osobno. Bez mojej zgody nic nie jest odnotowywane, a po {days} dniach wszystko jest usuwane.',
    },
    push: {
      title: 'Wysyłaj mi oferty',
      text: 'Galeria może pokazać mi ofertę, gdy jestem tam, gdzie ona obowiązuje: na tej stronie, a jeśli włączę powiadomienia, także na zamkniętym telefonie. Ich największa liczba jest ograniczona dla całej galerii, a przy każdej widzę powód.',
    },
    profiling: {
      title: 'Dobieraj oferty do mnie',
      text: 'Galeria może na podstawie moich wcześniejszych wizyt, zakupów i ofert oraz tego, co podam o swoich zainteresowaniach i ulubionych markach, wybierać to, co mi odpowiada. Bez tej zgody dostaję takie same oferty jak wszyscy. Gdy ją wycofam, podane informacje zostaną usunięte.',
    },
    sharing: {
      title: 'Informuj partnerów, gdzie jestem',
      text: 'Galeria może informować systemy swoich partnerów, kiedy mój znacznik wchodzi do strefy, przebywa w niej lub ją opuszcza: podaje strefę i godzinę, pod losowym numerem, który zmienia się przy każdej wizycie. Partnerzy nie poznają mojego imienia, znacznika ani dokładnego miejsca. Wymaga to zgody na rozpoznawanie, a po wyłączeniu kończy się w ciągu kilku sekund.',
    },
  },
  sk: {
    presence: {
      title: 'Rozpoznať môj štítok',
      text: 'Centrum smie zaznamenať, že je môj spárovaný štítok v jeho zónach. Kde bol, vidím len ja; partneri sa dozvedia len to, s čím súhlasím osobitne. Kým nesúhlasím, nezaznamenáva sa nič, a po {days} dňoch sa všetko zmaže.',
    },
    push: {
      title: 'Posielať mi ponuky',
      text: 'Centrum mi smie ukázať ponuku, keď som tam, kde platí: na tejto stránke, a ak si zapnem upozornenia, aj na zatvorenom telefóne. Koľko ich najviac príde, je obmedzené pre celé centrum, a pri každej vidím dôvod.',
    },
    profiling: {
      title: 'Vyberať ponuky podľa mňa',
      text: 'Centrum smie podľa mojich predchádzajúcich návštev, nákupov a ponúk a podľa toho, čo uvediem o svojich záujmoch a obľúbených značkách, vyberať, čo sa mi hodí. Bez toho dostávam rovnaké ponuky ako všetci ostatní. Keď súhlas odvolám, moje odpovede sa zmažú.',
    },
    sharing: {
      title: 'Zdieľať s partnermi, kde som',
      text: 'Centrum smie systémom svojich partnerov oznámiť, kedy môj štítok do zóny vstúpi, zdrží sa v nej alebo ju opustí: zónu a čas, pod náhodným číslom, ktoré sa s každou návštevou mení. Nedozvedia sa moje meno, môj štítok ani presné miesto. Platí len spolu so súhlasom s rozpoznaním, a keď ho vypnem, skončí sa to v priebehu niekoľkých sekúnd.',
    },
  },
};

const hashOf = (title: string, text: string): string =>
  createHash('sha256').update(`${title}\n${text}`).digest('base64url');

export const consentTexts = (language: Language, retentionDays = DEFAULT_RETENTION_DAYS): ConsentText[] =>
  PURPOSES.map((purpose) => {
    const { title } = TEXTS[language][purpose];
    const text = TEXTS[language][purpose].text.replace('{days}', String(retentionDays));
    return { purpose, version: CONSENT_VERSIONS[purpose], title, text, textHash: hashOf(title, text) };
  });

/** True where these are the words of today. */
export const isCurrentText = (
  given: { purpose: Purpose; version: number; textHash: string; language: Language },
  retentionDays = DEFAULT_RETENTION_DAYS,
): boolean =>
  consentTexts(given.language, retentionDays).some(
    (text) => text.purpose === given.purpose && text.version === given.version && text.textHash === given.textHash,
  );
