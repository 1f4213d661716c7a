/**
 * A server with one site for each fleet of another make, and what its gateways hear of one person's tag, published as the
 * product publishes it. Time is played, some thirty times as fast as it runs.
 */
import mqtt, { type MqttClient } from 'mqtt';
import type { FleetBody, Format } from '../../server/contract/fleets.ts';
import { gatewayIdOf } from '../../server/fleets/gatewayIds.ts';
import type { Registry } from '../../server/registry/types.ts';
import { IMITATED_TOPICS, IMITATORS } from '../../simulators/fleets/index.ts';
import { trackingIdOf } from '../../simulators/fleets/kontakt.ts';
import { createShelly } from '../../simulators/fleets/shelly.ts';
import type { CreateImitator, FleetMessage, Imitator } from '../../simulators/fleets/types.ts';
import { createRandom, normal, type Random } from '../../simulators/random.ts';
import type { Beacon } from '../../simulators/virtualGateway.ts';
import { fillRegistry, T0, UUID } from './pipelineHarness.ts';

export const SPEED = 20;
const STEP_MS = 100;
const ADVERT_MS = 300;
/** As the README asks for: as delivered it listens a tenth of the time. */
const ATTENTIVE_SHELLY = createShelly({ scanWindowMs: 320 });
const CORNERS = [
  { name: 'kitchen', xM: 2, yM: 2 },
  { name: 'hall', xM: 18, yM: 2 },
  { name: 'office', xM: 2, yM: 18 },
  { name: 'garage', xM: 18, yM: 18 },
];

export class PlayedClock {
  ms = T0;
  #timer: NodeJS.Timeout | undefined;
  readonly now = (): number => this.ms;

  /** Goes on by itself. */
  run(): void {
    this.#timer = setInterval(() => {
      this.ms += 5 * SPEED;
    }, 5);
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}

/** What a Minew gateway publishes of what it heard. */
export function minewMessage(
  gateway: string,
  heard: readonly { beacon: Beacon; rssiDbm: number; atMs: number }[],
  atMs: number,
): string {
  const timestamp = (ms: number): string => new Date(ms).toISOString();
  return JSON.stringify([
    { timestamp: timestamp(atMs), type: 'Gateway', mac: gateway, gatewayFree: 89, gatewayLoad: 0.03 },
    ...heard.map(({ beacon, rssiDbm, atMs: heardMs }) => ({
      timestamp: timestamp(heardMs),
      type: 'iBeacon',
      mac: 'C3000025EF6A',
      bleName: '',
      ibeaconUuid: beacon.uuid.replaceAll('-', '').toUpperCase(),
      ibeaconMajor: beacon.major,
      ibeaconMinor: beacon.minor,
      rssi: rssiDbm,
      ibeaconTxPower: beacon.declaredPowerDbm,
      battery: 0,
    })),
  ]);
}

export const hangUp = (registry: Registry, siteId: string, id: string): Promise<void> =>
  registry.gateways.put(siteId, { id, floorId: 'f0', xM: 5, yM: 5, zM: 2.5, enabled: true });

export const TAG: Beacon = { uuid: UUID, major: 1, minor: 0, declaredPowerDbm: -59 };
/** Nobody's: under the UUID of the site, but registered to none. */
export const STRANGER: Beacon = { uuid: UUID, major: 0x8001, minor: 4_242, declaredPowerDbm: 26 };
/** Of another company. */
export const OTHER: Beacon = {
  uuid: '2f234454-cf6d-4a0f-adf2-f4911ba9ffa6',
  major: 7,
  minor: 8,
  declaredPowerDbm: -52,
};

export interface FleetPlayer {
  siteId: string;
  format: Format;
  imitator: Imitator;
  random: Random;
  fleet: FleetBody;
}

/** Its site is empty but for floor, zones and carriers: the gateways are put on the plan by `place`. */
export async function addFleet(
  registry: Registry,
  format: Format,
  startMs: number,
  create: CreateImitator = format === 'shelly' ? ATTENTIVE_SHELLY : IMITATORS[format],
): Promise<FleetPlayer> {
  const siteId = `mall-${format}`;
  await fillRegistry(registry, { id: siteId, clock: 'wall' }, siteId, []);
  const random = createRandom(`fleet ${format}`);
  const nameOf = format === 'kontakt' ? trackingIdOf : undefined;
  const imitator = create({
    gateways: CORNERS.map(({ name }) => name),
    random,
    startMs,
    ...(nameOf ? { nameOf } : {}),
  });
  const aliases = nameOf
    ? Object.fromEntries(
        [TAG, STRANGER, ...strollers(STROLLERS).map((one) => one.beacon)].map((beacon) => [nameOf(beacon), beacon]),
      )
    : {};
  const fleet: FleetBody = {
    id: 'bought',
    format,
    topics: [...IMITATED_TOPICS[format]],
    aliases,
    enabled: true,
    clock: 'own',
  };
  return { siteId, format, imitator, random, fleet };
}

export const gatewayIdsOf = ({ imitator, fleet }: FleetPlayer): string[] =>
  CORNERS.map((_, i) => gatewayIdOf(fleet.id, imitator.gatewayName(i)));

export const place = (registry: Registry, player: FleetPlayer): Promise<void> =>
  registry.gateways.putAll(
    player.siteId,
    gatewayIdsOf(player).map((id, i) => ({
      id,
      floorId: 'f0',
      xM: CORNERS[i]!.xM,
      yM: CORNERS[i]!.yM,
      zM: 2.5,
      enabled: true,
    })),
  );

export interface Place {
  xM: number;
  yM: number;
}

/** Undefined: not there. */
export type Walk = (secondsIn: number, format: Format) => Place | undefined;

/**
 * Filtered over many seconds on the gateway, or told every few seconds of a few advertisements: too slow for who moves on
 * within a minute.
 */
export const SLOW: readonly Format[] = ['espresense', 'room-assistant', 'kontakt'];

/** Half of the time in the western shop, over to the eastern one in ten seconds; where the format is slow, in the eastern one all the time. */
export const WALK_SECONDS = 90;
export const walkAcross: Walk = (t, format) => {
  if (t < 0 || t >= WALK_SECONDS) return undefined;
  if (SLOW.includes(format)) return { xM: 17, yM: 6 };
  return { xM: t < 40 ? 3 : t < 50 ? 3 + 1.4 * (t - 40) : 17, yM: 6 };
};

export interface Carried {
  beacon: Beacon;
  walk: Walk;
  /** @default 300 */
  advertMs?: number;
}

export const STROLLERS = 5;

/** Others who stroll about: a positioner learns the hall of many, not of one who stands. */
export const strollers = (count: number): Carried[] =>
  Array.from({ length: count }, (_, i) => ({
    beacon: { ...TAG, minor: i + 1 },
    advertMs: 2_000,
    walk: (t) => ({
      xM: 10 + 9 * Math.sin(2 * i + t / (11 + 2 * i)),
      yM: 10 + 9 * Math.cos(3 * i + t / (9 + 3 * i)),
    }),
  }));

export async function connect(url: string): Promise<MqttClient> {
  return mqtt.connectAsync(url, { reconnectPeriod: 0 });
}

/** Publishes what the fleets would for so long; the clock runs along. Never waits for acknowledgements: they need the time that passes. */
export async function play(
  clock: PlayedClock,
  players: readonly FleetPlayer[],
  seconds: number,
  carried: readonly Carried[],
  publish: (player: FleetPlayer, message: FleetMessage) => void,
): Promise<void> {
  const startMs = clock.ms;
  const startedAt = performance.now();
  const nextMs = new Map(players.map((player) => [player, startMs]));
  while (clock.ms < startMs + seconds * 1_000) {
    clock.ms += STEP_MS;
    for (const player of players) {
      const { imitator, random } = player;
      let atMs = nextMs.get(player)!;
      for (; atMs < clock.ms; atMs += STEP_MS) {
        for (const { beacon, walk, advertMs = ADVERT_MS } of carried) {
          const at = (atMs - startMs) % advertMs === 0 ? walk((atMs - startMs) / 1_000, player.format) : undefined;
          if (!at) continue;
          CORNERS.forEach((corner, g) => {
            if (random() < 0.1) return;
            const distanceM = Math.max(1, Math.hypot(at.xM - corner.xM, at.yM - corner.yM));
            imitator.hear(g, beacon, Math.round(-60 - 22 * Math.log10(distanceM) + 2.5 * normal(random)), atMs);
          });
        }
      }
      nextMs.set(player, atMs);
      for (const message of imitator.publish(clock.ms)) publish(player, message);
    }
    const aheadMs = (clock.ms - startMs) / SPEED - (performance.now() - startedAt);
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, aheadMs)));
  }
}

/** A connection for each fleet: one that waits for an acknowledgement must not hold up another. */
export async function connectAll(url: string, players: readonly FleetPlayer[]) {
  const clients = new Map<FleetPlayer, MqttClient>();
  for (const player of players) clients.set(player, await connect(url));
  return {
    send: (player: FleetPlayer, { topic, payload, qos, retain }: FleetMessage): void => {
      clients
        .get(player)!
        .publish(topic, typeof payload === 'string' ? payload : Buffer.from(payload), { qos, retain });
    },
    end: () => Promise.all([...clients.values()].map((client) => client.endAsync(true))),
  };
}

/** As `until`, where no test is; time goes on. */
export async function come(clock: PlayedClock, what: string, look: () => boolean): Promise<void> {
  for (let i = 0; i < 400; i++) {
    if (look()) return;
    clock.ms += 100;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`${what} never came`);
}
