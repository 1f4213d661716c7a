/** The same air heard by gateways of our own and by those of another make, each on its way to the engine. */
import { setImmediate } from 'node:timers/promises';
import type { Format } from '../../../server/contract/fleets.ts';
import { fleet as fleetSchema } from '../../../server/contract/fleets.ts';
import type { Site } from '../../../server/contract/model.ts';
import { site as siteSchema } from '../../../server/contract/model.ts';
import type { Duck } from '../../../server/db/duckdb.ts';
import type { LogBatch, Sighting } from '../../../server/engine/types.ts';
import { gatewayIdOf } from '../../../server/fleets/gatewayIds.ts';
import { HeardGateways } from '../../../server/fleets/heardGateways.ts';
import { SiteFleets } from '../../../server/fleets/siteFleets.ts';
import { NO_POWER, toLogBatch, VALUES_PER_ROW } from '../../../server/log/batch.ts';
import { IMITATED_TOPICS } from '../../../simulators/fleets/index.ts';
import { trackingIdOf } from '../../../simulators/fleets/kontakt.ts';
import type { CreateImitator } from '../../../simulators/fleets/types.ts';
import { createRandom } from '../../../simulators/random.ts';
import { HALL_START, HALL_UUID, type Hall } from './hall.ts';
import { carrierIdOf, type Score, Tracking } from './tracking.ts';

const STEP_MS = 250;
/** Fifteen copies of everything: at this pace they are read in time. */
const CLUSTER_STEP_MS = 1_000;
/** From a gateway through its Wi-Fi and the broker. */
const NETWORK_MS = 40;
const FLEET_ID = 'fleet';

/** One row a carrier and second, an empty batch where nobody was heard. */
export function hearOwn(hall: Hall, told?: LogBatch[]): Score {
  const tracking = new Tracking(hall, hall.model);
  let next = 0;
  for (let fromMs = HALL_START; fromMs < HALL_START + hall.seconds * 1_000; fromMs += 1_000) {
    const rows = hall.model.gateways.map(() => new Map<number, Sighting>());
    for (; next < hall.adverts.length && hall.adverts[next]!.atMs < fromMs + 1_000; next++) {
      const { gateway, carrier, rssiDbm, atMs } = hall.adverts[next]!;
      const row = rows[gateway]!.get(carrier);
      if (row) {
        row.rssiMeanDbm = (row.rssiMeanDbm * row.adverts + rssiDbm) / (row.adverts + 1);
        row.rssiMaxDbm = Math.max(row.rssiMaxDbm, rssiDbm);
        row.adverts++;
        row.atMs = atMs;
      } else
        rows[gateway]!.set(carrier, {
          carrierId: carrierIdOf(carrier),
          kind: 'shopper',
          rssiMeanDbm: rssiDbm,
          rssiMaxDbm: rssiDbm,
          adverts: 1,
          atMs,
        });
    }
    const toMs = fromMs + 1_000;
    rows.forEach((sightings, i) => {
      const gatewayId = hall.model.gateways[i]!.id;
      const times = { fromMs, toMs, clockOffsetMs: 0, receivedMs: toMs };
      const batch = { gatewayId, ...times, sightings: [...sightings.values()] };
      tracking.add(batch);
      told?.push({ ...batch, epoch: 1, seq: 1 });
    });
    tracking.advance(toMs);
  }
  return tracking.score();
}

/** Nothing crashes here: what is heard waits for no database. */
class KnownGateways extends HeardGateways {
  override store(): Promise<void> {
    return Promise.resolve();
  }
}

/** Through the product's own messages, its decoder and the server's intake; `told` is filled with what came of them. */
export async function hearForeign(
  hall: Hall,
  format: Format,
  create: CreateImitator,
  seed: number,
  duck: Duck,
  told?: LogBatch[],
): Promise<Score> {
  const imitator = create({
    gateways: hall.model.gateways.map(({ id }) => id),
    random: createRandom(`${format} ${seed}`),
    startMs: HALL_START,
  });
  const idOf = (gateway: number): string => gatewayIdOf(FLEET_ID, imitator.gatewayName(gateway));
  const model = { ...hall.model, gateways: hall.model.gateways.map((one, i) => ({ ...one, id: idOf(i) })) };
  const placed = new Set(model.gateways.map(({ id }) => id));
  const tracking = new Tracking(hall, model);
  const carriers = new Map(
    hall.beacons.map(({ minor }, i) => [minor, { id: carrierIdOf(i), kind: 'shopper' as const }]),
  );
  const site: Site = siteSchema.parse({ id: 'hall', name: 'Hall', timezone: 'Europe/Prague', uuids: [HALL_UUID] });
  const aliases = Object.fromEntries(hall.beacons.map((beacon) => [trackingIdOf(beacon), beacon]));
  const fleet = fleetSchema.parse({ id: FLEET_ID, name: format, format, topics: IMITATED_TOPICS[format], aliases });
  let nowMs = HALL_START;
  const fleets = new SiteFleets({
    siteId: 'hall',
    site: () => site,
    fleet: () => fleet,
    ingest: {
      resolveForeign: async (_site, gatewayId, message, offsetMs) => {
        const known = message.rows.flatMap((row) => (carriers.has(row[2]) ? [row] : []));
        const values = new Int16Array(known.length * VALUES_PER_ROW);
        known.forEach((row, i) => {
          values.set(
            [Math.round(row[3] * 100), Math.round(row[4] * 100), row[5], NO_POWER, row[7]],
            i * VALUES_PER_ROW,
          );
        });
        const batch = {
          gatewayId,
          epoch: 0,
          seq: 0,
          fromMs: message.fromMs + offsetMs,
          toMs: message.toMs + offsetMs,
          clockOffsetMs: offsetMs,
          receivedMs: nowMs,
          carriers: known.map((row) => carriers.get(row[2])!),
          values,
        };
        return { batch, notAllowed: message.rows.length - known.length, unlinkable: 0, unresolved: 0 };
      },
      unknownKey: async () => undefined,
      foreign: async (batch) => {
        const { epoch: _, seq: __, ...log } = toLogBatch({ ...batch, epoch: 1, seq: 1 });
        tracking.add(log);
        told?.push({ ...log, epoch: 1, seq: 1 });
      },
    },
    health: { seen: () => {}, status: () => {} },
    loggedLast: async function* () {},
    heard: new KnownGateways(duck, (_site, gatewayId) => placed.has(gatewayId)),
    isPlaced: (gatewayId) => placed.has(gatewayId),
    retentionMs: () => 48 * 3_600_000,
    nowMs: () => nowMs,
    onProblem: (what, error) => {
      throw new Error(what, { cause: error });
    },
  });
  const stepMs = format === 'room-assistant' ? CLUSTER_STEP_MS : STEP_MS;
  let next = 0;
  for (let stepEndMs = HALL_START + stepMs; stepEndMs <= HALL_START + hall.seconds * 1_000; stepEndMs += stepMs) {
    for (; next < hall.adverts.length && hall.adverts[next]!.atMs < stepEndMs; next++) {
      const { gateway, carrier, rssiDbm, atMs } = hall.adverts[next]!;
      imitator.hear(gateway, hall.beacons[carrier]!, rssiDbm, atMs);
    }
    nowMs = stepEndMs + NETWORK_MS;
    for (const { topic, payload, qos, retain } of imitator.publish(stepEndMs)) {
      const bytes = typeof payload === 'string' ? Buffer.from(payload) : payload;
      // What waits to be durable is settled by the ticks that follow.
      void fleets.message({ fleet, filter: '', topic, payload: bytes, retained: retain, qos });
    }
    await setImmediate();
    fleets.tick();
    await setImmediate();
    if (stepEndMs % 1_000 === 0) tracking.advance(stepEndMs);
  }
  await fleets.stop();
  return tracking.score();
}
