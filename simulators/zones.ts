/** The zones of a scenario as the site knows them. Pure. */
import type { Shape, Zone } from '../server/contract/model.ts';
import type { Rect, Scenario } from './scenario.ts';

/** How far an entrance reaches into the mall. */
const ENTRANCE_DEPTH_M = 4;

const polygon = ([x0, y0, x1, y1]: Rect): Shape => ({
  type: 'polygon',
  rings: [
    [
      [x0, y0],
      [x1, y0],
      [x1, y1],
      [x0, y1],
    ],
  ],
});

function entranceRect(scenario: Scenario, entrance: Scenario['entrances'][number]): Rect {
  const floor = scenario.floors.find((one) => one.id === entrance.floor)!;
  const { xM, yM, widthM } = entrance;
  const half = widthM / 2 + 1;
  if (xM <= 0) return [0, yM - half, ENTRANCE_DEPTH_M, yM + half];
  if (xM >= floor.widthM) return [floor.widthM - ENTRANCE_DEPTH_M, yM - half, floor.widthM, yM + half];
  if (yM <= 0) return [xM - half, 0, xM + half, ENTRANCE_DEPTH_M];
  return [xM - half, floor.heightM - ENTRANCE_DEPTH_M, xM + half, floor.heightM];
}

export function zonesOf(scenario: Scenario): Zone[] {
  const zone = (
    id: string,
    floorId: string,
    name: string,
    kind: Zone['kind'],
    shape: Shape,
    tenantId: string | null,
  ): Zone => ({
    id,
    floorId,
    name,
    kind,
    shape,
    tenantId,
    minStaySeconds: null,
  });
  return [
    ...scenario.entrances.map((one) =>
      zone(one.id, one.floor, one.name, 'entrance', polygon(entranceRect(scenario, one)), null),
    ),
    ...scenario.shops.map((one) => zone(one.id, one.floor, one.name, 'shop', polygon(one.rect), one.tenant ?? one.id)),
    ...scenario.corridors.map((one) => zone(one.id, one.floor, one.name, 'corridor', polygon(one.rect), null)),
    ...scenario.coupons.map((one) =>
      zone(
        one.id,
        one.floor,
        one.name,
        'coupon',
        { type: 'circle', xM: one.xM, yM: one.yM, radiusM: one.radiusM },
        one.shop ?? null,
      ),
    ),
  ];
}

/** Zones of scenarios are rectangles and circles, so that this stays simple. */
export function inZone({ shape }: Zone, xM: number, yM: number): boolean {
  if (shape.type === 'circle') return Math.hypot(xM - shape.xM, yM - shape.yM) <= shape.radiusM;
  const [low, , high] = shape.rings[0]!;
  return xM >= low![0] && yM >= low![1] && xM < high![0] && yM < high![1];
}
