/** What every question about a site starts from: its time zone, definitions, progress, and what its rollups hold. */
import type { Definitions } from '../../contract/definitions.ts';
import type { Zone } from '../../contract/model.ts';
import { badRequest, notFound } from '../../errors.ts';
import type { ExpectedSpan } from '../../metrics/coverage.ts';
import { QUARTER_MS } from '../../metrics/localTime.ts';
import type { Progress } from '../../metrics/state.ts';
import { minStayMs, minVisitMs } from '../../metrics/thresholds.ts';
import type { Registry } from '../../registry/types.ts';
import { coverageSpans, type Range } from '../coverageRows.ts';
import type { ReadSql } from '../duckdb.ts';
import { readSeals, type Seals } from '../figures/seals.ts';
import { rollupState, thresholdsSignature, trustedMs } from '../rollups.ts';

export interface SiteContext {
  /** Of the time series alone: what it answers may be what it answered to another question. */
  sql: ReadSql;
  /** Of all tables. */
  fresh: ReadSql;
  registry: Registry;
  siteId: string;
  timezone: string;
  definitions: Definitions;
  /** Undefined before the first commit. */
  progress: Progress | undefined;
  spans: ExpectedSpan[];
  /** Rollups of visits, and of coverage, are read before it. */
  trustedMs: number;
  coverageSealedMs: number;
  /** Rows before it have expired, in part or whole. */
  rowsFromMs: number;
  heatSealedDay: number;
  heatRowsFromDay: number;
  /** Of figures: see server/db/figures. */
  seals: Seals;
  /** Which zone asked first of what can be asked for all of them at once: see hourSums.ts. */
  askedFirst: Map<string, string>;
}

/**
 * The definitions of a version, or those in force. How few carriers may show is for privacy, and no older version brings
 * back a smaller number.
 */
function definitionsOf(registry: Registry, siteId: string, version: number | undefined): Definitions {
  const current = registry.definitions(siteId);
  if (version === undefined || version === current.version) return current.definitions;
  const asked = registry.definitionsVersions(siteId).find((one) => one.version === version);
  if (!asked) throw badRequest(`must be a version from 1 to ${current.version}`, 'query.definitions');
  const kAnonymity = Math.max(current.definitions.kAnonymity, asked.definitions.kAnonymity);
  return { ...asked.definitions, kAnonymity };
}

export async function siteContext(
  sql: ReadSql,
  registry: Registry,
  siteId: string,
  definitionsVersion?: number,
): Promise<SiteContext> {
  const site = registry.site(siteId);
  if (!site) throw notFound(`site ${siteId}`);
  const row = await sql.get<{ watermark_ms: number; dirty_from_ms: number | null; awaited_from_ms: number | null }>(
    `select watermark_ms, dirty_from_ms,
       (select min(from_ms) from gateways_awaited where site_id = $1) as awaited_from_ms
     from site_state where site_id = $1`,
    [siteId],
  );
  const definitions = definitionsOf(registry, siteId, definitionsVersion);
  const rollups = await rollupState(sql, siteId);
  return {
    sql,
    fresh: sql,
    registry,
    siteId,
    timezone: site.timezone,
    definitions,
    progress: row && {
      watermarkMs: row.watermark_ms,
      dirtyFromMs: row.dirty_from_ms,
      awaitedFromMs: row.awaited_from_ms,
    },
    spans: row ? await coverageSpans(sql, registry, siteId, row.watermark_ms) : [],
    trustedMs: trustedMs(rollups, thresholdsSignature({ registry, siteId, definitions })),
    coverageSealedMs: rollups?.coverageSealedMs ?? 0,
    rowsFromMs: rollups?.rowsFromMs ?? 0,
    heatSealedDay: rollups?.heatSealedDay ?? 0,
    heatRowsFromDay: rollups?.heatRowsFromDay ?? 0,
    seals: await readSeals(sql, siteId),
    askedFirst: new Map(),
  };
}

/** The zone that a query names. */
export function zoneOf(context: SiteContext, zoneId: string | undefined): Zone | undefined {
  if (zoneId === undefined) return undefined;
  const zone = context.registry.zones.get(context.siteId, zoneId);
  if (!zone) throw badRequest(`${zoneId} is not a zone of this site`, 'zone');
  return zone;
}

/** Shortest length that counts, of a visit or of a stay in the zone. */
export const minLengthMs = (context: SiteContext, zone: Zone | undefined): number =>
  zone ? minStayMs(context.definitions, zone) : minVisitMs(context.definitions);

/** The part of [fromMs, toMs) that rollups answer, whole quarter hours, and the parts that rows must. */
export function splitPeriod(
  trusted: number,
  fromMs: number,
  toMs: number,
): { rollup: Range | undefined; rows: Range[] } {
  const start = Math.ceil(fromMs / QUARTER_MS) * QUARTER_MS;
  const end = Math.floor(Math.min(toMs, trusted) / QUARTER_MS) * QUARTER_MS;
  if (start >= end) return { rollup: undefined, rows: [[fromMs, toMs]] };
  const rows: Range[] = [];
  if (fromMs < start) rows.push([fromMs, start]);
  if (end < toMs) rows.push([end, toMs]);
  return { rollup: [start, end], rows };
}
