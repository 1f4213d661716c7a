/** A plausible mall for the mock server: two floors, shops along a promenade, and numbers that follow the clock. Seeded, pure. */
import { z } from 'zod';
import type { Certificate, WalkAuditDetail } from '../../server/contract/calibration.ts';
import { type Campaign, campaign } from '../../server/contract/campaigns.ts';
import type { LiveHeat, LiveSnapshot } from '../../server/contract/live.ts';
import type {
  Affinity,
  Flows,
  Heatmap,
  Interval,
  Metric,
  PeakHours,
  Series,
  SeriesPoint,
} from '../../server/contract/metrics.ts';
import type { Carrier, Floor, Gateway, Point, Site, Zone } from '../../server/contract/model.ts';

/** Saturday 21 November 2026, 15:24 in Prague. */
export const NOW_MS = Date.parse('2026-11-21T15:24:00+01:00');
const HOUR_MS = 3_600_000;
const UUID = 'f7826da6-4fa2-4e98-8024-bc5b71e0893e';
/** On Wednesday the gateways were without power for these hours. */
const OUTAGE = [Date.parse('2026-11-18T11:00:00+01:00'), Date.parse('2026-11-18T14:00:00+01:00')] as const;

/** The same number for the same words, evenly spread over 0..1. */
export function chance(words: string): number {
  let hash = 2166136261;
  for (const char of words) hash = Math.imul(hash ^ char.charCodeAt(0), 16777619);
  hash = Math.imul(hash ^ (hash >>> 15), 2246822507);
  return ((hash ^ (hash >>> 13)) >>> 0) / 2 ** 32;
}

export const site: Site = {
  id: 'arkada',
  name: 'Arkáda Brno',
  timezone: 'Europe/Prague',
  currency: 'CZK',
  clock: 'wall',
  uuids: [UUID],
  countUnknowns: true,
  historyFromMs: null,
  historyUntilMs: null,
};

const box = (x: number, y: number, w: number, h: number): Point[] => [
  [x, y],
  [x + w, y],
  [x + w, y + h],
  [x, y + h],
];
const floorOf = (id: string, name: string, level: number): Floor => ({
  id,
  name,
  level,
  widthM: 124,
  heightM: 66,
  outline: {
    type: 'polygon',
    rings: [
      [
        [6, 0],
        [118, 0],
        [124, 8],
        [124, 58],
        [118, 66],
        [6, 66],
        [0, 58],
        [0, 8],
      ],
    ],
  },
  walls: [],
  image: null,
});
export const floors: Floor[] = [floorOf('ground', 'Ground floor', 0), floorOf('first', 'First floor', 1)];

const GROUND_TOP = [
  'Lindt Boutique',
  'Nordic Home',
  'Fjord Outdoor',
  'Café Alma',
  'Vela Shoes',
  'Optika Zora',
  'Kids Planet',
];
const GROUND_BOTTOM = ['Market Hall', 'Pharmacy', 'Luna Cosmetics', 'Book & Pen', 'Telefon Point', 'Bakery Lípa'];
const FIRST_TOP = ['Studio Denim', 'Sport Arena', 'Maison Mode', 'Game Corner', 'Silver & Co'];
const FIRST_BOTTOM = ['Food Court', 'Cinema Lux', 'Toy Box', 'Tailor Novák'];
/** Nobody goes to these; the ranking should say so. */
const DEAD = new Set(['Tailor Novák']);

const idOf = (name: string): string =>
  name
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-');

function row(floorId: string, names: string[], y: number, h: number): Zone[] {
  const weights = names.map((name) => 0.7 + chance(`width ${name}`) * 0.9);
  const total = weights.reduce((a, b) => a + b, 0);
  let x = 8;
  return names.map((name, index) => {
    const w = (weights[index]! / total) * 108;
    const zone: Zone = {
      id: idOf(name),
      floorId,
      name,
      kind: 'shop',
      shape: { type: 'polygon', rings: [box(Math.round(x * 10) / 10, y, Math.round(w * 10) / 10, h)] },
      tenantId: idOf(name),
      minStaySeconds: null,
    };
    x += w;
    return zone;
  });
}
const other = (floorId: string, id: string, name: string, kind: Zone['kind'], ring: Point[]): Zone => ({
  id,
  floorId,
  name,
  kind,
  shape: { type: 'polygon', rings: [ring] },
  tenantId: null,
  minStaySeconds: null,
});
const coupon = (
  floorId: string,
  id: string,
  name: string,
  xM: number,
  yM: number,
  radiusM: number,
  tenantId: string,
): Zone => ({
  id,
  floorId,
  name,
  kind: 'coupon',
  shape: { type: 'circle', xM, yM, radiusM },
  tenantId,
  minStaySeconds: null,
});
export const zones: Zone[] = [
  other('ground', 'promenade', 'Promenade', 'corridor', box(4, 25, 116, 16)),
  ...row('ground', GROUND_TOP, 41, 22),
  ...row('ground', GROUND_BOTTOM, 3, 22),
  other('ground', 'entrance-west', 'West entrance', 'entrance', box(0, 27, 7, 12)),
  other('ground', 'entrance-east', 'East entrance', 'entrance', box(117, 27, 7, 12)),
  coupon('ground', 'coupon-alma', 'Alma coffee', 66, 36.5, 4.5, 'cafe-alma'),
  coupon('ground', 'coupon-bakery', 'Fresh bread', 104, 28.5, 4, 'bakery-lipa'),
  other('first', 'gallery', 'Gallery', 'corridor', box(4, 25, 116, 16)),
  ...row('first', FIRST_TOP, 41, 22),
  ...row('first', FIRST_BOTTOM, 3, 22),
];

export const gateways: Gateway[] = floors.flatMap(({ id: floorId }, floor) =>
  [0, 1, 2, 3, 4, 5, 6, 7].map((n) => ({
    id: `gw-${floor}${n + 1}`,
    name: `${floor === 0 ? 'G' : 'F'}${n + 1} ${['west', 'north-west', 'north', 'north-east', 'east', 'south-east', 'south', 'south-west'][n]}`,
    floorId,
    xM: [12, 34, 62, 90, 112, 90, 62, 34][n]!,
    yM: [33, 44, 44, 44, 33, 22, 22, 22][n]!,
    zM: 3.2,
    enabled: !(floor === 1 && n === 7),
  })),
);

export const carriers: Carrier[] = Array.from({ length: 24 }, (_, n) => ({
  id: `c-${Math.floor(chance(`carrier ${n}`) * 1e9).toString(36)}`,
  kind: (['tag', 'tag', 'shopper', 'cart', 'staff'] as const)[n % 5]!,
  uuid: UUID,
  major: 100 + (n % 5),
  minor: n + 1,
  calibratedPowerDbm: null,
  label: n % 5 === 3 ? `Cart ${n + 1}` : n % 5 === 4 ? `Guard ${n + 1}` : n % 2 === 0 ? `Tag ${1000 + n}` : null,
}));

export const campaigns: Campaign[] = z.array(campaign).parse([
  {
    id: 'alma-afternoon',
    name: 'Alma afternoon cake',
    tenantId: 'cafe-alma',
    zoneIds: ['coupon-alma'],
    trigger: { type: 'dwell', seconds: 20 },
    offer: {
      title: 'A slice of cake with your coffee',
      text: 'Order any coffee at Café Alma within the hour and the cake of the day is on the house.',
      terms: 'One per person and day.',
      validMinutes: 60,
      imageId: 'im-1',
      value: { type: 'gift', costMinor: 4_500 },
      translations: {
        cs: { title: 'Kousek dortu ke kávě', text: 'Objednejte si do hodiny kávu v Café Alma a dort dne je na nás.' },
      },
    },
    variants: [
      {
        id: 'b',
        offer: {
          title: 'Cake on us: the afternoon is long',
          text: 'Order any coffee at Café Alma within the hour and the cake of the day is on the house.',
          terms: 'One per person and day.',
          validMinutes: 60,
          imageId: 'im-1',
          value: { type: 'gift', costMinor: 4_500 },
        },
      },
    ],
    audience: { interests: ['coffee', 'food'], who: 'returning' },
    cooldownMinutes: 1440,
    schedule: { weekdays: [1, 2, 3, 4, 5], from: '13:00', to: '17:30' },
    stock: 200,
    budgetMinor: 900_000,
    controlShare: 0.1,
    status: 'live',
  },
  {
    id: 'bakery-evening',
    name: 'Bread after six',
    tenantId: 'bakery-lipa',
    zoneIds: ['coupon-bakery'],
    trigger: { type: 'enter' },
    offer: { title: 'Second loaf at half price', text: 'Every evening from six.', terms: null, validMinutes: 120 },
    cooldownMinutes: 4320,
    schedule: null,
    stock: null,
    controlShare: 0.1,
    status: 'rehearsed',
  },
  {
    id: 'shoes-autumn',
    name: 'Autumn boots',
    tenantId: 'vela-shoes',
    zoneIds: ['vela-shoes'],
    trigger: { type: 'return', days: 30 },
    offer: {
      title: '15 % off all boots',
      text: 'Welcome back: today every pair of boots is cheaper.',
      validMinutes: 240,
      value: { type: 'percent', percent: 15, maxAmountMinor: 60_000 },
    },
    status: 'draft',
    rejection: { reason: 'Please leave out Saturdays, the corridor is full then.', at: '2026-11-20T09:12:00Z' },
  },
  {
    id: 'alma-summer',
    name: 'Iced coffee week',
    tenantId: 'cafe-alma',
    zoneIds: ['coupon-alma'],
    trigger: { type: 'enter' },
    offer: { title: 'Iced coffee at half price', text: 'As long as it is hot.', validMinutes: 60 },
    status: 'ended',
  },
]);
export const PICTURE = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 320 150"><rect width="320" height="150" fill="#e9d8c3"/><path d="M90 120h140l-14-52H104z" fill="#7a4a2a"/><path d="M104 68h112l-6-18H110z" fill="#f6ede2"/><circle cx="160" cy="42" r="10" fill="#b3261e"/></svg>`;

const local = new Intl.DateTimeFormat('en-CA', {
  timeZone: site.timezone,
  hourCycle: 'h23',
  weekday: 'short',
  hour: '2-digit',
});
function localOf(atMs: number): { weekday: number; hour: number } {
  const parts = Object.fromEntries(local.formatToParts(atMs).map(({ type, value }) => [type, value]));
  return {
    weekday: ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'].indexOf(parts.weekday!),
    hour: Number(parts.hour),
  };
}
const WEEK = [0.74, 0.72, 0.78, 0.86, 1.02, 1.3, 0.94];
/** Visits an hour of the whole site. */
function visitsAt(weekday: number, hour: number): number {
  if (hour < 9 || hour >= 21) return hour >= 7 && hour < 9 ? 6 : 0;
  const noon = Math.exp(-(((hour - 12.5) / 2.2) ** 2));
  const late = Math.exp(-(((hour - (weekday >= 5 ? 15.5 : 17)) / 2.4) ** 2));
  return Math.round(165 * WEEK[weekday]! * (0.16 + 0.5 * noon + 0.95 * late));
}
const popularity = (zone: Zone): number =>
  DEAD.has(zone.name) ? 0.006 : zone.kind === 'coupon' ? 0.12 : 0.06 + chance(`popular ${zone.id}`) * 0.3;

const stepMs: Record<Interval, number> = { '15m': HOUR_MS / 4, hour: HOUR_MS, day: 24 * HOUR_MS, week: 168 * HOUR_MS };
const isOut = (atMs: number): boolean => atMs >= OUTAGE[0] && atMs < OUTAGE[1];

export function seriesOf(
  metric: Metric,
  fromMs: number,
  toMs: number,
  interval: Interval,
  zoneId: string | null,
): Series {
  const zone = zones.find(({ id }) => id === zoneId);
  const part = zone === undefined ? 1 : popularity(zone);
  const points: SeriesPoint[] = [];
  const step = stepMs[interval];
  for (let startMs = fromMs; startMs < toMs; startMs += step) {
    let [visits, out, hours, busiest] = [0, 0, 0, 0];
    for (let at = startMs; at < startMs + step; at += Math.min(step, HOUR_MS)) {
      if (at >= NOW_MS) continue;
      hours++;
      if (isOut(at)) {
        out++;
        continue;
      }
      const { weekday, hour } = localOf(at);
      const here =
        visitsAt(weekday, hour) *
        (step < HOUR_MS ? 0.25 : 1) *
        (0.9 + 0.2 * chance(`${metric === 'footfall'}${at}`)) *
        part;
      visits += here;
      busiest = Math.max(busiest, here);
    }
    const coverage = hours === 0 ? 0 : Math.max(0, 0.985 - out / hours);
    const day = chance(`day ${startMs}`);
    const raw = {
      footfall: Math.round(visits),
      'unique-visitors': Math.round(visits * 0.91),
      occupancy: Math.round((visits / Math.max(1, hours)) * 1.1),
      dwell:
        visits === 0 ? null : zone === undefined ? 2_100 + day * 700 : 90 + chance(`dwell ${zone.id}`) * 900 + day * 60,
      'capture-rate':
        zone === undefined || visits === 0 ? null : 0.18 + chance(`capture ${zone.id}`) * 0.4 + day * 0.05,
    }[metric];
    const value = out === hours || hours === 0 ? null : raw;
    const spread =
      value === null
        ? 0
        : metric === 'footfall' || metric === 'unique-visitors'
          ? 1.4 * Math.sqrt(value) + value * 0.03
          : value * 0.06;
    points.push({
      start: new Date(startMs).toISOString(),
      value,
      low: value === null ? null : Math.max(0, value - spread),
      high: value === null ? null : value + spread,
      coverage,
      state: startMs + step > NOW_MS - HOUR_MS ? 'provisional' : 'final',
      ...(metric === 'occupancy' ? { peak: value === null ? null : Math.round(busiest * 1.35) } : {}),
    });
  }
  return { metric, interval, timezone: site.timezone, series: points };
}

export function peakHoursOf(zoneId: string | null): PeakHours {
  const zone = zones.find(({ id }) => id === zoneId);
  const part = zone === undefined ? 1 : popularity(zone);
  const grid = Array.from({ length: 7 }, (_, weekday) =>
    Array.from({ length: 24 }, (_, hour) => {
      const value = visitsAt(weekday, hour) * part;
      return { value, low: value * 0.9, high: value * 1.1, days: weekday === 2 ? 3 : 4 };
    }),
  );
  let peak = { weekday: 0, hour: 0, value: 0 };
  grid.forEach((hours, weekday) => {
    hours.forEach(({ value }, hour) => {
      if (value > peak.value) peak = { weekday, hour, value };
    });
  });
  return { timezone: site.timezone, grid, peak, excludedDays: [{ day: '2026-11-18', coverage: 0.86 }] };
}

const floorZones = (floorId: string): Zone[] => zones.filter((zone) => zone.floorId === floorId);
const centreOf = (zone: Zone): Point => {
  if (zone.shape.type === 'circle') return [zone.shape.xM, zone.shape.yM];
  const ring = zone.shape.rings[0]!;
  return [ring.reduce((sum, [x]) => sum + x, 0) / ring.length, ring.reduce((sum, [, y]) => sum + y, 0) / ring.length];
};

export function heatmapOf(
  floorId: string,
  fromMs: number,
  toMs: number,
  cellM: number,
  measure: 'dwell' | 'carriers',
): Heatmap {
  let visits = 0;
  let out = 0;
  let hours = 0;
  for (let at = fromMs; at < Math.min(toMs, NOW_MS); at += HOUR_MS) {
    hours++;
    if (isOut(at)) out++;
    else {
      const { weekday, hour } = localOf(at);
      visits += visitsAt(weekday, hour);
    }
  }
  const cells: Heatmap['cells'] = [];
  let suppressedCells = 0;
  const shops = floorZones(floorId).filter(({ kind }) => kind === 'shop');
  const wave = 0.6 + 0.4 * chance(`wave ${Math.floor(fromMs / HOUR_MS)}`);
  for (let x = 1; x < 123; x += cellM) {
    for (let y = 3; y < 63; y += cellM) {
      const corridor = y > 25 && y < 41 ? 0.35 + 0.5 * Math.exp(-(((y - 33) / 4) ** 2)) : 0;
      let shop = 0;
      for (const zone of shops) {
        const [cx, cy] = centreOf(zone);
        const depth = cy > 33 ? cy - 7 : cy + 7;
        shop += popularity(zone) * 3.4 * Math.exp(-(((x - cx) / 5.5) ** 2) - ((y - depth) / 6.5) ** 2);
      }
      const grain = 0.75 + 0.5 * chance(`${floorId} ${x} ${y}`);
      const value = visits * (corridor * wave + shop) * grain * (measure === 'dwell' ? 2.2 : 0.05 * cellM * cellM);
      if (value < 0.02 * visits || visits === 0) {
        if (value > 0) suppressedCells++;
        continue;
      }
      cells.push({ xM: x, yM: y, value: Math.round(value * 10) / 10 });
    }
  }
  return {
    floor: floorId,
    cellM,
    measure,
    unit: measure === 'dwell' ? 'secondsPerM2' : 'carriers',
    max: Math.max(0, ...cells.map(({ value }) => value)),
    coverage: hours === 0 || out === hours ? 0 : 0.985 - out / hours,
    state: toMs > NOW_MS ? 'provisional' : 'final',
    suppressedCells: Math.min(suppressedCells, 140),
    cells,
  };
}

const shopsOf = () => zones.filter(({ kind }) => kind === 'shop' && !DEAD.has(kind));
export function flowsOf(): Flows {
  const flows: Flows['flows'] = [];
  for (const from of shopsOf()) {
    flows.push({ from: null, to: from.id, visits: Math.round(popularity(from) * 2_400) });
    flows.push({ from: from.id, to: null, visits: Math.round(popularity(from) * 2_100) });
    for (const to of shopsOf()) {
      const liking = chance(`flow ${from.id} ${to.id}`);
      if (from !== to && liking > 0.86)
        flows.push({ from: from.id, to: to.id, visits: Math.round(liking * popularity(to) * 1_900) });
    }
  }
  return { flows, suppressed: 37, coverage: 0.97 };
}
export function affinityOf(): Affinity {
  const pairs: Affinity['pairs'] = [];
  for (const a of shopsOf()) {
    for (const b of shopsOf()) {
      const liking = chance(`affinity ${a.id} ${b.id}`);
      if (a === b || liking < 0.7) continue;
      const visitsA = Math.round(popularity(a) * 5_200);
      const share = 0.08 + liking * 0.32;
      pairs.push({
        a: a.id,
        b: b.id,
        share,
        lift: 0.6 + liking * 2.2,
        visitsA,
        visitsBoth: Math.round(visitsA * share),
      });
    }
  }
  return { pairs, coverage: 0.97 };
}

export function snapshotOf(step: number, historyProgress: number | null = null): LiveSnapshot {
  const atMs = NOW_MS + step * 1_000;
  const wobble = (words: string) => 0.85 + 0.3 * chance(`${words} ${Math.floor(step / 5)}`);
  const counts = zones.map((zone) => ({
    zoneId: zone.id,
    occupancy:
      zone.kind === 'corridor' ? Math.round(58 * wobble(zone.id)) : Math.round(popularity(zone) * 66 * wobble(zone.id)),
  }));
  return {
    atMs,
    occupancy: Math.round(312 * wobble('all')),
    zones: counts.map((count) => (count.zoneId === 'optika-zora' ? { ...count, occupancy: null } : count)),
    gateways: gateways.map((gateway, n) => ({
      id: gateway.id,
      online: n !== 6,
      lastSeenMs: n === 6 ? atMs - 47 * 60_000 : atMs - 400 - 90 * n,
      advertsPerSecond: n === 6 ? 0 : Math.round((38 + 40 * chance(gateway.id)) * 10) / 10,
      clockOffsetMs: n === 3 ? 4_200 : Math.round(chance(`clock ${gateway.id}`) * 60),
      outboxBatches: n === 6 ? null : n === 11 ? 418 : 0,
      droppedBatches: n === 11 ? 12 : 0,
      version: n === 2 ? '0.0.9' : '0.1.0',
      finding:
        n === 6
          ? 'silent for 47 minutes: check its power and its network cable'
          : n === 3
            ? 'its clock is 4.2 s ahead: let it follow a time server'
            : n === 11
              ? 'its outbox grows: the network drops its messages'
              : null,
    })),
    historyProgress,
  };
}
export function liveHeatOf(step: number): LiveHeat {
  return {
    atMs: NOW_MS + step * 1_000,
    floors: floors.map(({ id: floorId }) => {
      const cells: [number, number, number][] = [];
      const shops = floorZones(floorId).filter(({ kind }) => kind === 'shop');
      for (let n = 0; n < 150; n++) {
        const [u, v, w] = [chance(`u${floorId}${n}`), chance(`v${floorId}${n}`), chance(`w${floorId}${n}`)];
        const drift = Math.sin((step + n * 7) / 9) * 2;
        let at: Point = [6 + u * 112 + drift, 27 + v * 12];
        if (w < 0.62) {
          const zone = shops[Math.floor(u * shops.length)]!;
          if (chance(`enter ${n} ${zone.id}`) > popularity(zone) * 3) continue;
          const [cx, cy] = centreOf(zone);
          at = [cx + (v - 0.5) * 11, cy + (chance(`y${n}`) - 0.5) * 14];
        }
        cells.push([Math.floor(at[0] / 2) * 2, Math.floor(at[1] / 2) * 2, 1 + Math.floor(chance(`c${n}`) * 2.6)]);
      }
      const merged = new Map<string, [number, number, number]>();
      for (const cell of cells) {
        const key = `${cell[0]},${cell[1]}`;
        const old = merged.get(key);
        merged.set(key, old === undefined ? cell : [cell[0], cell[1], old[2] + cell[2]]);
      }
      return { floorId, cellM: 2, cells: [...merged.values()] };
    }),
  };
}

const WALKED_AT = '2026-11-12T09:40:00+01:00';
export const walked: Omit<WalkAuditDetail, 'taps'> = {
  id: 'w-1',
  carrierId: carriers[0]!.id,
  carrierLabel: carriers[0]!.label,
  by: 'Ivo Instalatér',
  started: '2026-11-12T09:20:00+01:00',
  finished: WALKED_AT,
  waypoints: [],
};

/** The ground floor was walked; since then a gateway moved upstairs of nobody, and one that was heard in the east. */
export function certificatesOf(ofTenant: boolean): Certificate[] {
  const moved = {
    what: 'moved' as const,
    gatewayId: 'gw-05',
    gatewayName: 'G5 east',
    at: '2026-11-18T10:00:00+01:00',
  };
  const one = (zoneId: string | null, taps: number, medianM: number, hitRate: number, stale: boolean): Certificate => ({
    zoneId,
    floorId: 'ground',
    auditId: 'w-1',
    at: WALKED_AT,
    by: 'Ivo Instalatér',
    taps,
    enough: taps >= 5,
    medianM,
    p90M: Math.round(medianM * 19) / 10,
    hitRate,
    elsewhere: hitRate < 1 ? [{ zoneId: 'promenade', taps: Math.max(1, Math.round(taps * (1 - hitRate))) }] : [],
    wronglyHere: 1,
    noFix: 0,
    wrongFloor: 0,
    withinStated: 0.66,
    state: stale ? 'stale' : 'valid',
    reasons: stale ? [moved] : [],
  });
  if (ofTenant) return [{ ...one('cafe-alma', 7, 1.8, 1, false), by: null }];
  const shops = zones.filter(({ floorId, kind }) => floorId === 'ground' && kind !== 'coupon');
  return [
    one(null, 74, 2.1, 0.99, true),
    ...shops.slice(0, -3).map((zone, n) => {
      const luck = chance(`certificate ${zone.id}`);
      return one(
        zone.id,
        n === 4 ? 2 : 5 + (n % 4),
        Math.round((1.4 + 2.4 * luck) * 10) / 10,
        n === 2 ? 0.5 : n === 6 ? 0.8 : 1,
        n === 7,
      );
    }),
  ];
}
