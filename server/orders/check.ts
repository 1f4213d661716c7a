/** Turns what a shop sends into an order of the mall, or says which field is wrong and what would be right. Pure. */
import type { OrderFault, OrderInput } from '../contract/orders.ts';
import type { NewOrder } from './orders.ts';

export interface OrderContext {
  /** Whose orders the sender may bring: everybody's, or the own tenant's; null is the mall itself. */
  tenants: 'all' | { tenantId: string | null };
  /** Zone → tenant, of the site. */
  zoneTenant: (zoneId: string) => string | null | undefined;
  shopZoneOf: (tenantId: string | null) => string | null;
  parseInstant: (text: string) => number | string;
  /** Orders before are no longer kept. */
  keptFromMs: number;
  nowMs: number;
}

/** A till's clock that runs ahead. */
const FUTURE_MS = 10 * 60_000;

export type Checked = { ok: true; order: NewOrder } | { ok: false; fault: Omit<OrderFault, 'at'> };

export function checkOrder(input: OrderInput, context: OrderContext): Checked {
  const wrong = (field: string, message: string): Checked => ({
    ok: false,
    fault: { order: input.id, field, message },
  });
  const { tenants } = context;
  if (tenants === 'all' && input.tenant === undefined)
    return wrong('tenant', 'must name the shop, or be null for the mall itself');
  if (tenants !== 'all' && input.tenant !== undefined && input.tenant !== tenants.tenantId)
    return wrong('tenant', 'must be the own shop, or be left out');
  const tenantId = tenants === 'all' ? (input.tenant ?? null) : tenants.tenantId;
  const atMs = context.parseInstant(input.at);
  if (typeof atMs === 'string') return wrong('at', atMs);
  if (atMs > context.nowMs + FUTURE_MS) return wrong('at', 'must not lie in the future');
  if (atMs < context.keptFromMs) return wrong('at', 'must lie within the last 13 months: older orders are not kept');
  if (input.zone !== null && (tenantId === null || context.zoneTenant(input.zone) !== tenantId))
    return wrong('zone', 'must be a zone of the shop');
  return {
    ok: true,
    order: {
      tenantId,
      orderId: input.id,
      zoneId: input.zone ?? context.shopZoneOf(tenantId),
      atMs: Math.min(atMs, context.nowMs),
      amountMinor: input.amountMinor,
      items: input.items,
      source: input.source,
      offerId: input.offerId,
      shopperRef: input.shopperRef,
      customerId: input.customerId,
    },
  };
}

export const DIFFERS = 'is known with another amount or time, which stays; a correction needs another number';
