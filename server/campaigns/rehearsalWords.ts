/** What a rehearsal warns of, in English; other languages make their words of the code and the params. Pure. */
import type { Rehearsal, RehearsalWarning } from '../contract/rehearsal.ts';

export type Warning = Rehearsal['warnings'][number];
type Params = Warning['params'];

const metres = (value: string | number | undefined): string => `${Number(value).toFixed(1)} m`;
const percent = (value: string | number | undefined): string => `${Math.round(Number(value) * 100)} %`;
const days = (value: string | number | undefined): string => `${value} ${value === 1 ? 'day' : 'days'}`;

const HELD: Record<string, string> = {
  'quiet-hours': 'quiet hours',
  'attention-budget/visit': 'pushes a visit',
  'attention-budget/day': 'pushes a day',
  'attention-budget/tenant-day': 'pushes a day of one tenant',
  'attention-budget/spacing': 'the time between pushes',
};

const WORDS: Record<RehearsalWarning, (p: Params) => string> = {
  'zone-smaller-than-error': (p) =>
    `${p.zone} is smaller than the position error there: its radius is ${metres(p.radiusM)}, and one fix in ten is off by more than ${metres(p.p90M)}. Draw it larger, or hang a gateway nearby.`,
  spill: (p) => `${percent(p.share)} of the fires would be of people who are really in ${p.place}.`,
  'many-false-fires': (p) =>
    `In ${percent(p.share)} of the fires the person would really be outside the zone, given the position error there.`,
  'no-history': () => 'There is no whole day of history yet with enough gateways reporting, so nothing can be said.',
  'little-history': (p) =>
    `Only ${days(p.days)} of the last ${p.wanted} count, so the figures may be far off: rehearse again in a week.`,
  'no-triggers': (p) => `Nobody would have set it off on the ${days(p.days)} that count.`,
  'too-few': (p) => `Fewer than ${p.k} people in all would have set it off: figures of so few are not shown.`,
  'budget-takes-most': (p) =>
    `The mall's limits would hold back ${percent(p.share)} of the fires, most of them because of ${HELD[String(p.most)] ?? p.most}.`,
  'audience-unknown': (p) =>
    `The audience asks for ${p.conditions}, which is not known of the past: the figures are of everybody, and the campaign will reach fewer.`,
  'baskets-unknown': () =>
    'Which baskets were left open in the past is not known: the figures are of everybody who comes in, and the campaign will reach only those with a basket.',
  'zone-is-new': (p) =>
    `${p.zone} was not there in the past. The figures come from where people were, scaled by what ${Number(p.zones) > 0 ? `${p.zones} zones that were there show` : 'is usual'}; they may be off by a factor of ${Number(p.factor).toFixed(1)}.`,
  'error-unknown': (p) => `How far off a position is in ${p.zone} is not known, so false fires cannot be told.`,
};

export const warning = (code: RehearsalWarning, zoneId: string | null = null, params: Params = {}): Warning => ({
  code,
  zoneId,
  params,
  words: WORDS[code](params),
});
