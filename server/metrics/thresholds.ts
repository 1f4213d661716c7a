/** Which rows count, and from which length on. Pure. */
import type { Definitions } from '../contract/definitions.ts';
import type { CarrierKind, Zone } from '../contract/model.ts';
import { TICK_MS } from '../engine/types.ts';

/** Staff and carts are never footfall, nor anything that is derived from it. */
export const NEVER_COUNTED: readonly CarrierKind[] = ['staff', 'cart'];
export const counts = (kind: CarrierKind): boolean => !NEVER_COUNTED.includes(kind);

/** Known again on another day: their carrier is registered. Carts and staff are registered too, and are nobody's visit. */
export const IDENTIFIED: readonly CarrierKind[] = ['shopper', 'tag'];

/** Start and end are known to a tick, so a length this close to a threshold may lie on its other side. */
export const RESOLUTION_MS = TICK_MS;

export const minVisitMs = (definitions: Definitions): number => Math.round(definitions.minVisitSeconds * 1000);

export const minStayMs = (definitions: Definitions, zone: Pick<Zone, 'minStaySeconds'> | undefined): number =>
  Math.round((zone?.minStaySeconds ?? definitions.minStaySeconds) * 1000);

export const bounceMs = (definitions: Definitions): number => Math.round(definitions.bounceSeconds * 1000);
