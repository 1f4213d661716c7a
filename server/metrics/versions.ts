/** What a version of the definitions can change of rows that exist, and how two versions differ. Pure. */
import type { Definitions } from '../contract/definitions.ts';
import type { SiteModelVersion } from '../contract/model.ts';

/** Rows are kept before any other threshold; these shape the rows, and only the log could tell what others would give. */
export const ROW_FIELDS = ['visitGapMinutes', 'enterConfirmSeconds', 'exitAfterSeconds'] as const;

/** Fields of `asked` under which rows of [fromMs, toMs) were not made. */
export function notApplied(
  asked: Definitions,
  timeline: readonly SiteModelVersion[],
  fromMs: number,
  toMs: number,
): string[] {
  const inForce = timeline.filter((version, i) => {
    // The first model stands for all that lies before it.
    const startsMs = i === 0 ? Number.NEGATIVE_INFINITY : version.effectiveFromMs;
    const endsMs = timeline[i + 1]?.effectiveFromMs ?? Number.POSITIVE_INFINITY;
    return startsMs < toMs && endsMs > fromMs;
  });
  return ROW_FIELDS.filter((field) => inForce.some(({ model }) => model.definitions[field] !== asked[field]));
}

export interface DefinitionChange {
  name: string;
  a: number;
  b: number;
}
export const differences = (a: Definitions, b: Definitions): DefinitionChange[] =>
  (Object.keys(a) as (keyof Definitions)[])
    .filter((name) => a[name] !== b[name])
    .map((name) => ({ name, a: a[name], b: b[name] }));
