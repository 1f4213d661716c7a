/** Child process: all gateways of the mall over a few MQTT connections, as many sightings a second as asked for. */
import mqtt, { type MqttClient } from 'mqtt';
import { topicOf } from '../../../server/contract/topics.ts';
import type { SightingRow } from '../../../server/contract/wire.ts';
import { seededRandom } from '../../support/random.ts';
import { beaconOf, FLOORS, GATEWAY_SPACING_M, gateways, PER_ROW, SIDE_M, SITE, UUID } from './world.ts';

export interface LoadOrder {
  mqttUrl: string;
  carriers: number;
  rate: number;
}
/** Sent to the parent once a second. */
export interface LoadNews {
  /** Sightings handed to the sockets, and those whose batch the broker has answered. */
  published: number;
  answered: number;
  /** The slowest second: from the window's end until its last batch was handed over. */
  worstMs: number;
}

const CONNECTIONS = 4;
const WALK_M = 1.2;

interface Walker {
  level: number;
  xM: number;
  yM: number;
  headingRad: number;
}

const random = seededRandom(7);
const places = gateways();
let published = 0;
let answered = 0;
let worstMs = 0;

function step(walkers: Walker[], heardBy: number): SightingRow[][] {
  const rows: SightingRow[][] = places.map(() => []);
  walkers.forEach((walker, i) => {
    walker.headingRad += (random() - 0.5) * 0.4;
    walker.xM += WALK_M * Math.cos(walker.headingRad);
    walker.yM += WALK_M * Math.sin(walker.headingRad);
    if (walker.xM < 0 || walker.xM > SIDE_M || walker.yM < 0 || walker.yM > SIDE_M) {
      walker.headingRad += Math.PI;
      walker.xM = Math.min(SIDE_M, Math.max(0, walker.xM));
      walker.yM = Math.min(SIDE_M, Math.max(0, walker.yM));
    }
    const [major, minor] = beaconOf(i);
    const column = Math.min(PER_ROW - 1, Math.floor(walker.xM / GATEWAY_SPACING_M));
    const row = Math.min(PER_ROW - 1, Math.floor(walker.yM / GATEWAY_SPACING_M));
    let heard = 0;
    // The own cell first, then those around it.
    for (const [dx, dy] of AROUND) {
      if (heard >= heardBy) break;
      const c = column + dx;
      const r = row + dy;
      if (c < 0 || r < 0 || c >= PER_ROW || r >= PER_ROW) continue;
      const index = (walker.level * PER_ROW + c) * PER_ROW + r;
      const place = places[index]!;
      const distanceM = Math.hypot(walker.xM - place.xM, walker.yM - place.yM, 2);
      const rssiDbm = Math.round(10 * (-62 - 21 * Math.log10(distanceM) + 6 * (random() - 0.5))) / 10;
      // A tag advertises about every 300 ms: the last of a window lies so far before its end.
      rows[index]!.push([0, major, minor, rssiDbm, Math.round(rssiDbm) + 3, 3, -59, 700 + Math.floor(random() * 300)]);
      heard++;
    }
  });
  return rows;
}
const AROUND: [number, number][] = [];
for (let dx = -2; dx <= 2; dx++) for (let dy = -2; dy <= 2; dy++) AROUND.push([dx, dy]);
AROUND.sort((a, b) => Math.hypot(...a) - Math.hypot(...b));

async function run({ mqttUrl, carriers, rate }: LoadOrder): Promise<void> {
  const clients: MqttClient[] = [];
  for (let i = 0; i < CONNECTIONS; i++)
    clients.push(await mqtt.connectAsync(mqttUrl, { clientId: `bench-load-${i}`, clean: true }));
  const walkers = Array.from(
    { length: carriers },
    (_, i): Walker => ({
      level: i % FLOORS,
      xM: random() * SIDE_M,
      yM: random() * SIDE_M,
      headingRad: random() * 2 * Math.PI,
    }),
  );
  const heardBy = rate / carriers;
  let seq = 0;
  const publish = (fromMs: number, rows: SightingRow[][]): void => {
    seq++;
    rows.forEach((sightings, g) => {
      const message = { v: 1, epoch: 1, seq, fromMs, toMs: fromMs + 1_000, uuids: [UUID], sightings };
      published += sightings.length;
      clients[g % CONNECTIONS]!.publish(
        topicOf(SITE, places[g]!.id, 'sightings'),
        JSON.stringify(message),
        { qos: 1 },
        (error) => {
          if (!error) answered += sightings.length;
        },
      );
    });
    worstMs = Math.max(worstMs, Date.now() - fromMs - 1_000);
    process.send?.({ published, answered, worstMs } satisfies LoadNews);
    worstMs = 0;
  };
  const next = (): void => {
    const fromMs = Math.floor(Date.now() / 1_000) * 1_000;
    // Worked out before the window ends, so that it leaves as soon as it has: real gateways are many machines.
    const rows = step(walkers, heardBy);
    setTimeout(
      () => {
        publish(fromMs, rows);
        next();
      },
      Math.max(0, fromMs + 1_000 - Date.now()),
    );
  };
  next();
}

process.on('disconnect', () => process.exit(0));
process.once('message', (order: LoadOrder) => void run(order));
process.send?.('here');
