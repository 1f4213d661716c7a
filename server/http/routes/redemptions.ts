/** Tills and POS systems: check, redeem, take back, list. A POS uses a bearer token of the role till. */
import { z } from 'zod';
import type { OfferServices } from '../../campaigns/open.ts';
import { startOfLocalDayMs } from '../../campaigns/schedule.ts';
import {
  codeCheck,
  codeCheckInput,
  idempotencyKey,
  redemption,
  redemptionInput,
  redemptionRow,
  voided,
  voidInput,
  voidRow,
} from '../../contract/offers.ts';
import { badRequest } from '../../errors.ts';
import type { Audit } from '../../privacy/audit.ts';
import type { Registry } from '../../registry/types.ts';
import { REDEEMERS, redeemerOf } from '../redemptionRights.ts';
import { type Route, route } from '../route.ts';
import { checkedPeriod, instant } from '../times.ts';
import { orderRoutes } from './orders.ts';
import { settlementRoutes } from './settlements.ts';

const access = { roles: REDEEMERS, scope: 'server' } as const;
const DAY_MS = 86_400_000;

export interface RedemptionRouteParts {
  services: Pick<OfferServices, 'redeemer' | 'redemptions' | 'settler' | 'keys' | 'orders' | 'offlineKit'>;
  registry: Pick<Registry, 'sites' | 'site' | 'zones'>;
  audit: Pick<Audit, 'record'>;
}

/** One of the two names is enough; both must agree. */
function keyOf(header: string | undefined, inBody: string | undefined): string | null {
  if (header === undefined) return inBody ?? null;
  const read = idempotencyKey.safeParse(header);
  if (!read.success) throw badRequest('must be 1 to 80 printable characters', 'headers.idempotency-key');
  if (inBody !== undefined && inBody !== read.data)
    throw badRequest('differs from the header Idempotency-Key', 'body.idempotencyKey');
  return read.data;
}

export function redemptionRoutes(parts: RedemptionRouteParts): Route[] {
  const { services, registry } = parts;
  return [
    route({
      method: 'post',
      path: '/redemptions',
      summary:
        'Redeems a code, once; a code of another tenant is unknown. With an idempotency key (in the body, or as the header Idempotency-Key) a repetition is answered as the first try was',
      access,
      body: redemptionInput,
      response: redemption,
      takesIdempotencyKey: true,
      handler: ({ body, ip, nowMs, idempotencyKey: header, principal, credential }) =>
        services.redeemer.redeem({
          ...redeemerOf({ principal, credential }, registry),
          ip,
          code: body.code,
          till: body.till ?? null,
          amount: body.amount,
          amountMinor: body.amountMinor,
          orderId: body.orderId,
          idemKey: keyOf(header, body.idempotencyKey),
          nowMs,
        }),
    }),
    route({
      method: 'post',
      path: '/redemptions/check',
      summary: 'Says what a code is good for and redeems nothing',
      access,
      body: codeCheckInput,
      response: codeCheck,
      handler: ({ body, ip, nowMs, principal, credential }) =>
        services.redeemer.check({ ...redeemerOf({ principal, credential }, registry), ip, code: body.code, nowMs }),
    }),
    route({
      method: 'get',
      path: '/redemptions',
      summary:
        'What the own tills redeemed and took back, the newest first; without a period today, by the clock of the site',
      access,
      query: z.object({ from: instant.optional(), to: instant.optional() }),
      response: z.object({ redemptions: z.array(redemptionRow), voided: z.array(voidRow) }),
      async handler({ query, nowMs, principal, credential }) {
        const { rights } = redeemerOf({ principal, credential }, registry);
        const site = registry.site(rights[0]?.siteId ?? '');
        const fromMs = query.from ?? startOfLocalDayMs(nowMs, site?.timezone ?? 'UTC');
        const period = checkedPeriod(
          { from: fromMs, to: query.to ?? Math.max(nowMs + 1, fromMs + DAY_MS) },
          { toGiven: query.to !== undefined },
        );
        const { fromMs: from, toMs } = period;
        return {
          redemptions: await services.redemptions.list(rights, from, toMs, nowMs),
          voided: await services.redemptions.voids(rights, from, toMs),
        };
      },
    }),
    route({
      method: 'post',
      path: '/redemptions/:redemption/void',
      summary:
        'Takes a redemption back within 15 minutes: the code can be used again, once. Who did it and why is kept. The same again is answered the same',
      access,
      params: z.object({ redemption: z.string().max(40) }),
      body: voidInput.optional(),
      response: voided,
      handler({ params, body, nowMs, principal, credential }) {
        const { rights, byKind, byId } = redeemerOf({ principal, credential }, registry);
        const by = { byKind, byId, till: null };
        return services.redeemer.void({ id: params.redemption, rights, by, reason: body?.reason ?? null, nowMs });
      },
    }),
    ...settlementRoutes(parts),
    ...orderRoutes(parts),
  ];
}
