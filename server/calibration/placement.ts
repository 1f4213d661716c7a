/** Where gateways hung when it was walked, and what has become of them since. Pure. */
import type { Gateway, Shape } from '../contract/model.ts';

export type Placement = Pick<Gateway, 'id' | 'floorId' | 'xM' | 'yM' | 'zM'>;
export type FaultKind = 'moved' | 'removed' | 'off';
export interface Fault {
  gatewayId: string;
  what: FaultKind;
  /** When it was noticed. */
  sinceMs: number;
}

/** Less is a hand's width on the plan, and no radio knows it. */
const MOVED_M = 0.1;

export const placementOf = ({ id, floorId, xM, yM, zM }: Gateway): Placement => ({ id, floorId, xM, yM, zM });

export function sincePlaced(then: Placement, now: Gateway | undefined): FaultKind | undefined {
  if (!now) return 'removed';
  const away = Math.hypot(now.xM - then.xM, now.yM - then.yM, now.zM - then.zM);
  if (now.floorId !== then.floorId || away > MOVED_M) return 'moved';
  return now.enabled ? undefined : 'off';
}

/** Those of the placements. One that hangs where it hung, is on again, is none any more; one that stays keeps its date. */
export function faultsOf(
  placements: readonly Placement[],
  gateways: readonly Gateway[],
  known: readonly Fault[],
  nowMs: number,
): Fault[] {
  const now = new Map(gateways.map((gateway) => [gateway.id, gateway]));
  return placements.flatMap((then) => {
    const what = sincePlaced(then, now.get(then.id));
    if (!what) return [];
    const old = known.find((fault) => fault.gatewayId === then.id && fault.what === what);
    return [old ?? { gatewayId: then.id, what, sinceMs: nowMs }];
  });
}

/** New, moved, or on again elsewhere: what was learned of these is of another place. */
export function displaced(before: Iterable<Gateway>, after: Iterable<Gateway>): string[] {
  const old = new Map([...before].map((gateway) => [gateway.id, gateway]));
  const now = new Map([...after].map((gateway) => [gateway.id, gateway]));
  const gone = [...old.keys()].filter((id) => !now.has(id));
  const others = [...now.values()].filter((gateway) => {
    const then = old.get(gateway.id);
    return !then || sincePlaced(placementOf(then), { ...gateway, enabled: true }) !== undefined;
  });
  return [...gone, ...others.map(({ id }) => id)].sort();
}

export const sameShape = (a: Shape | null, b: Shape | null): boolean => JSON.stringify(a) === JSON.stringify(b);
