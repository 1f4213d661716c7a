/** The tables of walk audits. */
import type { Fault, Placement } from '../calibration/placement.ts';
import type { Score } from '../calibration/score.ts';
import type { SurveyPoint, SurveyReading } from '../contract/survey.ts';
import type { Sql, WriteSql } from '../db/duckdb.ts';

/** What a finished audit found. */
export interface Result {
  scores: Score[];
  /** All gateways as they hung, for the survey. */
  placements: Placement[];
  /** Those that reported during the walk. */
  listening: string[];
  /** Per floor, those that heard the walker there: what a certificate rests on. */
  heardOn: Record<string, string[]>;
  faults: Fault[];
}
export interface StoredAudit {
  id: string;
  carrierId: string;
  by: string;
  /** To be added to the phone's times. */
  clockOffsetMs: number;
  startedMs: number;
  finishedMs: number | null;
  result: Result | null;
  taps: number;
}
export interface StoredTap {
  id: string;
  floorId: string;
  xM: number;
  yM: number;
  phoneMs: number;
  outcome: string | null;
  errorM: number | null;
}

interface AuditColumns extends Omit<StoredAudit, 'result'> {
  result: string | null;
}
const auditOf = (row: AuditColumns): StoredAudit => ({
  ...row,
  result: row.result === null ? null : (JSON.parse(row.result) as Result),
});
const SELECT = `select id, carrier_id as "carrierId", by_name as "by", clock_offset_ms as "clockOffsetMs",
  started_ms as "startedMs", finished_ms as "finishedMs", result,
  (select count(*) from walk_taps t where t.site_id = a.site_id and t.audit_id = a.id) as "taps" from walk_audits a`;

/** The newest first. */
export async function auditsOf(sql: Sql, siteId: string): Promise<StoredAudit[]> {
  const rows = await sql.all<AuditColumns>(`${SELECT} where site_id = $1 order by started_ms desc, id`, [siteId]);
  return rows.map(auditOf);
}

export async function auditNamed(sql: Sql, siteId: string, id: string): Promise<StoredAudit | undefined> {
  const row = await sql.get<AuditColumns>(`${SELECT} where site_id = $1 and id = $2`, [siteId, id]);
  return row && auditOf(row);
}

export async function insertAudit(sql: WriteSql, siteId: string, audit: StoredAudit): Promise<void> {
  await sql.run('insert into walk_audits values ($1, $2, $3, $4, $5, $6, null, null)', [
    siteId,
    audit.id,
    audit.carrierId,
    audit.by,
    audit.clockOffsetMs,
    audit.startedMs,
  ]);
}

export async function setClockOffset(sql: WriteSql, siteId: string, id: string, offsetMs: number): Promise<void> {
  await sql.run('update walk_audits set clock_offset_ms = $3 where site_id = $1 and id = $2', [siteId, id, offsetMs]);
}

export async function setResult(sql: WriteSql, siteId: string, id: string, result: Result): Promise<void> {
  await sql.run('update walk_audits set result = $3 where site_id = $1 and id = $2', [
    siteId,
    id,
    JSON.stringify(result),
  ]);
}

/** With all that hangs on it. */
export async function removeAudit(sql: WriteSql, siteId: string, id: string): Promise<void> {
  await sql.run('delete from walk_audits where site_id = $1 and id = $2', [siteId, id]);
  await sql.run('delete from walk_taps where site_id = $1 and audit_id = $2', [siteId, id]);
  await sql.run('delete from survey_points where site_id = $1 and audit_id = $2', [siteId, id]);
}

/** In the order of the phone's clock. */
export function tapsOf(sql: Sql, siteId: string, auditId: string): Promise<StoredTap[]> {
  return sql.all<StoredTap>(
    `select id, floor_id as "floorId", x_m as "xM", y_m as "yM", phone_ms as "phoneMs", outcome, error_m as "errorM"
      from walk_taps where site_id = $1 and audit_id = $2 order by phone_ms, id`,
    [siteId, auditId],
  );
}

export async function putTaps(
  sql: WriteSql,
  siteId: string,
  auditId: string,
  taps: readonly StoredTap[],
): Promise<void> {
  await sql.append('walk_taps', {
    site_id: { type: 'VARCHAR', values: taps.map(() => siteId) },
    audit_id: { type: 'VARCHAR', values: taps.map(() => auditId) },
    id: { type: 'VARCHAR', values: taps.map((tap) => tap.id) },
    floor_id: { type: 'VARCHAR', values: taps.map((tap) => tap.floorId) },
    x_m: { type: 'DOUBLE', values: taps.map((tap) => tap.xM) },
    y_m: { type: 'DOUBLE', values: taps.map((tap) => tap.yM) },
    phone_ms: { type: 'BIGINT', values: taps.map((tap) => tap.phoneMs) },
    outcome: { type: 'VARCHAR', values: taps.map((tap) => tap.outcome) },
    error_m: { type: 'DOUBLE', values: taps.map((tap) => tap.errorM) },
  });
}

export async function removeTap(sql: WriteSql, siteId: string, auditId: string, tapId: string): Promise<void> {
  await sql.run('delete from walk_taps where site_id = $1 and audit_id = $2 and id = $3', [siteId, auditId, tapId]);
}

/** Taps with what was found, the result, and the points of the survey: all of a finished audit. */
export async function finishAudit(
  sql: WriteSql,
  siteId: string,
  auditId: string,
  finishedMs: number,
  found: { result: Result; taps: readonly StoredTap[]; points: readonly SurveyPoint[] },
): Promise<void> {
  await sql.run('delete from walk_taps where site_id = $1 and audit_id = $2', [siteId, auditId]);
  await putTaps(sql, siteId, auditId, found.taps);
  await sql.run('update walk_audits set finished_ms = $3, result = $4 where site_id = $1 and id = $2', [
    siteId,
    auditId,
    finishedMs,
    JSON.stringify(found.result),
  ]);
  const { points } = found;
  await sql.append('survey_points', {
    site_id: { type: 'VARCHAR', values: points.map(() => siteId) },
    audit_id: { type: 'VARCHAR', values: points.map(() => auditId) },
    floor_id: { type: 'VARCHAR', values: points.map((point) => point.floorId) },
    x_m: { type: 'DOUBLE', values: points.map((point) => point.xM) },
    y_m: { type: 'DOUBLE', values: points.map((point) => point.yM) },
    seconds: { type: 'DOUBLE', values: points.map((point) => point.seconds) },
    heard: { type: 'VARCHAR', values: points.map((point) => JSON.stringify(point.heard)) },
  });
}

/** By audit. */
export async function surveyPointsOf(sql: Sql, siteId: string): Promise<Map<string, SurveyPoint[]>> {
  const rows = await sql.all<{
    auditId: string;
    floorId: string;
    xM: number;
    yM: number;
    seconds: number;
    heard: string;
  }>(
    `select audit_id as "auditId", floor_id as "floorId", x_m as "xM", y_m as "yM", seconds, heard
      from survey_points where site_id = $1 order by audit_id, floor_id, x_m, y_m`,
    [siteId],
  );
  const byAudit = new Map<string, SurveyPoint[]>();
  for (const { auditId, heard, ...place } of rows) {
    const points = byAudit.get(auditId) ?? [];
    byAudit.set(auditId, points);
    points.push({ ...place, heard: JSON.parse(heard) as SurveyReading[] });
  }
  return byAudit;
}
