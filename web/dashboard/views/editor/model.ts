/** What is being edited: a draft beside what is saved, steps back, and what a save must send. Pure. */
import type { Gateway, Point, Shape, Zone } from '../../../../server/contract/model.ts';

export interface Draft {
  zones: Zone[];
  gateways: Gateway[];
}
export type Change =
  | { what: 'zone'; how: 'create' | 'update'; id: string; zone: Zone }
  | { what: 'zone'; how: 'remove'; id: string }
  | { what: 'gateway'; how: 'create' | 'update'; id: string; gateway: Gateway }
  | { what: 'gateway'; how: 'remove'; id: string };

/** Ids that the server has not given yet. */
const NEW = 'new-zone-';
export const isNewZone = (id: string): boolean => id.startsWith(NEW);
export function newZoneId(zones: Zone[]): string {
  let n = 1;
  while (zones.some(({ id }) => id === NEW + n)) n++;
  return NEW + n;
}
export function newGatewayId(gateways: Gateway[]): string {
  let n = gateways.length + 1;
  while (gateways.some(({ id }) => id === `gateway-${n}`)) n++;
  return `gateway-${n}`;
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** Removals come first, so that an id or a place is free again. */
export function changesOf(saved: Draft, draft: Draft): Change[] {
  const changes: Change[] = [];
  for (const { id } of saved.zones) {
    if (!draft.zones.some((zone) => zone.id === id)) changes.push({ what: 'zone', how: 'remove', id });
  }
  for (const { id } of saved.gateways) {
    if (!draft.gateways.some((gateway) => gateway.id === id)) changes.push({ what: 'gateway', how: 'remove', id });
  }
  for (const zone of draft.zones) {
    const old = saved.zones.find(({ id }) => id === zone.id);
    if (old === undefined) changes.push({ what: 'zone', how: 'create', id: zone.id, zone });
    else if (!same(old, zone)) changes.push({ what: 'zone', how: 'update', id: zone.id, zone });
  }
  for (const gateway of draft.gateways) {
    const old = saved.gateways.find(({ id }) => id === gateway.id);
    if (old === undefined) changes.push({ what: 'gateway', how: 'create', id: gateway.id, gateway });
    else if (!same(old, gateway)) changes.push({ what: 'gateway', how: 'update', id: gateway.id, gateway });
  }
  return changes;
}

export const withZone = (draft: Draft, id: string, change: Partial<Zone>): Draft => ({
  ...draft,
  zones: draft.zones.map((zone) => (zone.id === id ? { ...zone, ...change } : zone)),
});
export const withGateway = (draft: Draft, id: string, change: Partial<Gateway>): Draft => ({
  ...draft,
  gateways: draft.gateways.map((gateway) => (gateway.id === id ? { ...gateway, ...change } : gateway)),
});

/** Where a zone that is made by numbers begins. */
export const boxAround = ([x, y]: Point): Shape => ({
  type: 'polygon',
  rings: [
    [
      [x - 5, y - 4],
      [x + 5, y - 4],
      [x + 5, y + 4],
      [x - 5, y + 4],
    ],
  ],
});

/** Centimetres: nobody measures a wall finer, and the numbers stay readable. */
const round = (metres: number): number => Math.round(metres * 100) / 100;
export const roundPoint = ([x, y]: Point): Point => [round(x), round(y)];
export const roundShape = (shape: Shape): Shape =>
  shape.type === 'circle'
    ? { type: 'circle', xM: round(shape.xM), yM: round(shape.yM), radiusM: Math.max(0.5, round(shape.radiusM)) }
    : { type: 'polygon', rings: shape.rings.map((ring) => ring.map(roundPoint)) };

/** What a person may change: everything, or as a retailer the coupon zones of the own tenant. */
export const mayChange = (zone: Zone, tenantId: string | null): boolean =>
  tenantId === null || (zone.tenantId === tenantId && zone.kind === 'coupon');
