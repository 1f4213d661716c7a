/** Floors: their plan as an image or a drawing, and its scale. */
import { z } from 'zod';
import { type Floor, floor, id, zone } from '../../contract/model.ts';
import { AppError, badRequest, conflict, notFound } from '../../errors.ts';
import { shapeProblem } from '../../floor/geometry.ts';
import { importGeojson, zonesFromImport } from '../../floor/importGeojson.ts';
import { MAX_IMAGE_BYTES } from '../../floor/importImage.ts';
import { idFromName } from '../../floor/zoneIds.ts';
import { API_ROOT } from '../declare.ts';
import { FloorImages } from '../floorImages.ts';
import { getOr404, siteParams, withPathId } from '../resources.ts';
import { Reply, type Route, route } from '../route.ts';
import { named } from '../schemaNames.ts';
import type { Services } from '../services.ts';

const fitters = { roles: ['owner', 'manager', 'installer'], scope: 'site' } as const;
const readers = { roles: ['owner', 'manager', 'retailer', 'installer'], scope: 'site' } as const;
const params = siteParams.extend({ floor: id });
const floorBody = named('FloorInput', floor.partial({ id: true }));
const pixel = z.tuple([z.number().min(0).max(100_000), z.number().min(0).max(100_000)]);
const metresPerPixel = z.number().min(0.0005).max(10);
const originM = z.number().min(-10_000).max(10_000);

/** Either what a pixel measures, or two points on the image and the distance between them. */
const scale = z.union([
  z.object({ metresPerPixel }),
  z.object({ points: z.tuple([pixel, pixel]), distanceM: z.number().min(0.1).max(5_000) }),
]);
const floorPatch = named(
  'FloorChange',
  z.object({
    name: floor.shape.name.optional(),
    level: floor.shape.level.optional(),
    widthM: floor.shape.widthM.optional(),
    heightM: floor.shape.heightM.optional(),
    outline: floor.shape.outline.unwrap().optional(),
    walls: floor.shape.walls.unwrap().optional(),
    scale: scale.optional(),
    /** Where the image's lower left corner lies on the floor. */
    originXM: originM.optional(),
    originYM: originM.optional(),
  }),
);
/** Two clicks closer than this cannot measure anything. */
const MIN_SCALE_PX = 5;
/** A drawing is JSON of coordinates with fifteen digits: a floor of 700 shops has half a megabyte. */
const MAX_GEOJSON_BYTES = 10 * 1024 * 1024;
const IMAGE_SECONDS = 365 * 86_400;

function metresPerPixelOf(given: z.output<typeof scale>): number {
  if ('metresPerPixel' in given) return given.metresPerPixel;
  const [[x1, y1], [x2, y2]] = given.points;
  const distancePx = Math.hypot(x2 - x1, y2 - y1);
  if (distancePx < MIN_SCALE_PX)
    throw badRequest(`must lie at least ${MIN_SCALE_PX} pixels apart`, 'body.scale.points');
  const found = metresPerPixel.safeParse(given.distanceM / distancePx);
  if (!found.success)
    throw badRequest(
      `makes a pixel ${(given.distanceM / distancePx).toPrecision(3)} m; 0.0005 to 10 is possible`,
      'body.scale.distanceM',
    );
  return found.data;
}

function checkOutline({ outline }: Pick<Floor, 'outline'>): void {
  const problem = outline && shapeProblem(outline);
  if (problem) throw new AppError(400, 'bad-shape', problem.message, ['body.outline', ...problem.path].join('.'));
}

export function floorRoutes({ duck, registry, dataDir, clock }: Services): Route[] {
  const images = new FloorImages(duck, dataDir);

  async function save(siteId: string, next: Floor): Promise<Floor> {
    checkOutline(next);
    await registry.floors.put(siteId, next);
    return next;
  }
  /** Of the image a client may set the scale and the place; which file it is comes from the upload alone. */
  const withOwnImage = (next: Floor, known: Floor | undefined): Floor => {
    const { image: own } = known ?? {};
    if (!own) return { ...next, image: null };
    const given = next.image;
    const placed = given && {
      metresPerPixel: given.metresPerPixel,
      originXM: given.originXM,
      originYM: given.originYM,
    };
    return { ...next, image: { ...own, ...placed } };
  };

  return [
    route({
      method: 'get',
      path: '/sites/:site/floors',
      summary: 'Floors, the lowest first',
      access: readers,
      params: siteParams,
      response: z.array(floor),
      handler: ({ siteId }) => registry.floors.all(siteId).sort((a, b) => a.level - b.level),
    }),
    route({
      method: 'post',
      path: '/sites/:site/floors',
      summary: 'Create a floor; without an id one is made from its name',
      access: fitters,
      params: siteParams,
      body: floorBody,
      response: floor,
      statuses: [201],
      async handler({ siteId, body }) {
        const taken = (floorId: string) => registry.floors.get(siteId, floorId) !== undefined;
        if (body.id !== undefined && taken(body.id)) throw conflict(`floor ${body.id} exists already`, 'body.id');
        const next = { ...body, id: body.id ?? idFromName(body.name, 'floor', taken), image: null };
        return new Reply(201, await save(siteId, next));
      },
    }),
    route({
      method: 'get',
      path: '/sites/:site/floors/:floor',
      summary: 'One floor',
      access: readers,
      params,
      response: floor,
      handler: ({ siteId, params }) => getOr404(registry.floors, siteId, params.floor, 'floor'),
    }),
    route({
      method: 'put',
      path: '/sites/:site/floors/:floor',
      summary: 'Create or replace a floor; its uploaded image stays',
      access: fitters,
      params,
      body: floorBody,
      response: floor,
      handler: ({ siteId, params, body }) =>
        save(siteId, withOwnImage(withPathId(params.floor, body), registry.floors.get(siteId, params.floor))),
    }),
    route({
      method: 'patch',
      path: '/sites/:site/floors/:floor',
      summary: 'Change parts of a floor, such as the scale of its image',
      access: fitters,
      params,
      body: floorPatch,
      response: floor,
      async handler({ siteId, params, body }) {
        const known = getOr404(registry.floors, siteId, params.floor, 'floor');
        const { scale: given, originXM, originYM, ...fields } = body;
        const next = Object.assign({ ...known }, fields);
        if (given === undefined && originXM === undefined && originYM === undefined) return save(siteId, next);
        if (!known.image) throw badRequest('needs an image: upload one first', given ? 'body.scale' : 'body.originXM');
        const image = {
          ...known.image,
          originXM: originXM ?? known.image.originXM,
          originYM: originYM ?? known.image.originYM,
          metresPerPixel: given ? metresPerPixelOf(given) : known.image.metresPerPixel,
        };
        next.image = image;
        // Where nothing but the image says how large the floor is, the floor is as large as the image.
        if (next.outline === null && given) {
          const fits = (metres: number) => Math.min(5_000, Math.max(1, metres));
          next.widthM = body.widthM ?? fits(image.originXM + image.widthPx * image.metresPerPixel);
          next.heightM = body.heightM ?? fits(image.originYM + image.heightPx * image.metresPerPixel);
        }
        return save(siteId, next);
      },
    }),
    route({
      method: 'delete',
      path: '/sites/:site/floors/:floor',
      summary: 'Remove a floor on which nothing stands any more',
      access: fitters,
      params,
      async handler({ siteId, params }) {
        if (!(await registry.floors.remove(siteId, params.floor))) throw notFound(`floor ${params.floor}`);
        await images.remove(siteId, params.floor);
      },
    }),
    route({
      method: 'put',
      path: '/sites/:site/floors/:floor/image',
      summary: 'Upload the image of a floor; without a scale it spans the width of the floor',
      access: fitters,
      params,
      query: z.object({
        metresPerPixel: z.coerce.number().pipe(metresPerPixel).optional(),
        originXM: z.coerce.number().pipe(originM).optional(),
        originYM: z.coerce.number().pipe(originM).optional(),
      }),
      response: floor,
      upload: {
        maxBytes: MAX_IMAGE_BYTES,
        contentTypes: ['image/png', 'image/jpeg', 'image/webp', 'application/octet-stream'],
      },
      ratePerMinute: 30,
      async handler({ siteId, params, query, upload }) {
        getOr404(registry.floors, siteId, params.floor, 'floor');
        const stored = await images.store(siteId, params.floor, upload!, clock());
        // Read again: the upload may have taken a while.
        const known = getOr404(registry.floors, siteId, params.floor, 'floor');
        return save(siteId, {
          ...known,
          image: {
            url: `${API_ROOT}/sites/${siteId}/floors/${params.floor}/image?v=${stored.uploadedMs}`,
            widthPx: stored.widthPx,
            heightPx: stored.heightPx,
            metresPerPixel: query.metresPerPixel ?? known.widthM / stored.widthPx,
            originXM: query.originXM ?? 0,
            originYM: query.originYM ?? 0,
          },
        });
      },
    }),
    route({
      method: 'get',
      path: '/sites/:site/floors/:floor/image',
      summary: 'The image of a floor',
      access: readers,
      params,
      query: z.object({ v: z.string().max(20).optional() }),
      contentTypes: ['image/png', 'image/jpeg', 'image/webp'],
      async handler({ siteId, params, query }) {
        const image = await images.read(siteId, params.floor);
        if (!image) throw notFound(`an image of floor ${params.floor}`);
        const current = query.v === String(image.uploadedMs);
        return new Reply(200, image.bytes, {
          headers: {
            'content-type': image.contentType,
            'content-length': String(image.bytes.length),
            'cache-control': current ? `private, max-age=${IMAGE_SECONDS}, immutable` : 'private, no-cache',
            // Whatever the bytes hold besides the picture, a browser is to run none of it.
            'content-security-policy': "default-src 'none'; sandbox",
          },
        });
      },
    }),
    route({
      method: 'delete',
      path: '/sites/:site/floors/:floor/image',
      summary: 'Remove the image of a floor',
      access: fitters,
      params,
      async handler({ siteId, params }) {
        const known = getOr404(registry.floors, siteId, params.floor, 'floor');
        if (!(await images.remove(siteId, params.floor))) throw notFound(`an image of floor ${params.floor}`);
        await save(siteId, { ...known, image: null });
      },
    }),
    route({
      method: 'post',
      path: '/sites/:site/floors/:floor/geojson',
      summary:
        'Take outline, zones and walls from GeoJSON: feature 0 is the outline, named areas become zones. Zones of the same name keep their id',
      access: fitters,
      params,
      query: z.object({ crs: z.enum(['auto', 'lonlat', 'mercator', 'metres']).default('auto') }),
      body: z.looseObject({ type: z.literal('FeatureCollection'), features: z.array(z.unknown()) }),
      maxBodyBytes: MAX_GEOJSON_BYTES,
      response: z.object({
        floor,
        zones: z.array(zone),
        skipped: z.array(z.object({ feature: z.int(), name: z.string().nullable(), reason: z.string() })),
        crs: z.string(),
      }),
      ratePerMinute: 60,
      async handler({ siteId, params, query, body }) {
        const known = getOr404(registry.floors, siteId, params.floor, 'floor');
        const { widthM, heightM, outline, walls, zones, skipped, crs } = importGeojson(body, query);
        const next = await save(siteId, { ...known, widthM, heightM, outline, walls });
        const made = zonesFromImport(zones, params.floor, registry.zones.all(siteId));
        await registry.zones.putAll(siteId, made);
        return { floor: next, zones: made, skipped, crs };
      },
    }),
  ];
}
