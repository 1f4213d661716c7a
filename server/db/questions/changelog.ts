/** What moved after it had been computed, and why? */
import type { ChangedHour, Changelog } from '../../contract/changelog.ts';
import type { Zone } from '../../contract/model.ts';
import { type MovedHour, shownFigures } from '../../metrics/changelog.ts';
import { bucketEdges, isoLocal } from '../../metrics/localTime.ts';
import { entriesIn } from '../changelogRows.ts';
import type { Backlog, ChangelogQuery } from '../timeSeries.ts';
import { type SiteContext, zoneOf } from './context.ts';
import { statesByInterval } from './frame.ts';

async function changedHours(
  context: SiteContext,
  hours: readonly MovedHour[],
  zone: Zone | undefined,
): Promise<ChangedHour[]> {
  const [first, last] = [hours[0], hours.at(-1)];
  if (!first || !last) return [];
  const edges = bucketEdges(context.timezone, 'hour', first.fromMs, last.toMs);
  const states = await statesByInterval(context, edges, zone);
  const stateAt = new Map(states.map((state, i) => [edges[i]!, state]));
  return hours.map((hour) => ({
    start: isoLocal(context.timezone, hour.fromMs),
    end: isoLocal(context.timezone, hour.toMs),
    state: stateAt.get(hour.fromMs) ?? 'final',
    wasFinal: hour.wasFinal,
    ...shownFigures(hour, context.definitions.kAnonymity),
  }));
}

export async function changelog(context: SiteContext, query: ChangelogQuery): Promise<Changelog> {
  const { timezone, siteId, sql } = context;
  const zone = zoneOf(context, query.zoneId);
  const iso = (atMs: number): string => isoLocal(timezone, atMs);
  const found = await entriesIn(sql, { ...query, limit: query.limit + 1 });
  const told = found.slice(0, query.limit);
  const awaited = await sql.all<{ gateway_id: string; from_ms: number }>(
    'select gateway_id, from_ms from gateways_awaited where site_id = $1 order by from_ms, gateway_id',
    [siteId],
  );
  const backlogOf = (one: Backlog) => ({
    gateway: one.gatewayId,
    batches: one.batches,
    seconds: one.coveredMs / 1000,
    from: iso(one.fromMs),
    to: iso(one.toMs),
    firstArrived: iso(one.firstArrivedMs),
    lastArrived: iso(one.lastArrivedMs),
  });
  const entries: Changelog['entries'] = [];
  for (const entry of told) {
    const own = entry.hours.filter((hour) => hour.zoneId === (zone?.id ?? ''));
    entries.push({
      id: entry.id,
      computed: iso(entry.computedMs),
      from: iso(entry.fromMs),
      to: iso(entry.toMs),
      backlogs: entry.causes.backlogs.map(backlogOf),
      modelChanged: entry.causes.model,
      rebuilt: entry.causes.rebuild,
      definitionsVersion: entry.definitionsVersion,
      hours: await changedHours(context, own, zone),
      ...(zone ? {} : { zones: [...new Set(entry.hours.map(({ zoneId }) => zoneId))].filter((id) => id !== '') }),
    });
  }
  return {
    timezone,
    entries,
    more: found.length > told.length,
    awaited: awaited.map((row) => ({ gateway: row.gateway_id, from: iso(row.from_ms) })),
  };
}
