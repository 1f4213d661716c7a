/** Gateways of the mock mall: their health, those that wait to be placed, fleets of other makes. Each answer is checked against its contract. */
import { z } from 'zod';
import {
  type Fleet,
  type FleetFormat,
  fleet,
  fleetBody,
  fleetFormat,
  fleetHealth,
  type InboxGateway,
  inboxGateway,
} from '../../server/contract/fleets.ts';
import {
  type GatewayFinding,
  type GatewayHealthView,
  gatewayAdverts,
  gatewayHealth,
  gatewayHealthWithHistory,
  HISTORY_BUCKET_MS,
  HISTORY_DAYS,
} from '../../server/contract/gatewayHealth.ts';
import type { LiveGateway } from '../../server/contract/live.ts';
import type { Gateway } from '../../server/contract/model.ts';
import { Refusal } from './mockCampaigns.ts';
import * as mall from './mockMall.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const iso = (atMs: number): string => new Date(atMs).toISOString();

/** As the server says it of each of these gateways; of all others nothing. */
export const ELSEWHERE = { floorId: 'ground', xM: 101.2, yM: 39.4 };
const finding = (
  code: GatewayFinding['code'],
  severity: GatewayFinding['severity'],
  params: GatewayFinding['params'],
  text: string,
): GatewayFinding => ({
  code,
  severity,
  sinceMs: mall.NOW_MS - 47 * MINUTE_MS,
  params,
  text,
  todo: `What to do about ${code}`,
});
const FINDINGS: Record<string, GatewayFinding[]> = {
  'gw-07': [finding('silent', 'fault', {}, 'silent since 14:37')],
  'gw-04': [finding('clock-off', 'warning', { offsetMs: 4_200 }, 'clock is 4.2 s behind')],
  'gw-14': [
    finding('catching-up', 'warning', { batches: 418 }, 'catching up, 418 batches are waiting'),
    finding('dropped-batches', 'warning', { batches: 12 }, 'dropped 12 batches in an outage'),
  ],
  'gw-03': [finding('old-version', 'info', { version: '0.0.9', newest: '0.1.0' }, 'runs 0.0.9, others run 0.1.0')],
  'gw-05': [
    finding(
      'moved',
      'fault',
      { floorId: 'ground', xM: 101, yM: 39, surePercent: 87 },
      'seems to hang elsewhere since 14:37: near 101, 39 m on ground',
    ),
  ],
  'gw-12': [
    finding('hears-less', 'warning', { db: 9 }, 'hears 9 dB less than before: antenna, water or a closed door'),
  ],
};

const FORMATS: FleetFormat[] = z.array(fleetFormat).parse([
  {
    format: 'espresense',
    title: 'ESPresense',
    defaultTopics: ['espresense/devices/+/+', 'espresense/rooms/+/+'],
    timed: false,
    aliveSeconds: 45,
    aliases: 'possible',
  },
  { format: 'minew', title: 'Minew', defaultTopics: [], timed: true, aliveSeconds: 90, aliases: 'never' },
  {
    format: 'kontakt',
    title: 'Kontakt.io',
    defaultTopics: ['/stream/+/+'],
    timed: true,
    aliveSeconds: 60,
    aliases: 'always',
  },
]);

export class MockFleets {
  #fleets: Fleet[] = [];
  #inbox: InboxGateway[] = [];
  #placed = false;

  constructor() {
    this.reset();
  }

  reset(): void {
    this.#placed = false;
    this.#fleets = z.array(fleet).parse([
      {
        id: 'espresense',
        name: 'ESPresense',
        format: 'espresense',
        topics: ['espresense/devices/+/+'],
        aliases: { 'phone:anna': { uuid: mall.site.uuids[0], major: 100, minor: 7 } },
      },
    ]);
    this.#inbox = z.array(inboxGateway).parse([
      {
        id: 'kitchen-4f9k2a0z',
        suggestedName: 'ESPresense kitchen',
        fleetId: 'espresense',
        format: 'espresense',
        name: 'kitchen',
        firstHeard: iso(mall.NOW_MS - 26 * HOUR_MS),
        lastHeard: iso(mall.NOW_MS - 4_000),
        messages: 18_422,
        beaconsPerMinute: 37,
        dismissed: false,
      },
      {
        id: 'gw-new',
        suggestedName: 'gw-new',
        fleetId: null,
        format: 'promenade',
        name: 'gw-new',
        firstHeard: iso(mall.NOW_MS - 3 * MINUTE_MS),
        lastHeard: iso(mall.NOW_MS - 900),
        messages: 171,
        beaconsPerMinute: null,
        dismissed: false,
      },
      {
        id: 'depot-77k20s1a',
        suggestedName: 'ESPresense depot',
        fleetId: 'espresense',
        format: 'espresense',
        name: 'depot',
        firstHeard: iso(mall.NOW_MS - 90 * HOUR_MS),
        lastHeard: iso(mall.NOW_MS - 2 * HOUR_MS),
        messages: 902,
        beaconsPerMinute: 1,
        dismissed: true,
      },
    ]);
  }

  /** What the live stream carries of a gateway beside the plain figures. */
  live(state: LiveGateway): LiveGateway {
    const findings = this.#placed && state.id === 'gw-05' ? [] : (FINDINGS[state.id] ?? []);
    return { ...state, finding: findings[0]?.severity === 'info' ? null : (findings[0]?.text ?? null), findings };
  }

  #health(gateway: Gateway, state: LiveGateway): GatewayHealthView {
    const { finding: _, findings = [], vitals: _v, elsewhere: _e, ...live } = this.live(state);
    const less = gateway.id === 'gw-12';
    return gatewayHealth.parse({
      ...live,
      name: gateway.name ?? null,
      floorId: gateway.floorId,
      enabled: gateway.enabled,
      newestVersion: '0.1.0',
      usualAdvertsPerSecond: 61.5,
      coverageHour: live.online ? 1 : 0.22,
      coverageDay: 0.985,
      lastCarrierMs: live.lastSeenMs,
      heardShare: less ? 0.41 : 0.78,
      usualHeardShare: 0.8,
      hearingDb: less ? -8.6 : 0.4,
      hearingChangeDb: less ? -9.2 : 0.3,
      weakestDbm: -96,
      usualWeakestDbm: -97,
      lostBatches: live.droppedBatches ?? 0,
      config:
        gateway.id === 'gw-08'
          ? { state: 'refused', sinceMs: mall.NOW_MS - HOUR_MS, why: 'windowMs must be a multiple of 100' }
          : { state: gateway.id === 'gw-06' ? 'pending' : 'confirmed', sinceMs: mall.NOW_MS - HOUR_MS, why: null },
      uptimeSeconds: 412_000,
      scannerRestarts: 1,
      program: { cpuShare: 0.034, memoryBytes: 71_000_000 },
      box: { temperatureC: 52.4, load: 0.3, memoryFreeShare: 0.61, uptimeSeconds: 900_000 },
      elsewhere:
        gateway.id === 'gw-05' && !this.#placed
          ? { place: ELSEWHERE, sure: 0.87, sinceMs: mall.NOW_MS - 47 * MINUTE_MS, swappedWith: null }
          : null,
      findings,
    });
  }

  #history(id: string) {
    const count = (HISTORY_DAYS * 24 * HOUR_MS) / HISTORY_BUCKET_MS;
    const first = Math.floor(mall.NOW_MS / HISTORY_BUCKET_MS) - count + 1;
    return Array.from({ length: count }, (_, n) => first + n).flatMap((slot) => {
      const atMs = slot * HISTORY_BUCKET_MS;
      const age = (mall.NOW_MS - atMs) / HOUR_MS;
      if (age > 74 && age < 77) return [];
      const hour = new Date(atMs).getUTCHours();
      const day = Math.max(0, Math.sin(((hour - 6) / 15) * Math.PI));
      const luck = mall.chance(`${id} ${slot}`);
      return [
        {
          start: iso(atMs),
          coverage: 1,
          advertsPerSecond: 8 + 70 * day + 6 * luck,
          weakestDbm: -97 + Math.round(luck),
          heardShare: id === 'gw-12' && age < 5 ? 0.4 : 0.76 + 0.08 * luck,
          hearingDb: id === 'gw-12' && age < 5 ? -8.6 : luck - 0.5,
          outboxBatches: 0,
          temperatureC: 44 + 9 * day,
        },
      ];
    });
  }

  #adverts(gateways: Gateway[]) {
    const startMs = (Math.floor(mall.NOW_MS / HISTORY_BUCKET_MS) + 1) * HISTORY_BUCKET_MS - HISTORY_DAYS * 24 * HOUR_MS;
    const slots = (HISTORY_DAYS * 24 * HOUR_MS) / HISTORY_BUCKET_MS;
    return gatewayAdverts.parse({
      start: iso(startMs),
      slotSeconds: HISTORY_BUCKET_MS / 1_000,
      gateways: gateways.map(({ id }) => {
        const known = new Map(this.#history(id).map(({ start, advertsPerSecond }) => [start, advertsPerSecond]));
        const slot = (n: number) => known.get(iso(startMs + n * HISTORY_BUCKET_MS)) ?? null;
        return { id, advertsPerSecond: Array.from({ length: slots }, (_, n) => slot(n)) };
      }),
    });
  }

  #check(body: unknown, id: string): Fleet {
    const parsed = fleetBody.parse({ ...(body as object), id });
    const about = FORMATS.find(({ format }) => format === parsed.format)!;
    const topics = parsed.topics ?? about.defaultTopics;
    if (topics.length === 0)
      throw new Refusal(400, `name the topics: ${about.title} gateways have none of their own`, 'body.topics');
    topics.forEach((topic, i) => {
      if (/#./.test(topic)) throw new Refusal(400, '# must be the last level', `body.topics.${i}`);
    });
    return fleet.parse({ ...parsed, name: parsed.name ?? about.title, topics });
  }

  #fleetHealth({ id, enabled }: Fleet) {
    return fleetHealth.parse({
      fleetId: id,
      since: iso(mall.NOW_MS - 5 * HOUR_MS),
      listening: enabled,
      messages: id === 'espresense' ? 48_211 : 0,
      readings: id === 'espresense' ? 31_904 : 0,
      used: id === 'espresense' ? 30_118 : 0,
      sightings: id === 'espresense' ? 22_740 : 0,
      lastHeard: id === 'espresense' ? iso(Date.now() - 2_000) : null,
      ignored:
        id === 'espresense'
          ? [
              { reason: 'of a gateway that is not on the plan', count: 12_004 },
              { reason: 'not under a UUID of this site', count: 1_204 },
              { reason: 'told before', count: 582 },
            ]
          : [],
      unknown:
        id === 'espresense'
          ? [
              {
                reason: 'not JSON',
                count: 3,
                sample: {
                  at: iso(mall.NOW_MS - HOUR_MS),
                  topic: 'espresense/devices/…/kitchen',
                  payload: '{"id":"****',
                },
              },
            ]
          : [],
      gateways:
        id === 'espresense'
          ? this.#inbox
              .filter(({ fleetId }) => fleetId === id)
              .map((one) => ({
                gatewayId: one.id,
                name: one.name,
                placed: false,
                dismissed: one.dismissed,
                online: !one.dismissed,
                lastHeard: one.lastHeard,
                messages: one.messages,
                clockOffsetMs: null,
                version: 'ESPresense 3.3.5',
              }))
          : [],
    });
  }

  /** Undefined where the question is not of gateways. */
  answer(asked: {
    method: string;
    what: string | undefined;
    id: string | undefined;
    sub: string | undefined;
    body: unknown;
    gateways: Gateway[];
    states: LiveGateway[];
    empty: boolean;
  }): { body: unknown } | undefined {
    const { method, what, id, sub, body, gateways, empty } = asked;
    const stateOf = (gatewayId: string) => asked.states.find((state) => state.id === gatewayId)!;
    if (what === 'gateways' && method === 'PUT') {
      // Where it was put is where it hangs from now on.
      if (id === 'gw-05') this.#placed = true;
      this.#inbox = this.#inbox.filter((one) => one.id !== id);
      return undefined;
    }
    if (what === 'gateways' && sub === 'health') {
      const found = gateways.find((one) => one.id === id);
      if (found === undefined) throw new Refusal(404, `gateway ${id} does not exist`);
      return {
        body: gatewayHealthWithHistory.parse({
          ...this.#health(found, stateOf(found.id)),
          history: this.#history(found.id),
        }),
      };
    }
    switch (what) {
      case 'gateway-health':
        if (id === 'adverts') return { body: this.#adverts(gateways) };
        return {
          body: gateways.flatMap((one) => (stateOf(one.id) ? [this.#health(one, stateOf(one.id))] : [])),
        };
      case 'inbox': {
        if (id === undefined) return { body: empty ? [] : this.#inbox };
        const dismissed = method === 'DELETE';
        this.#inbox = this.#inbox.map((one) => (one.id === id ? { ...one, dismissed } : one));
        return { body: undefined };
      }
      case 'fleet-formats':
        return { body: FORMATS };
      case 'fleets': {
        if (empty) return { body: [] };
        if (id === undefined && method === 'GET') return { body: this.#fleets };
        if (id === undefined || method === 'PUT') {
          const made = this.#check(body, id ?? (body as { id: string }).id);
          if (id === undefined && this.#fleets.some((one) => one.id === made.id))
            throw new Refusal(409, `fleet ${made.id} exists already`, 'body.id');
          this.#fleets = [...this.#fleets.filter((one) => one.id !== made.id), made];
          return { body: made };
        }
        const found = this.#fleets.find((one) => one.id === id);
        if (found === undefined) throw new Refusal(404, `fleet ${id} does not exist`);
        if (sub === 'health') return { body: this.#fleetHealth(found) };
        if (method === 'DELETE') this.#fleets = this.#fleets.filter((one) => one !== found);
        return { body: method === 'DELETE' ? undefined : found };
      }
      default:
        return undefined;
    }
  }
}
