/** Figures of the settled past are those of the rows, through rewinds, late data, forgotten carriers, outages and redefinition. */
import { expect, test } from 'vitest';
import { type Interval, METRICS } from '../../server/contract/metrics.ts';
import type { CarrierKind } from '../../server/contract/model.ts';
import { readSeals } from '../../server/db/figures/seals.ts';
import { settle } from '../../server/db/figures/settling.ts';
import type { TimeSeries } from '../../server/db/timeSeries.ts';
import type { OpenRows } from '../../server/engine/types.ts';
import { bucketEdges, hourStartMs } from '../../server/metrics/localTime.ts';
import { memoryRegistry } from '../support/memoryRegistry.ts';
import { seededRandom } from '../support/random.ts';
import { affinityByHand, flowsByHand, type PlainSite, seriesByHand } from './bruteForce.ts';
import { onEachEngine } from './engines.ts';
import { below, cut, join, pick, type Random, randomOpen, randomRows, ZONES } from './randomRows.ts';
import { addSite, commitOf, DAY, gatewayNamed, HOUR, MINUTE, noRows, SECOND, visit, zoneNamed } from './rows.ts';

/** A carrier that was left in the mall: its visit and stay go on for days. */
interface Forgotten {
  carrierId: string;
  kind: CarrierKind;
  startMs: number;
  zoneId: string;
  endsMs: number;
}

const forgottenOpen = (all: readonly Forgotten[], open: OpenRows, watermarkMs: number): OpenRows => ({
  ...open,
  visits: [
    ...open.visits,
    ...all.map(({ carrierId, kind, startMs }) => ({
      carrierId,
      kind,
      startMs,
      endMs: watermarkMs - 20 * SECOND,
      entranceZoneId: null,
      lagMs: 2_000,
      gateways: 2,
      firstGapMs: 4_000,
      firstLagMs: 1_500,
      firstGateways: 1,
    })),
  ],
  stays: [
    ...open.stays,
    ...all.map(({ carrierId, kind, startMs, zoneId }) => ({
      carrierId,
      kind,
      zoneId,
      floorId: 'f1',
      startMs: startMs + MINUTE,
      endMs: watermarkMs - 20 * SECOND,
      visitStartMs: startMs,
      lagMs: 2_000,
      massPermille: 600,
    })),
  ],
});

async function checkSeries(site: PlainSite, series: TimeSeries, random: Random, startMs: number, sealedMs: number) {
  const timezone = site.registry.site(site.siteId)!.timezone;
  const interval = pick<Interval>(random, ['hour', 'hour', 'day', 'day', 'week']);
  // Most begin and end as the dashboard's do, and lie in the sealed past to some part.
  const edges = bucketEdges(timezone, interval === 'hour' ? 'hour' : 'day', startMs, site.watermarkMs + HOUR);
  const first = below(random, edges.length - 1);
  const last = Math.min(edges.length - 1, first + 1 + below(random, interval === 'hour' ? 30 : 8));
  const fromMs = first === 0 ? hourStartMs(timezone, startMs) : edges[first]!;
  const toMs = edges[last]!;
  const zoneId = pick(random, [undefined, undefined, 'a', 'b', 'up', 'door']);
  const period = { siteId: site.siteId, fromMs, toMs, interval, ...(zoneId === undefined ? {} : { zoneId }) };
  for (const metric of METRICS) {
    const asked = { ...period, metric };
    const { series: points } = await series.series(asked);
    expect(points, `${metric} by ${interval} of ${zoneId}, sealed ${sealedMs}: ${fromMs} to ${toMs}`).toEqual(
      seriesByHand(site, asked),
    );
  }
  const { coverage: _, ...flows } = await series.flows(period);
  expect(flows, `flows ${fromMs} to ${toMs}`).toEqual(flowsByHand(site, fromMs, toMs, zoneId));
  expect((await series.affinity(period)).pairs, `affinity ${fromMs} to ${toMs}`).toEqual(
    affinityByHand(site, fromMs, toMs, zoneId),
  );
  return fromMs < sealedMs;
}

onEachEngine((engine) => {
  test.each([
    { seed: 11, timezone: 'Europe/Prague', from: '2026-03-26T23:00Z' },
    { seed: 13, timezone: 'Australia/Lord_Howe', from: '2026-04-02T13:00Z' },
  ])('seed $seed, $timezone', { timeout: 240_000 }, async ({ seed, timezone, from }) => {
    const random = seededRandom(seed);
    const registry = memoryRegistry();
    const { series } = await engine.open(registry);
    const gateways = [gatewayNamed('g1'), gatewayNamed('g2'), gatewayNamed('up', { floorId: 'f2' })];
    await addSite(registry, 'mall', timezone, ZONES, gateways);
    await registry.putDefinitions('mall', { ...registry.definitions('mall').definitions, kAnonymity: 3 });
    const startMs = Date.parse(from);
    const outages = Array.from({ length: 9 }, (_, i) => {
      const atMs = startMs + below(random, 6 * DAY);
      return { fromMs: atMs, toMs: atMs + (i === 0 ? 7 * HOUR : MINUTE + below(random, 90 * MINUTE)) };
    });
    const silent = (atMs: number) => outages.some((outage) => atMs >= outage.fromMs && atMs < outage.toMs);
    const site: PlainSite = {
      siteId: 'mall',
      registry,
      rows: noRows(),
      open: { visits: [], stays: [], heat: [], occupancy: [] },
      watermarkMs: startMs,
      dirtyFromMs: null,
    };
    const forgotten: Forgotten[] = [];
    let carriers = 300;
    let [asked, ofSealed, movedBack] = [0, 0, 0];
    const sealedMs = async () => (await series.snapshot((sql) => readSeals(sql, 'mall'))).get('hours ')?.sealedMs ?? 0;
    for (let step = 0; step < 16; step += 1) {
      let rewoundToMs: number | null = null;
      let computedFromMs = site.watermarkMs;
      if (step > 3 && random() < 0.25) {
        rewoundToMs = site.watermarkMs - below(random, 30 * HOUR);
        computedFromMs = rewoundToMs;
        for (const rows of Object.values(site.rows) as { emittedAtMs: number }[][])
          rows.splice(0, rows.length, ...cut(rows, rewoundToMs));
      }
      site.watermarkMs += MINUTE + below(random, 14 * HOUR);
      const { watermarkMs } = site;
      const rows = randomRows(random, computedFromMs, watermarkMs, silent);
      if (random() < 0.3 && step > 1) {
        const start = watermarkMs - 10 * HOUR - below(random, 30 * HOUR);
        const carrierId = `c-${carriers++}`;
        forgotten.push({
          carrierId,
          kind: pick(random, ['tag', 'unknown', 'staff']),
          startMs: start,
          zoneId: pick(random, ['a', 'b']),
          endsMs: watermarkMs + below(random, 40 * HOUR),
        });
        // What it may be the rest of.
        if (random() < 0.7)
          rows.visits.push(
            visit(carrierId, start - 15 * MINUTE - below(random, 8) * SECOND - 10 * MINUTE, 10 * MINUTE, {
              kind: forgotten.at(-1)!.kind,
              lagMs: 3_000,
              emittedAtMs: watermarkMs,
            }),
          );
      }
      for (const one of forgotten.splice(0)) {
        if (one.endsMs > watermarkMs) forgotten.push(one);
        else
          rows.visits.push(
            visit(one.carrierId, one.startMs, one.endsMs - one.startMs, {
              kind: one.kind,
              lagMs: 2_000,
              gateways: 2,
              emittedAtMs: watermarkMs,
            }),
          );
      }
      site.rows = join(site.rows, rows);
      site.dirtyFromMs = random() < 0.2 ? watermarkMs - below(random, DAY) : null;
      site.open = forgottenOpen(forgotten, randomOpen(random, watermarkMs), watermarkMs);
      const before = await sealedMs();
      await series.commit({
        ...commitOf('mall', watermarkMs, rows),
        rewoundToMs,
        open: site.open,
        dirtyFromMs: site.dirtyFromMs,
      });
      if ((await sealedMs()) < before) movedBack += 1;
      for (let turns = below(random, 4); turns > 0; turns -= 1)
        await settle(series, registry, 'mall', below(random, DAY));
      if (step % 4 === 1)
        for (let turns = 0; turns < 9; turns += 1) if (!(await settle(series, registry, 'mall', 4 * DAY))) break;
      const definitions = registry.definitions('mall').definitions;
      if (step === 6)
        await registry.putDefinitions('mall', { ...definitions, minVisitSeconds: 120, minStaySeconds: 60 });
      if (step === 9) await registry.zones.put('mall', zoneNamed('new'));
      if (step === 11) await registry.zones.put('mall', zoneNamed('b', { minStaySeconds: 30 }));
      if (step === 13) await registry.zones.remove('mall', 'spot');
      if (step % 2 === 1)
        for (let question = 0; question < 2; question += 1) {
          asked += 1;
          if (await checkSeries(site, series, random, startMs, await sealedMs())) ofSealed += 1;
        }
    }
    expect(ofSealed).toBeGreaterThan(asked / 3);
    expect(movedBack).toBeGreaterThan(0);
    const made = async (table: string) =>
      (await series.snapshot((sql) => sql.get<{ n: number }>(`select count(*) as n from ${table}`)))!.n;
    for (const table of ['visit_hours', 'points', 'zone_pairs', 'zone_flows'])
      expect(await made(table)).toBeGreaterThan(10);
  });
});
