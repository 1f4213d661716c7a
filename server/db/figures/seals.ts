/**
 * Figures of the settled past: sums by local hour (visit_hours and those beside it) and finished points of days and weeks.
 * Each is valid from where its seal begins to where it ends, under the signature of all that it depends on besides the rows.
 * A row that comes or goes in the settled past moves the seals back in the same transaction (see unseal.ts), so figures and
 * rows never disagree. What is still open is never in them: a question adds it. They stay when rows expire.
 */
import type { Definitions } from '../../contract/definitions.ts';
import type { Zone } from '../../contract/model.ts';
import { bounceMs, minStayMs, minVisitMs } from '../../metrics/thresholds.ts';
import type { ReadSql } from '../duckdb.ts';
import type { SeriesSql } from '../seriesSql.ts';

/** To be raised when any figure is computed otherwise than before: all is made anew then. */
const MADE_AS = 1;

/** light: by floor, '' is the site; hours, points: by zone, '' is the site; floors: by `floorPlace`; doors, links and moved: ''. */
export type Sealed = 'light' | 'hours' | 'floors' | 'doors' | 'points' | 'links' | 'moved';

export interface Seal {
  what: Sealed;
  place: string;
  signature: string;
  /** Figures hold from here, where there were rows of before. */
  fromMs: number;
  sealedMs: number;
  /** No row that starts from here on changes anything before the seal. */
  boundMs: number;
}
export type Seals = Map<string, Seal>;

export const sealKey = (what: Sealed, place: string): string => `${what} ${place}`;
export const floorPlace = (floorId: string, minMs: number): string => `${floorId} ${minMs}`;

interface SealRow {
  what: Sealed;
  place: string;
  signature: string;
  from_ms: number;
  sealed_ms: number;
  bound_ms: number;
}

export async function readSeals(sql: ReadSql, siteId: string): Promise<Seals> {
  const rows = await sql.all<SealRow>(
    'select what, place, signature, from_ms, sealed_ms, bound_ms from figure_seals where site_id = $1',
    [siteId],
  );
  return new Map(
    rows.map(({ what, place, signature, from_ms: fromMs, sealed_ms: sealedMs, bound_ms: boundMs }) => [
      sealKey(what, place),
      { what, place, signature, fromMs, sealedMs, boundMs },
    ]),
  );
}

export async function writeSeals(sql: SeriesSql, siteId: string, seals: Seals): Promise<void> {
  const all = [...seals.values()];
  await sql.remove('figure_seals', { site_id: siteId });
  const bigint = (values: number[]) => ({ type: 'BIGINT', values }) as const;
  const varchar = (values: string[]) => ({ type: 'VARCHAR', values }) as const;
  await sql.append('figure_seals', {
    site_id: varchar(all.map(() => siteId)),
    what: varchar(all.map(({ what }) => what)),
    place: varchar(all.map(({ place }) => place)),
    signature: varchar(all.map(({ signature }) => signature)),
    from_ms: bigint(all.map(({ fromMs }) => fromMs)),
    sealed_ms: bigint(all.map(({ sealedMs }) => sealedMs)),
    bound_ms: bigint(all.map(({ boundMs }) => boundMs)),
  });
}

export interface Defined {
  timezone: string;
  definitions: Definitions;
}

export const gapMsOf = (definitions: Definitions): number => Math.round(definitions.visitGapMinutes * 60_000);
export const confirmMsOf = (definitions: Definitions): number => Math.round(definitions.enterConfirmSeconds * 1_000);

export const lightSignature = ({ timezone }: Defined): string => JSON.stringify([MADE_AS, timezone]);

export const hoursSignature = ({ timezone, definitions }: Defined, zone: Zone | undefined): string =>
  JSON.stringify(
    zone
      ? [MADE_AS, timezone, bounceMs(definitions), minStayMs(definitions, zone), confirmMsOf(definitions), zone.floorId]
      : [MADE_AS, timezone, bounceMs(definitions), minVisitMs(definitions), gapMsOf(definitions)],
  );

export const pointsSignature = (defined: Defined, zone: Zone | undefined): string =>
  JSON.stringify([hoursSignature(defined, zone), defined.definitions.kAnonymity]);

/** Up to where a seal answers a question of a period that begins at `fromMs`; 0 where it does not. */
export function trustedUntil(
  seal: Seal | undefined,
  signature: string,
  fromMs: number,
  /** Rows before it have expired: there the figures are all there is, under whatever they were made. */
  rowsFromMs: number,
): number {
  if (!seal || fromMs < seal.fromMs) return 0;
  return seal.signature === signature ? seal.sealedMs : Math.min(rowsFromMs, seal.sealedMs);
}

/** How often seals were moved back: what was computed before the last time may be of rows that are no more. */
export const cutsOf = (seals: Seals): number => seals.get(sealKey('moved', ''))?.sealedMs ?? 0;

export function countCut(seals: Seals): void {
  const sealedMs = cutsOf(seals) + 1;
  seals.set(sealKey('moved', ''), { what: 'moved', place: '', signature: '', fromMs: 0, sealedMs, boundMs: 0 });
}
