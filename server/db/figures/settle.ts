/** Goes on with figures of the settled past, a step at a time: oldest first, so that each seal is one number. */
import type { Zone } from '../../contract/model.ts';
import { DAY_MS, HOUR_MS } from '../../metrics/localTime.ts';
import type { Registry } from '../../registry/types.ts';
import { minLengthMs, type SiteContext, siteContext } from '../questions/context.ts';
import { SEAL_AFTER_MS } from '../rollups.ts';
import type { SeriesSql } from '../seriesSql.ts';
import { sqlNumber, sqlString } from '../sqlText.ts';
import { type FloorWindow, hourOf, type Place, sealDoors, sealFloorHours, sealHours } from './hours.ts';
import { sealLight } from './light.ts';
import { sealLinks } from './links.ts';
import { floorPlace, hoursSignature, lightSignature, type Seal, type Sealed, sealKey, writeSeals } from './seals.ts';

/** Less is not worth a scan. */
const STEP_MS = 2 * HOUR_MS;
/** A presence that ended less than this before its floor's light is known may still be judged by darkness after it. */
const END_KNOWN_MS = 2 * HOUR_MS;
/** Windows further back have no say in an hour. */
const WINDOWS_BEFORE_MS = 26 * HOUR_MS;

const PEOPLE = "site_id = $1 and kind not in ('staff', 'cart')";

async function windowsOf(context: SiteContext, sinceMs: number): Promise<FloorWindow[]> {
  const rows = await context.sql.all<{ floor_id: string; from_ms: number; to_ms: number }>(
    'select floor_id, from_ms, to_ms from dark_windows where site_id = $1 and to_ms > $2 order by from_ms',
    [context.siteId, sinceMs],
  );
  return rows.map((row) => ({ floorId: row.floor_id, fromMs: row.from_ms, toMs: row.to_ms }));
}

/** Up to where presences on a floor ('' the site) are over, and all that judges them is known. */
async function settledUntil(context: SiteContext, floorId: string, boundMs: number): Promise<number> {
  const { seals, siteId, sql } = context;
  const light = seals.get(sealKey('light', floorId));
  if (!light || light.signature !== lightSignature(context)) return 0;
  const zones = context.registry.zones.all(siteId).filter((zone) => zone.floorId === floorId);
  const source =
    floorId === ''
      ? `visits where ${PEOPLE}`
      : `stays where ${PEOPLE} and zone_id in (${[...zones.map(({ id }) => sqlString(id)), "''"].join(',')})`;
  const knownMs = light.sealedMs - END_KNOWN_MS;
  const last = await sql.get<{ first: number | null }>(
    `select min(start_ms) as first from ${source} and end_ms >= ${sqlNumber(knownMs)}`,
    [siteId],
  );
  const dark = await sql.get<{ first: number | null }>(
    `select min(from_ms) as first from dark_windows where site_id = $1 and floor_id = $2 and to_ms + ${HOUR_MS} > $3`,
    [siteId, floorId, boundMs],
  );
  return Math.min(boundMs, knownMs, last?.first ?? boundMs, dark?.first ?? boundMs);
}

interface Task {
  seal: Seal;
  zone: Zone | undefined;
  floorId: string;
}

/** The seal of a place, begun anew where it was made under another signature. */
async function sealOf(
  context: SiteContext,
  what: Sealed,
  place: string,
  signature: string,
  cut: (fromMs: number) => Promise<void>,
): Promise<Seal> {
  const { seals, rowsFromMs } = context;
  const key = sealKey(what, place);
  const known = seals.get(key);
  const seal: Seal = known ?? { what, place, signature, fromMs: rowsFromMs, sealedMs: rowsFromMs, boundMs: 0 };
  if (seal.signature !== signature) {
    seal.signature = signature;
    seal.sealedMs = Math.min(seal.sealedMs, rowsFromMs);
    await cut(seal.sealedMs);
  }
  seals.set(key, seal);
  return seal;
}

async function tasksOf(sql: SeriesSql, context: SiteContext): Promise<Task[]> {
  const { siteId, registry } = context;
  const tasks: Task[] = [];
  for (const zone of [undefined, ...registry.zones.all(siteId)]) {
    const zoneId = zone?.id ?? '';
    const seal = await sealOf(context, 'hours', zoneId, hoursSignature(context, zone), async (fromMs) => {
      await sql.remove('visit_hours', { site_id: siteId, zone_id: zoneId, hour_ms: { from: fromMs } });
      await sql.remove('dark_sums', { site_id: siteId, zone_id: zoneId, from_ms: { from: fromMs } });
    });
    tasks.push({ seal, zone, floorId: zone?.floorId ?? '' });
  }
  return tasks;
}

/** Zones that are no more leave nothing behind. */
async function forgetZones(sql: SeriesSql, context: SiteContext): Promise<boolean> {
  const { seals, siteId, registry } = context;
  let changed = false;
  for (const [key, { what, place }] of seals) {
    if ((what !== 'hours' && what !== 'points') || place === '' || registry.zones.get(siteId, place)) continue;
    const of = { site_id: siteId, zone_id: place };
    if (what === 'hours') {
      await sql.remove('visit_hours', of);
      await sql.remove('dark_sums', of);
    } else await sql.remove('points', of);
    seals.delete(key);
    changed = true;
  }
  return changed;
}

/** First hour of which there is anything: where nothing is sealed yet. */
async function firstHour(sql: SeriesSql, context: SiteContext, sealedMs: number): Promise<number> {
  const { siteId, rowsFromMs } = context;
  if (sealedMs > rowsFromMs) return sealedMs;
  const firsts = [
    await sql.first('visits', 'start_ms', siteId, rowsFromMs),
    await sql.first('stays', 'start_ms', siteId, rowsFromMs),
    await sql.first('occupancy', 'bucket_ms', siteId, rowsFromMs),
  ].filter((one) => one !== null);
  return firsts.length === 0 ? Number.MAX_SAFE_INTEGER : hourOf(context, Math.min(...firsts));
}

async function sealGroup(
  sql: SeriesSql,
  context: SiteContext,
  tasks: readonly Task[],
  fromMs: number,
  toMs: number,
): Promise<void> {
  const windows = await windowsOf(context, fromMs - WINDOWS_BEFORE_MS);
  const places = tasks.map(({ zone, floorId }): Place => ({ zone, floorId }));
  const floors = new Set(places.map(({ floorId }) => floorId));
  const mine = windows.filter(({ floorId }) => floors.has(floorId));
  await sealHours(sql, context, places, mine, fromMs, toMs);
}

async function sealVisits(sql: SeriesSql, context: SiteContext, mostMs: number): Promise<boolean> {
  const { progress } = context;
  const boundMs = (progress?.watermarkMs ?? 0) - SEAL_AFTER_MS;
  const tasks = await tasksOf(sql, context);
  const due = tasks.filter(({ seal }) => boundMs - seal.sealedMs >= STEP_MS);
  if (due.length === 0) return false;
  const targets = new Map<string, number>();
  for (const floorId of new Set(due.map((task) => task.floorId)))
    targets.set(floorId, hourOf(context, await settledUntil(context, floorId, boundMs)));
  const firstMs = await firstHour(sql, context, Math.min(...due.map(({ seal }) => seal.sealedMs)));
  const ready = due
    .map((task) => ({
      ...task,
      fromMs: Math.max(task.seal.sealedMs, task.seal.sealedMs > context.rowsFromMs ? 0 : firstMs),
      targetMs: targets.get(task.floorId)!,
    }))
    .filter(({ seal, targetMs }) => targetMs - seal.sealedMs >= STEP_MS);
  const [next] = ready.sort((a, b) => a.fromMs - b.fromMs || (a.zone ? 1 : 0) - (b.zone ? 1 : 0));
  if (!next) return false;
  const group = ready.filter(
    (task) =>
      task.fromMs === next.fromMs && task.targetMs === next.targetMs && (task.zone === undefined) === !next.zone,
  );
  const toMs = Math.min(next.targetMs, hourOf(context, next.fromMs + mostMs));
  if (next.fromMs < toMs) await sealGroup(sql, context, group, next.fromMs, toMs);
  for (const { seal } of group) {
    seal.sealedMs = next.fromMs < toMs ? toMs : next.targetMs;
    seal.boundMs = Math.max(seal.boundMs, boundMs);
  }
  return true;
}

/** What zones and the site go by, up to where they are sealed. */
async function sealBeside(sql: SeriesSql, context: SiteContext, mostMs: number): Promise<boolean> {
  const { registry, seals, siteId } = context;
  const zones = registry.zones.all(siteId);
  let more = false;
  const floors = new Map(
    zones.map((zone) => {
      const floor = { floorId: zone.floorId, minMs: minLengthMs(context, zone) };
      return [floorPlace(floor.floorId, floor.minMs), floor];
    }),
  );
  const sealedOf = (list: readonly (Zone | undefined)[]): number =>
    Math.max(0, ...list.map((zone) => seals.get(sealKey('hours', zone?.id ?? ''))?.sealedMs ?? 0));
  for (const [place, floor] of floors) {
    const seal = await sealOf(context, 'floors', place, lightSignature(context), (fromMs) =>
      sql.remove('floor_hours', {
        site_id: siteId,
        floor_id: floor.floorId,
        min_ms: floor.minMs,
        hour_ms: { from: fromMs },
      }),
    );
    const targetMs = sealedOf(zones.filter(({ floorId }) => floorId === floor.floorId));
    if (targetMs <= seal.sealedMs) continue;
    const fromMs = await firstHour(sql, context, seal.sealedMs);
    const toMs = Math.min(targetMs, hourOf(context, fromMs + mostMs));
    if (fromMs < toMs) await sealFloorHours(sql, context, [floor], fromMs, toMs);
    seal.sealedMs = fromMs < toMs ? toMs : targetMs;
    seal.boundMs = (context.progress?.watermarkMs ?? 0) - SEAL_AFTER_MS;
    more = true;
  }
  const doors = await sealOf(context, 'doors', '', 'doors 1', (fromMs) =>
    sql.remove('door_hours', { site_id: siteId, hour_ms: { from: fromMs } }),
  );
  const doorsTo = Math.floor(sealedOf([undefined]) / HOUR_MS) * HOUR_MS;
  if (doorsTo > doors.sealedMs) {
    const doorsFrom = Math.floor((await firstHour(sql, context, doors.sealedMs)) / HOUR_MS) * HOUR_MS;
    const toMs = Math.min(doorsTo, doorsFrom + Math.max(mostMs, DAY_MS));
    if (doorsFrom < toMs) await sealDoors(sql, context, doorsFrom, toMs);
    doors.sealedMs = doorsFrom < toMs ? toMs : doorsTo;
    doors.boundMs = (context.progress?.watermarkMs ?? 0) - SEAL_AFTER_MS;
    more = true;
  }
  return more;
}

/** One step, in its own transaction: at most `atMostMs` of each. True where there may be more to do. */
export async function settleStep(
  sql: SeriesSql,
  registry: Registry,
  siteId: string,
  atMostMs: number,
): Promise<boolean> {
  const mostMs = Math.max(STEP_MS, atMostMs);
  const context = await siteContext(sql, registry, siteId);
  if (!context.progress) return false;
  const forgotten = await forgetZones(sql, context);
  const light = await sealLight(sql, context, mostMs * 8);
  const visits = await sealVisits(sql, context, mostMs);
  const beside = await sealBeside(sql, context, mostMs * 4);
  const links = await sealLinks(sql, context, mostMs);
  if (forgotten || light || visits || beside || links) await writeSeals(sql, siteId, context.seals);
  return light || visits || beside || links;
}
