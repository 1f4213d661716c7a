/** Pictures of offers: uploaded by a tenant or the mall, shown to whoever has an offer with one. */
import { z } from 'zod';
import { type CampaignImage, MAX_CAMPAIGN_IMAGE_BYTES } from '../../campaigns/images.ts';
import { iso } from '../../campaigns/ledger.ts';
import type { OfferServices } from '../../campaigns/open.ts';
import { type CampaignImageView, campaignImage } from '../../contract/campaigns.ts';
import { id } from '../../contract/model.ts';
import { conflict, notFound } from '../../errors.ts';
import { API_ROOT } from '../declare.ts';
import { siteParams } from '../resources.ts';
import { type Access, Reply, type Route, route } from '../route.ts';

export interface ImageRouteParts {
  services: Pick<OfferServices, 'images' | 'campaigns'>;
}

const EVERYONE: Access = { roles: ['owner', 'manager', 'retailer'], scope: 'site' };
const SHOWN_SECONDS = 365 * 86_400;

const viewOf = ({ siteId: _, uploadedMs, ...image }: CampaignImage): CampaignImageView => ({
  ...image,
  url: `${API_ROOT}/images/${image.id}`,
  uploadedAt: iso(uploadedMs),
});

export function imageRoutes({ services }: ImageRouteParts): Route[] {
  const { images, campaigns } = services;
  return [
    route({
      method: 'get',
      path: '/sites/:site/images',
      summary: 'Pictures for offers, the newest first; a retailer’s own and the mall’s',
      access: EVERYONE,
      params: siteParams,
      response: z.object({ images: z.array(campaignImage) }),
      handler: async ({ siteId, tenantId }) => ({
        images: (await images.all(siteId))
          .filter((one) => tenantId === null || one.tenantId === null || one.tenantId === tenantId)
          .map(viewOf),
      }),
    }),
    route({
      method: 'post',
      path: '/sites/:site/images',
      summary: 'Uploads a PNG, JPEG or WebP of at most 1 MB; `tenant` where the mall uploads it for a tenant',
      access: EVERYONE,
      params: siteParams,
      query: z.object({ tenant: id.optional() }),
      response: campaignImage,
      statuses: [201],
      upload: {
        maxBytes: MAX_CAMPAIGN_IMAGE_BYTES,
        contentTypes: ['image/png', 'image/jpeg', 'image/webp', 'application/octet-stream'],
      },
      ratePerMinute: 30,
      handler: async ({ siteId, tenantId, query, upload, nowMs }) => {
        const parts: Buffer[] = [];
        for await (const part of upload!) parts.push(part as Buffer);
        const image = await images.add(siteId, tenantId ?? query.tenant ?? null, Buffer.concat(parts), nowMs);
        return new Reply(201, viewOf(image));
      },
    }),
    route({
      method: 'delete',
      path: '/sites/:site/images/:image',
      summary: 'Removes a picture that no campaign shows any more; offers that are out lose it',
      access: EVERYONE,
      params: siteParams.extend({ image: id }),
      handler: async ({ siteId, tenantId, params }) => {
        const image = await images.get(siteId, params.image);
        if (image === undefined || (tenantId !== null && image.tenantId !== tenantId))
          throw notFound(`picture ${params.image}`);
        const user = campaigns
          .all(siteId)
          .find(
            ({ status, offer, variants }) =>
              status !== 'ended' &&
              [offer, ...variants.map((one) => one.offer)].some((face) => face.imageId === image.id),
          );
        if (user !== undefined) throw conflict(`campaign ${user.id} shows this picture: give it another first`);
        await images.remove(siteId, image.id);
      },
    }),
    route({
      method: 'get',
      path: '/images/:image',
      summary: 'A picture of an offer',
      access: { public: true, why: 'phones show it from a push message, without a session; its id cannot be guessed' },
      params: z.object({ image: id }),
      contentTypes: ['image/png', 'image/jpeg', 'image/webp'],
      handler: async ({ params }) => {
        const image = await images.content(params.image);
        if (image === undefined) throw notFound(`picture ${params.image}`);
        return new Reply(200, image.content, {
          headers: {
            'content-type': image.contentType,
            'content-length': String(image.content.length),
            'cache-control': `public, max-age=${SHOWN_SECONDS}, immutable`,
            // Whatever the bytes hold besides the picture, a browser is to run none of it.
            'content-security-policy': "default-src 'none'; sandbox",
          },
        });
      },
    }),
  ];
}
