/** What is printed on a tag, so that whoever holds it can pair it. */
import QRCode from 'qrcode';
import { z } from 'zod';
import { grouped } from '../../campaigns/codes.ts';
import type { OfferServices } from '../../campaigns/open.ts';
import { id } from '../../contract/model.ts';
import { carrierTag } from '../../contract/offers.ts';
import { notFound } from '../../errors.ts';
import { type Audit, actorOf } from '../../privacy/audit.ts';
import type { Registry } from '../../registry/types.ts';
import { type Route, route } from '../route.ts';

/** The code follows the # so that it is in no log of a proxy or server. */
export const pairingUrl = (publicUrl: string, siteId: string, code: string): string =>
  `${publicUrl.replace(/\/$/, '')}/shopper?site=${siteId}#${grouped(code)}`;

export function tagRoutes({
  services,
  registry,
  audit,
  publicUrl,
}: {
  services: Pick<OfferServices, 'pairings'>;
  registry: Pick<Registry, 'carriers'>;
  audit: Pick<Audit, 'record'>;
  /** Where phones reach the server, such as https://promenade.example. */
  publicUrl: () => string;
}): Route[] {
  return [
    route({
      method: 'get',
      path: '/sites/:site/carriers/:carrier/tag',
      summary: 'The pairing code of a carrier, as text and as a QR code to print',
      access: { roles: ['owner', 'manager', 'installer'], scope: 'site' },
      params: z.object({ site: id, carrier: id }),
      response: carrierTag,
      handler: async ({ siteId, params, principal, ip, nowMs }) => {
        const carrier = registry.carriers.get(siteId, params.carrier);
        if (carrier === undefined) throw notFound(`carrier ${params.carrier}`);
        const code = await services.pairings.codeOf(siteId, carrier.id, nowMs);
        // Who knows the code can take the tag over, and with it what its bearer's phone is told.
        await audit.record({ actor: actorOf(principal), action: 'tag.code-read', siteId, subject: carrier.id, ip });
        const url = pairingUrl(publicUrl(), siteId, code);
        const svg = await QRCode.toString(url, { type: 'svg', errorCorrectionLevel: 'M', margin: 2 });
        return { carrierId: carrier.id, code: grouped(code), url, svg };
      },
    }),
  ];
}
