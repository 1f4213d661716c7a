/** Halls with few and with many gateways, people walking about in them, and how far off the fixes of their carriers are. Seeded. */
import type { SiteModel } from '../../server/contract/model.ts';
import type { CreatePositioner, HeardView } from '../../server/positioning/types.ts';
import { RadioModel } from '../../simulators/radio.ts';
import { between, createRandom, normal } from '../../simulators/random.ts';
import { parseScenario, type Scenario } from '../../simulators/scenario.ts';
import { wallsOf } from '../../simulators/walls.ts';
import { scenarioModel } from './scenarioModel.ts';
import { SimBody } from './simBody.ts';

const WIDTH_M = 60;
const HEIGHT_M = 40;
const T0 = 1_709_542_800_000;
/** A tracker's first seconds with a carrier are another matter. */
const FIRST_SECONDS = 20;

export const LAYOUTS = ['dense', 'sparse', 'quarter missing', 'along the walls', 'one side', 'middle row'] as const;
export type Layout = (typeof LAYOUTS)[number];

export function gatewayPlaces(layout: Layout): [number, number][] {
  const grid = (stepM: number): [number, number][] => {
    const places: [number, number][] = [];
    for (let y = stepM / 2; y < HEIGHT_M; y += stepM)
      for (let x = stepM / 2; x < WIDTH_M; x += stepM) places.push([x, y]);
    return places;
  };
  if (layout === 'dense') return grid(10);
  if (layout === 'sparse') return grid(20);
  if (layout === 'quarter missing') return grid(10).filter(([x, y]) => x < 30 || y < 20);
  if (layout === 'along the walls') return grid(10).filter(([x, y]) => x < 10 || x > 50 || y < 10 || y > 30);
  if (layout === 'one side') return grid(10).filter(([x]) => x < 25);
  return grid(10)
    .map(([x]): [number, number] => [x, 20])
    .slice(0, 6);
}

export interface Sample {
  xM: number;
  yM: number;
  errorM: number;
  /** What the fix says of itself. */
  accuracyM: number;
}

function scenarioOf(layout: Layout, more: readonly [number, number][]): Scenario {
  const shop = (id: string, rect: number[], side: string, atM: number) => ({
    id,
    name: id,
    floor: 'f0',
    rect,
    door: { side, atM, widthM: 4 },
  });
  return parseScenario(
    {
      site: { id: 'hall', name: 'Hall' },
      floors: [{ id: 'f0', name: 'Ground', level: 0, widthM: WIDTH_M, heightM: HEIGHT_M }],
      entrances: [{ id: 'front', name: 'Front', floor: 'f0', xM: 0, yM: 20, widthM: 6 }],
      corridors: [{ id: 'hall', name: 'Hall', floor: 'f0', rect: [0, 13, WIDTH_M, 27] }],
      shops: [
        shop('n1', [0, 27, 20, HEIGHT_M], 's', 10),
        shop('n2', [20, 27, 40, HEIGHT_M], 's', 30),
        shop('n3', [40, 27, WIDTH_M, HEIGHT_M], 's', 50),
        shop('s1', [0, 0, 30, 13], 'n', 15),
        shop('s2', [30, 0, WIDTH_M, 13], 'n', 45),
      ],
      gateways: [...gatewayPlaces(layout), ...more].map(([xM, yM], i) => ({
        id: `g-${i}`,
        floor: 'f0',
        xM,
        yM,
        zM: 3,
      })),
    },
    layout,
  );
}

/** `more`: gateways beside those of the layout. */
export const hallModel = (layout: Layout, more: readonly [number, number][] = []): SiteModel => ({
  ...scenarioModel(scenarioOf(layout, more)),
  siteId: 'hall',
  zones: [],
});

/** One sample a second of every walker in hearing. */
export function walkHall(
  layout: Layout,
  positioner: CreatePositioner,
  {
    seed,
    walkers,
    seconds,
    more = [],
  }: { seed: number; walkers: number; seconds: number; more?: readonly [number, number][] },
): { samples: Sample[]; siteState: unknown } {
  const scenario = scenarioOf(layout, more);
  const model = hallModel(layout, more);
  const random = createRandom(`coverage ${layout} ${seed}`);
  const radio = new RadioModel(
    scenario.radio,
    [{ level: 0, walls: wallsOf(scenario, 'f0'), widthM: WIDTH_M }],
    scenario.gateways.map(({ xM, yM, zM }) => ({
      floor: 0,
      level: 0,
      xM,
      yM,
      zM,
      offsetDb: scenario.radio.gatewayOffsetSigmaDb * normal(random),
    })),
    seed,
  );
  const tracker = positioner(model, null);
  const states: unknown[] = [];
  const bodies = Array.from(
    { length: walkers },
    () =>
      new SimBody(
        random,
        scenario.radio,
        T0,
        { xM: between(random, 0, WIDTH_M), yM: between(random, 0, HEIGHT_M) },
        { widthM: WIDTH_M, heightM: HEIGHT_M },
      ),
  );
  const samples: Sample[] = [];
  for (let second = 0; second < seconds; second++) {
    const fromMs = T0 + second * 1_000;
    bodies.forEach((body, i) => {
      const heard = new Map<number, HeardView>();
      body.play(radio, fromMs, (gateway, rssiDbm, atMs) => {
        const known = heard.get(gateway);
        heard.set(gateway, {
          gatewayId: `g-${gateway}`,
          rssiMeanDbm: known ? (known.rssiMeanDbm * known.adverts + rssiDbm) / (known.adverts + 1) : rssiDbm,
          rssiMaxDbm: Math.max(known?.rssiMaxDbm ?? -200, rssiDbm),
          adverts: (known?.adverts ?? 0) + 1,
          atMs,
        });
      });
      const views = [...heard.values()].sort((a, b) => (a.gatewayId < b.gatewayId ? -1 : 1));
      const step = tracker.step(states[i], fromMs + 1_000, views);
      states[i] = step.state;
      const { fix } = step.position;
      if (!fix || second < FIRST_SECONDS) return;
      const errorM = Math.hypot(fix.xM - body.xM, fix.yM - body.yM);
      samples.push({ xM: body.xM, yM: body.yM, errorM, accuracyM: fix.accuracyM });
    });
  }
  return { samples, siteState: tracker.siteState() };
}
