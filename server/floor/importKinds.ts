/** What a feature of a floor plan is, from its name and properties. Pure. */
import type { Zone } from '../contract/model.ts';
import { ZONE_KINDS } from '../contract/model.ts';

type Properties = Record<string, unknown>;

/** Zones, areas that are solid or closed (walls alone), and marks on the floor (nothing at all). */
export type FeatureUse = { use: 'zone'; kind: Zone['kind'] } | { use: 'walls' | 'nothing'; reason: string };

const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'", apos: "'", nbsp: ' ' };
const MAX_NAME = 120;

/** The first property that holds a name, with the HTML entities that exports leave in it undone. */
export function nameOf(properties: Properties): string | undefined {
  for (const key of ['name', 'display', 'title', 'label', 'ref']) {
    const value = properties[key];
    if (typeof value !== 'string') continue;
    const text = value
      .replaceAll(/&(amp|lt|gt|quot|apos|nbsp|#39);/g, (_, entity: string) => ENTITIES[entity] ?? '')
      .replaceAll(/\s+/g, ' ')
      .trim()
      .slice(0, MAX_NAME);
    if (text) return text;
  }
  return undefined;
}

/** English, and the romanised Chinese of public mall maps. */
const VOID = /\b(void|atrium|hollow)\b|zhongkong/i;
const CLOSED = /\b(closed|no access|private|non-public)\b|feikaifangquyu/i;
const CORRIDOR = /\b(corridor|hallway|passage|walkway|aisle)\b|zoulang/i;
const ENTRANCE = /\b(entrance|entry|gate|doors?)\b|chukou|rukou|churukou/i;
const FACILITY =
  /\b(stairs?|staircase|steps|lift|elevator|escalator|toilets?|wc|restrooms?|washroom|bathroom|parking|service|storage|technical|atm|seating|rest area|vacant)\b|fuzhumian|xishoujian|weishengjian|xiuxiqu|dianti|futi|louti|kongpu|huangxiaolu/i;

/** Of a letter or two and digits, as bays of a car park are numbered; shops may be, too, so there must be many and small. */
const BAY_NAME = /^[A-Z]{1,2}-?\d{2,4}$/;
const BAY_MAX_AREA_M2 = 25;
const BAYS_AT_LEAST = 20;

export const looksLikeBay = (name: string, areaM2: number): boolean => BAY_NAME.test(name) && areaM2 <= BAY_MAX_AREA_M2;
export const areBays = (candidates: number): boolean => candidates >= BAYS_AT_LEAST;

export function useOf(name: string | undefined, properties: Properties): FeatureUse {
  const kind = properties.kind;
  if (typeof kind === 'string' && (ZONE_KINDS as readonly string[]).includes(kind))
    return { use: 'zone', kind: kind as Zone['kind'] };
  if (name === undefined) return { use: 'walls', reason: 'has no name' };
  const words = [name, ...['type', 'category', 'indoor', 'room', 'amenity', 'class'].map((key) => properties[key])]
    .filter((value) => typeof value === 'string')
    .join(' ');
  if (VOID.test(words)) return { use: 'walls', reason: 'is a void' };
  if (CLOSED.test(words)) return { use: 'walls', reason: 'is closed to visitors' };
  if (CORRIDOR.test(words)) return { use: 'zone', kind: 'corridor' };
  if (ENTRANCE.test(words)) return { use: 'zone', kind: 'entrance' };
  return { use: 'zone', kind: FACILITY.test(words) ? 'other' : 'shop' };
}
