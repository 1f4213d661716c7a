/**
 * Plays one mall-day through the product: simulated radio → the virtual gateways' windows → batches as the pipeline would
 * write them to the log → engine → time series in memory. Only MQTT is left out; a network outage therefore shows as it
 * does after its backlog was recomputed: not at all.
 *
 * Two steps, as the first takes seconds: `recordDay` up to the engine's rows, plain data that may be kept in a file, and
 * `openDay` from there to questions.
 */
import type { Carrier, Gateway, Site } from '../../../server/contract/model.ts';
import type { SightingsMessage } from '../../../server/contract/wire.ts';
import { Duck } from '../../../server/db/duckdb.ts';
import { openTimeSeries, type TimeSeries } from '../../../server/db/duckTimeSeries.ts';
import { migrate } from '../../../server/db/migrations/index.ts';
import { createEngine } from '../../../server/engine/engine.ts';
import type { EngineRows, LogBatch, OpenRows, Sighting } from '../../../server/engine/types.ts';
import type { Registry } from '../../../server/registry/types.ts';
import { addDays, dayStartMs } from '../../../simulators/calendar.ts';
import { conditionOf } from '../../../simulators/faults.ts';
import type { Walker } from '../../../simulators/mall.ts';
import { createRandom } from '../../../simulators/random.ts';
import { VirtualGateway } from '../../../simulators/virtualGateway.ts';
import { wallsOf } from '../../../simulators/walls.ts';
import { TICK_MS, World } from '../../../simulators/world.ts';
import { zonesOf } from '../../../simulators/zones.ts';
import { memoryRegistry } from '../../support/memoryRegistry.ts';
import type { MallDay } from './malls.ts';
import { type Span, truthOf } from './truth.ts';

/** Of the pipeline: offsets up to this are noise of the network. */
const NO_OFFSET_MS = 250;
/** Arrival is later than sending by so much at least, so each measured offset is off by as much. */
const MIN_DELAY_MS: [number, number] = [2, 60];
const HOLD_MS = 30_000;
/** Ends all visits and closes all quarter hours of the day. */
const AFTER_MS = 3 * 3_600_000;
/** The mall's first people come at half past eight. */
const BEGIN_HOUR = 7;
const KEY_ID = 'k';

/** Plain data. */
export interface Recorded {
  fromMs: number;
  toMs: number;
  watermarkMs: number;
  sightings: number;
  rows: EngineRows;
  open: OpenRows;
  truth: { visits: Span[]; stays: [zoneId: string, spans: Span[]][] };
}

export interface OpenedDay {
  series: TimeSeries;
  close: () => Promise<void>;
}

const hex = (value: number): string => value.toString(16).padStart(4, '0');

function batchOf(
  gatewayId: string,
  message: SightingsMessage,
  offsetMs: number,
  known: ReadonlyMap<string, Pick<Carrier, 'id' | 'kind'>>,
): LogBatch {
  const fromMs = message.fromMs - offsetMs;
  const sightings: Sighting[] = message.sightings.map((row) => {
    const [uuid, major, minor, rssiMeanDbm, rssiMaxDbm, adverts, , lastMs] = row;
    const key = `${message.uuids[uuid]}/${major}/${minor}`;
    const carrier = known.get(key);
    return {
      carrierId: carrier?.id ?? `u-${major}-${minor}`,
      kind: carrier?.kind ?? 'unknown',
      rssiMeanDbm,
      rssiMaxDbm,
      adverts,
      atMs: fromMs + lastMs,
    };
  });
  for (const [hash, rssiMeanDbm, rssiMaxDbm, adverts, lastMs] of message.unknowns ?? [])
    sightings.push({
      carrierId: `u-x${hash.slice(0, 8)}`,
      kind: 'unknown',
      rssiMeanDbm,
      rssiMaxDbm,
      adverts,
      atMs: fromMs + lastMs,
    });
  return {
    gatewayId,
    epoch: message.epoch,
    seq: message.seq,
    fromMs,
    toMs: message.toMs - offsetMs,
    clockOffsetMs: offsetMs,
    receivedMs: message.toMs - offsetMs + 100,
    sightings,
  };
}

/** The mall as an installer would have entered it. */
async function registryOf({ scenario, timezone }: MallDay): Promise<Registry> {
  const registry = memoryRegistry();
  const siteId = scenario.site.id;
  const site: Site = {
    id: siteId,
    name: scenario.site.name,
    timezone,
    currency: 'EUR',
    clock: 'wall',
    uuids: [scenario.radio.uuid],
    countUnknowns: true,
    historyFromMs: null,
    historyUntilMs: null,
  };
  await registry.putSite(site);
  await registry.floors.putAll(
    siteId,
    scenario.floors.map((floor) => ({
      id: floor.id,
      name: floor.name,
      level: floor.level,
      widthM: floor.widthM,
      heightM: floor.heightM,
      outline: null,
      walls: wallsOf(scenario, floor.id),
      image: null,
    })),
  );
  await registry.zones.putAll(siteId, zonesOf(scenario));
  await registry.gateways.putAll(
    siteId,
    scenario.gateways.map(({ id, floor, xM, yM, zM }): Gateway => ({ id, floorId: floor, xM, yM, zM, enabled: true })),
  );
  return registry;
}

export async function recordDay(mallDay: MallDay): Promise<Recorded> {
  const { scenario, seed, timezone, day } = mallDay;
  const fromMs = dayStartMs(timezone, day);
  const toMs = dayStartMs(timezone, addDays(day, 1));
  const registry = await registryOf(mallDay);
  const engine = createEngine(registry.modelTimeline(scenario.site.id).at(-1)!.model, undefined);

  const walkers: Walker[] = [];
  const world = new World(scenario, { seed, timezone, onGone: (walker) => walkers.push(walker) });
  const known = new Map(
    world.carriers
      .registered()
      .map((one) => [`${one.uuid}/${one.major}/${one.minor}`, { id: `c-${one.key}`, kind: one.kind }]),
  );
  const random = createRandom(`counts/${seed}/clocks`);
  const members = scenario.gateways.map(({ id }) => ({
    id,
    powered: true,
    offsetMs: 0,
    delayMs: Math.round(MIN_DELAY_MS[0] + (MIN_DELAY_MS[1] - MIN_DELAY_MS[0]) * random()),
    gateway: new VirtualGateway({
      epoch: 1,
      uuids: [scenario.radio.uuid],
      windowMs: 1_000,
      batchMs: 1_000,
      heartbeatMs: 10_000,
      maxOutboxBatches: 1_000_000,
      hashUnknown: (beacon) => ({ keyId: KEY_ID, hash: (hex(beacon.major) + hex(beacon.minor)).padEnd(32, '0') }),
    }),
  }));
  const rows: EngineRows = { visits: [], stays: [], heat: [], occupancy: [], coverage: [] };
  const take = (untilMs: number): void => {
    const { rows: more } = engine.advance(untilMs);
    rows.visits.push(...more.visits);
    rows.stays.push(...more.stays);
    rows.occupancy.push(...more.occupancy);
    rows.coverage.push(...more.coverage);
  };
  let sightings = 0;
  const deliver = (atMs: number): void => {
    for (const member of members) {
      const measuredMs = member.offsetMs - member.delayMs;
      const offsetMs = Math.abs(measuredMs) <= NO_OFFSET_MS ? 0 : measuredMs;
      for (const { payload } of member.gateway.outbox.splice(0)) {
        const batch = batchOf(member.id, JSON.parse(payload) as SightingsMessage, offsetMs, known);
        sightings += batch.sightings.length;
        engine.add(batch);
      }
    }
    take(atMs - HOLD_MS);
  };

  const beganMs = fromMs + BEGIN_HOUR * 3_600_000;
  const apply = (atMs: number): void => {
    for (const member of members) {
      const now = conditionOf(scenario.faults, member.id, fromMs, atMs);
      member.offsetMs = now.clockOffsetMs;
      if (now.powered && !member.powered) member.gateway.restart(atMs + member.offsetMs);
      member.powered = now.powered;
    }
  };
  world.begin(beganMs);
  apply(beganMs);
  const endMs = toMs + AFTER_MS;
  for (let t = beganMs; t < endMs; t += TICK_MS) {
    if (t < toMs)
      world.tick(t, (index, carrier, atMs, rssiDbm) => {
        const member = members[index]!;
        if (member.powered) member.gateway.hear(carrier, atMs + member.offsetMs, rssiDbm);
      });
    apply(t + TICK_MS);
    for (const member of members) if (member.powered) member.gateway.close(t + TICK_MS + member.offsetMs);
    deliver(t + TICK_MS);
  }
  walkers.push(...world.walkers().filter((walker) => walker.startMs < toMs));
  const { visits, stays } = truthOf(scenario, walkers);
  return {
    fromMs,
    toMs,
    watermarkMs: engine.watermarkMs,
    sightings,
    rows,
    open: engine.openRows(),
    truth: { visits, stays: [...stays] },
  };
}

export async function openDay(mallDay: MallDay, recorded: Recorded): Promise<OpenedDay> {
  const { rows, open, watermarkMs } = recorded;
  const registry = await registryOf(mallDay);
  const duck = await Duck.open(':memory:', { threads: 1 });
  await migrate(duck, 0);
  const series = openTimeSeries(duck, registry);
  await series.commit({
    siteId: mallDay.scenario.site.id,
    rewoundToMs: null,
    rows,
    open,
    watermarkMs,
    dirtyFromMs: null,
    checkpoint: '',
    committedMs: watermarkMs,
  });
  return { series, close: () => duck.close() };
}
