/** The mall on the shopper's phone. */
import { z } from 'zod';
import type { OfferServices } from '../../campaigns/open.ts';
import { id } from '../../contract/model.ts';
import { shopperMap } from '../../contract/shopper.ts';
import { notFound } from '../../errors.ts';
import type { FloorImages } from '../floorImages.ts';
import { PublicMap, type PublicMapParts } from '../publicMap.ts';
import { type Access, Reply, type Route, route } from '../route.ts';
import { requireShopper } from './shopper.ts';

const SELF: Access = { roles: ['shopper'], scope: 'self' };
const IMAGE_SECONDS = 3_600;

export function shopperMapRoutes(
  parts: Omit<PublicMapParts, 'campaigns'> & {
    services: Pick<OfferServices, 'shoppers' | 'campaigns'>;
    images: Pick<FloorImages, 'read'>;
  },
): Route[] {
  const { services, images, registry } = parts;
  const map = new PublicMap({ ...parts, campaigns: services.campaigns });
  return [
    route({
      method: 'get',
      path: '/shopper/map',
      summary: 'Floors, places and zones with offers, and where it is lively or quiet: levels, never counts',
      access: SELF,
      response: shopperMap,
      handler: async ({ principal, nowMs }) => {
        const shopper = await requireShopper(services, principal);
        return map.of(shopper.siteId, nowMs);
      },
    }),
    route({
      method: 'get',
      path: '/shopper/map/floors/:floor/image',
      summary: 'The plan of a floor that was not drawn',
      access: SELF,
      params: z.object({ floor: id }),
      contentTypes: ['image/png', 'image/jpeg', 'image/webp'],
      handler: async ({ principal, params }) => {
        const { siteId } = await requireShopper(services, principal);
        const image =
          registry.floors.get(siteId, params.floor) === undefined ? undefined : await images.read(siteId, params.floor);
        if (image === undefined) throw notFound(`an image of floor ${params.floor}`);
        return new Reply(200, image.bytes, {
          headers: {
            'content-type': image.contentType,
            'content-length': String(image.bytes.length),
            'cache-control': `private, max-age=${IMAGE_SECONDS}`,
            // Whatever the bytes hold besides the picture, a browser is to run none of it.
            'content-security-policy': "default-src 'none'; sandbox",
          },
        });
      },
    }),
  ];
}
