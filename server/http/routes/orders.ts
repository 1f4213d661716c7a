/** What shops sold: from POS systems and web shops in batches, from files line by line. */

import { z } from 'zod';
import { shopZoneOf } from '../../campaigns/redemptionBook.ts';
import { monthsBefore, OFFERS_KEPT_MONTHS } from '../../campaigns/retention.ts';
import {
  type OrderFault,
  type OrderInput,
  type OrdersTaken,
  orderInput,
  ordersFileTaken,
  ordersTaken,
} from '../../contract/orders.ts';
import { AppError } from '../../errors.ts';
import { checkOrder, DIFFERS, type OrderContext } from '../../orders/check.ts';
import type { NewOrder } from '../../orders/orders.ts';
import { columnOf, readOrdersCsv } from '../../orders/ordersCsv.ts';
import { REDEEMERS, tenantsOf } from '../redemptionRights.ts';
import { siteParams } from '../resources.ts';
import { type Route, type RouteContext, route } from '../route.ts';
import { parseInstant } from '../times.ts';
import type { RedemptionRouteParts } from './redemptions.ts';

const access = { roles: REDEEMERS, scope: 'site' } as const;
const MAX_BATCH = 1_000;
const MAX_BATCH_BYTES = 2 * 1024 * 1024;
/** A busy shop's year has some 200,000 receipts of about 60 bytes. */
const MAX_FILE_BYTES = 64 * 1024 * 1024;
/** One transaction each. */
const SLICE = 500;
const SHOWN_FAULTS = 100;

interface Placed {
  at: number;
  order: OrderInput;
}

export function orderRoutes({ services, registry }: RedemptionRouteParts): Route[] {
  const contextOf = ({
    siteId,
    role,
    tenantId,
    nowMs,
  }: Pick<RouteContext, 'siteId' | 'role' | 'tenantId' | 'nowMs'>): OrderContext => ({
    tenants: tenantsOf({ role, tenantId }),
    zoneTenant: (zoneId) => registry.zones.get(siteId, zoneId)?.tenantId,
    shopZoneOf: (tenant) => shopZoneOf(registry, siteId, tenant),
    parseInstant,
    keptFromMs: monthsBefore(nowMs, OFFERS_KEPT_MONTHS),
    nowMs,
  });

  async function take(
    siteId: string,
    placed: readonly Placed[],
    context: OrderContext,
    into: OrdersTaken,
  ): Promise<void> {
    const refuse = (fault: OrderFault): void => {
      into.refused++;
      if (into.faults.length < SHOWN_FAULTS) into.faults.push(fault);
    };
    const orders: NewOrder[] = [];
    const places: Placed[] = [];
    for (const one of placed) {
      const checked = checkOrder(one.order, context);
      if (!checked.ok) {
        refuse({ at: one.at, ...checked.fault });
        continue;
      }
      orders.push(checked.order);
      places.push(one);
    }
    const results = await services.orders.add(siteId, orders, context.nowMs);
    for (const [i, result] of results.entries()) {
      const { at, order } = places[i]!;
      if (result === 'differs') refuse({ at, order: order.id, field: 'id', message: DIFFERS });
      else into[result]++;
    }
  }
  const nothing = (): OrdersTaken => ({ taken: 0, known: 0, refused: 0, faults: [] });

  return [
    route({
      method: 'post',
      path: '/sites/:site/orders',
      summary:
        'Takes orders of a shop; an order that is known already, by its number, counts once. What is wrong with single ones is said for each, the others are taken',
      access,
      params: siteParams,
      body: z.object({ orders: z.array(orderInput).min(1).max(MAX_BATCH) }),
      response: ordersTaken,
      maxBodyBytes: MAX_BATCH_BYTES,
      async handler(context) {
        const taken = nothing();
        const placed = context.body.orders.map((order, at) => ({ at, order }));
        await take(context.siteId, placed, contextOf(context), taken);
        return taken;
      },
    }),
    route({
      method: 'post',
      path: '/sites/:site/orders/csv',
      summary:
        'Takes orders from a CSV file with the columns order, at, amount and perhaps tenant, currency, items, zone, source, offer, shopper, customer. Lines that are wrong are named, the others are taken; sending a file again is safe',
      access,
      params: siteParams,
      upload: { maxBytes: MAX_FILE_BYTES, contentTypes: ['text/csv', 'text/plain', 'application/vnd.ms-excel'] },
      response: ordersFileTaken,
      ratePerMinute: 30,
      async handler(context) {
        const { siteId } = context;
        const rules = contextOf(context);
        const taken = nothing();
        let lines = 0;
        let stopped: string | null = null;
        let slice: Placed[] = [];
        const flush = async (): Promise<void> => {
          if (slice.length > 0) await take(siteId, slice, rules, taken);
          slice = [];
        };
        try {
          for await (const read of readOrdersCsv(context.upload!, registry.site(siteId)!.currency)) {
            lines = read.line;
            if ('order' in read) slice.push({ at: read.line, order: read.order });
            else {
              taken.refused++;
              if (taken.faults.length < SHOWN_FAULTS) taken.faults.push({ at: read.line, ...read.fault });
            }
            if (slice.length >= SLICE) await flush();
          }
        } catch (error) {
          // Nothing was taken yet: the header is wrong.
          if (error instanceof AppError && lines === 0) throw error;
          if (error instanceof AppError || (error as { code?: string }).code?.startsWith('CSV_'))
            stopped = (error as Error).message;
          else throw error;
        }
        await flush();
        for (const fault of taken.faults) fault.field = columnOf(fault.field);
        taken.faults.sort((a, b) => a.at - b.at);
        return { ...taken, complete: stopped === null, lines, stopped };
      },
    }),
  ];
}
