/** Tills without a network: what they need beforehand, what they settle afterwards, and what did not add up. */
import { z } from 'zod';
import { offerKeyView, redemptionConflict, settleInput, settlements } from '../../contract/offers.ts';
import { offlineKit } from '../../contract/offlineKit.ts';
import { actorOf } from '../../privacy/audit.ts';
import { REDEEMERS, redeemerOf, tenantsOf } from '../redemptionRights.ts';
import { siteParams } from '../resources.ts';
import { type Route, route } from '../route.ts';
import { checkedPeriod, instant, iso } from '../times.ts';
import type { RedemptionRouteParts } from './redemptions.ts';

const server = { roles: REDEEMERS, scope: 'server' } as const;
const management = { roles: ['owner', 'manager'], scope: 'site' } as const;
const DAY_MS = 86_400_000;
const CONFLICT_DAYS = 30;

export function settlementRoutes({ services, registry, audit }: RedemptionRouteParts): Route[] {
  const keysOf = async (siteId: string) =>
    (await services.keys.keys(siteId)).map((key) => ({
      id: key.keyId,
      publicKey: key.publicKey,
      createdAt: iso(key.createdMs),
      retiredAt: key.retiredMs === null ? null : iso(key.retiredMs),
      revokedAt: key.revokedMs === null ? null : iso(key.revokedMs),
    }));
  return [
    route({
      method: 'get',
      path: '/redemptions/offline',
      summary:
        'What a till keeps to check codes without a network: public keys, the own offers’ words, codes that were used. Ask again every few minutes',
      access: server,
      response: offlineKit,
      handler: ({ principal, credential, nowMs }) =>
        services.offlineKit(redeemerOf({ principal, credential }, registry).rights, nowMs),
    }),
    route({
      method: 'post',
      path: '/redemptions/settle',
      summary:
        'Books what was accepted without a network; can be repeated. Each item is answered by its key. A code that two tills accepted counts once, the other is answered double-use and reported',
      access: server,
      body: settleInput,
      response: settlements,
      ratePerMinute: 120,
      handler({ body, principal, credential, nowMs }) {
        const { rights, byKind, byId } = redeemerOf({ principal, credential }, registry);
        return services.settler.settle({
          items: body.items.map(({ acceptedAt, ...item }) => ({ ...item, acceptedMs: Date.parse(acceptedAt) })),
          tillClockMs: Date.parse(body.clock),
          rights,
          by: { byKind, byId, till: body.till ?? null },
          nowMs,
        });
      },
    }),
    route({
      method: 'get',
      path: '/sites/:site/redemptions/conflicts',
      summary:
        'What tills accepted without a network and does not count, with the redemption that does: double uses, codes that had ended. The last 30 days unless a period is named',
      access: { roles: REDEEMERS, scope: 'site' },
      params: siteParams,
      query: z.object({ from: instant.optional(), to: instant.optional() }),
      response: z.object({ conflicts: z.array(redemptionConflict) }),
      async handler({ siteId, query, role, tenantId, nowMs }) {
        const to = query.to ?? nowMs + 1;
        const { fromMs, toMs } = checkedPeriod(
          { from: query.from ?? to - CONFLICT_DAYS * DAY_MS, to },
          { toGiven: query.to !== undefined },
        );
        return { conflicts: await services.settler.conflicts(siteId, tenantsOf({ role, tenantId }), fromMs, toMs) };
      },
    }),
    route({
      method: 'get',
      path: '/sites/:site/offer-keys',
      summary: 'Public keys that sign the codes of offers, the newest first; they are renewed every 90 days',
      access: management,
      params: siteParams,
      response: z.object({ keys: z.array(offerKeyView) }),
      handler: async ({ siteId }) => ({ keys: await keysOf(siteId) }),
    }),
    route({
      method: 'post',
      path: '/sites/:site/offer-keys/rotate',
      summary:
        'A new key from now on. `revoke`: codes signed so far are refused, and those still out are signed anew in the wallets',
      access: management,
      params: siteParams,
      body: z.object({ revoke: z.boolean().default(false) }).default({ revoke: false }),
      response: z.object({ keys: z.array(offerKeyView), resigned: z.int() }),
      ratePerMinute: 10,
      async handler({ siteId, body, principal, ip, nowMs }) {
        const { resigned } = await services.keys.rotate(siteId, nowMs, body);
        await audit.record({
          actor: actorOf(principal),
          action: body.revoke ? 'offer-keys.revoked' : 'offer-keys.rotated',
          siteId,
          subject: `${resigned} codes signed anew`,
          ip,
        });
        return { keys: await keysOf(siteId), resigned };
      },
    }),
  ];
}
