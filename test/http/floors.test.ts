import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Floor, Zone } from '../../server/contract/model.ts';
import { MAX_IMAGE_BYTES } from '../../server/floor/importImage.ts';
import type { ErrorBody } from '../../server/http/errorReply.ts';
import { type Asking, Harness } from './harness.ts';
import { jpeg, png } from './images.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await Harness.open();
});
afterAll(() => harness.close());

const IMAGE = '/sites/mall/floors/f0/image';
const upload = (raw: Uint8Array, asking: Asking = {}, query = '') =>
  harness.ask<Floor & ErrorBody>('put', `${IMAGE}${query}`, { as: 'installer', raw, ...asking });
const files = () => {
  const folder = join(harness.dataDir, 'floor-images');
  return existsSync(folder) ? readdirSync(folder) : [];
};

/** Looked through to its end it would hold up everyone else for seconds. */
function emptySegments(): Buffer {
  const bytes = Buffer.alloc(19_000_000);
  for (let at = 0; at < bytes.length; at += 4) bytes.writeUInt32BE(0xff_e1_00_02, at);
  return Buffer.concat([Buffer.from([0xff, 0xd8]), bytes]);
}

describe('image of a floor', () => {
  test('is judged by its bytes, kept, and given to those of the site only', async () => {
    const bytes = png(200, 100);
    const { status, body } = await upload(bytes);
    expect(status).toBe(200);
    expect(body.image).toMatchObject({ widthPx: 200, heightPx: 100, metresPerPixel: 0.25, originXM: 0, originYM: 0 });
    const url = `/${body.image!.url}`;
    const got = await fetch(harness.server.url + body.image!.url, {
      headers: { cookie: harness.cookies.get('retailer')! },
    });
    expect(Buffer.from(await got.arrayBuffer()).equals(bytes)).toBe(true);
    expect(got.headers.get('content-type')).toBe('image/png');
    expect(got.headers.get('x-content-type-options')).toBe('nosniff');
    expect(got.headers.get('cache-control')).toContain('private');
    expect((await harness.ask('get', url)).status).toBe(401);
    expect((await harness.ask('get', url, { as: 'till' })).status).toBe(403);
    expect((await harness.ask('get', url, { as: 'stranger' })).status).toBe(404);
  });

  test('a new one replaces the old one, and its file', async () => {
    await upload(png(64, 64));
    const { body } = await upload(jpeg(640, 480), { contentType: 'image/jpeg' }, '?metresPerPixel=0.1&originXM=-2');
    expect(body.image).toMatchObject({ widthPx: 640, heightPx: 480, metresPerPixel: 0.1, originXM: -2 });
    expect(files()).toEqual([expect.stringMatching(/^mall_f0_\d+\.jpg$/)]);
  });

  test.each([
    ['not an image', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), 'PNG, JPEG or WebP'],
    ['empty', Buffer.alloc(0), 'PNG, JPEG or WebP'],
    ['a damaged header', png(64, 64).subarray(0, 12), 'damaged'],
    ['cut off', png(64, 64).subarray(0, 60), 'cut off'],
    ['a bomb of 60,000 pixels a side', png(60_000, 60_000, false), '12000'],
    ['one pixel too wide', png(12_001, 100, false), '12000'],
    ['a JPEG bomb', jpeg(65_500, 65_500), '12000'],
    ['too small', png(1, 1), 'at least 16'],
    ['a JPEG of nothing but five million empty segments', emptySegments(), 'damaged'],
  ])('%s is refused in words', async (_, bytes, message) => {
    const before = [files(), harness.registry.floors.get('mall', 'f0')];
    const { status, body } = await upload(bytes);
    expect([status, body.error.code, body.error.path]).toEqual([400, 'bad-image', 'body']);
    expect(body.error.message).toContain(message);
    expect([files(), harness.registry.floors.get('mall', 'f0')]).toEqual(before);
  });

  test('more than 20 MB is refused by its announced length, and by what really comes', async () => {
    const large = Buffer.concat([png(64, 64), Buffer.alloc(MAX_IMAGE_BYTES)]);
    expect((await upload(large)).status).toBe(413);
    const stream = new ReadableStream({
      start(controller) {
        for (let i = 0; i < large.length; i += 1 << 20) controller.enqueue(large.subarray(i, i + (1 << 20)));
        controller.close();
      },
    });
    const answer = await fetch(`${harness.server.url}/api/v1${IMAGE}`, {
      method: 'PUT',
      body: stream,
      duplex: 'half',
      headers: { cookie: harness.cookies.get('owner')!, origin: harness.server.url, 'content-type': 'image/png' },
    } as RequestInit).then(
      (response) => response.status,
      // The server may close before the whole of it is sent.
      () => 413,
    );
    expect(answer).toBe(413);
    expect((await harness.ask('get', '/sites/mall/floors', { as: 'owner' })).status).toBe(200);
  });

  test('another content type is refused, and so is a floor that is not there', async () => {
    expect((await upload(png(64, 64), { contentType: 'image/svg+xml' })).status).toBe(415);
    const answer = await harness.ask('put', '/sites/mall/floors/none/image', { as: 'owner', raw: png(64, 64) });
    expect(answer.status).toBe(404);
  });

  test('its scale comes from two points and their distance', async () => {
    await upload(png(400, 200));
    const patch = (body: unknown) =>
      harness.ask<Floor & ErrorBody>('patch', '/sites/mall/floors/f0', { as: 'installer', body });
    const { body } = await patch({
      scale: {
        points: [
          [10, 10],
          [110, 10],
        ],
        distanceM: 20,
      },
      originXM: 1,
    });
    expect(body).toMatchObject({ widthM: 81, heightM: 40, image: { metresPerPixel: 0.2, originXM: 1, originYM: 0 } });
    const near = await patch({
      scale: {
        points: [
          [10, 10],
          [11, 10],
        ],
        distanceM: 20,
      },
    });
    expect([near.status, near.body.error.path]).toEqual([400, 'body.scale.points']);
    const mad = await patch({
      scale: {
        points: [
          [0, 0],
          [6, 0],
        ],
        distanceM: 5000,
      },
    });
    expect([mad.status, mad.body.error.path]).toEqual([400, 'body.scale.distanceM']);
  });

  test('a client sets its place, never its file; a floor put without it keeps it', async () => {
    await upload(png(100, 100));
    const { body } = await harness.ask<Floor>('get', '/sites/mall/floors/f0', { as: 'owner' });
    const evil = { ...body.image!, url: 'https://evil.example/x.png', widthPx: 1, originYM: 3 };
    const put = await harness.ask<Floor>('put', '/sites/mall/floors/f0', {
      as: 'owner',
      body: { ...body, image: evil },
    });
    expect(put.body.image).toEqual({ ...body.image, originYM: 3 });
    const { image: _, ...without } = body;
    const again = await harness.ask<Floor>('put', '/sites/mall/floors/f0', { as: 'owner', body: without });
    expect(again.body.image).toEqual({ ...body.image, originYM: 3 });
    expect((await harness.ask('delete', IMAGE, { as: 'owner' })).status).toBe(204);
    expect((await harness.ask('get', IMAGE, { as: 'owner' })).status).toBe(404);
    expect(files()).toEqual([]);
    expect(harness.registry.floors.get('mall', 'f0')?.image).toBeNull();
  });
});

test('a drawing gives outline, zones and walls, and a second import changes rather than doubles', async () => {
  await harness.registry.floors.put('mall', { ...harness.registry.floors.get('mall', 'f0')!, id: 'f1' });
  const square = (x: number, y: number, side: number) => [
    [x, y],
    [x + side, y],
    [x + side, y + side],
    [x, y + side],
    [x, y],
  ];
  const drawing = (...shops: [string, number][]) => ({
    type: 'FeatureCollection',
    features: [['floor', 0] as [string, number], ...shops].map(([name, x], i) => ({
      type: 'Feature',
      properties: { name },
      geometry: { type: 'Polygon', coordinates: [square(x, 0, i === 0 ? 60 : 10)] },
    })),
  });
  const post = (body: unknown) =>
    harness.ask<{ floor: Floor; zones: Zone[] } & ErrorBody>('post', '/sites/mall/floors/f1/geojson', {
      as: 'installer',
      body,
      contentType: 'application/geo+json',
    });
  const first = await post(drawing(['Bread', 0], ['Books', 20]));
  expect(first.status).toBe(200);
  expect(first.body.floor).toMatchObject({ id: 'f1', widthM: 60, heightM: 60, outline: { type: 'polygon' } });
  expect(first.body.zones.map((zone) => zone.id)).toEqual(['bread', 'books']);
  await post(drawing(['Bread', 40], ['Tea', 20]));
  const zones = harness.registry.zones.all('mall').filter((zone) => zone.floorId === 'f1');
  expect(zones.map((zone) => zone.id)).toEqual(['books', 'bread', 'tea']);
  const refused = await post(drawing(['Bread', 0], ['Books', Number.POSITIVE_INFINITY]));
  expect([refused.status, refused.body.error.path]).toEqual([400, 'body.features.2.geometry.coordinates.0.0']);
});

test('outlines and zones that cross themselves are refused with their ring', async () => {
  const rings = [
    [
      [0, 0],
      [10, 10],
      [10, 0],
      [0, 10],
    ],
  ];
  const shape = { type: 'polygon', rings };
  const zone = await harness.ask<ErrorBody>('post', '/sites/mall/zones', {
    as: 'owner',
    body: { name: 'Bow', kind: 'shop', floorId: 'f0', shape },
  });
  expect([zone.status, zone.body.error.path]).toEqual([400, 'body.shape.rings.0']);
  expect(zone.body.error.message).toContain('cross');
  const floor = await harness.ask<ErrorBody>('patch', '/sites/mall/floors/f0', {
    as: 'owner',
    body: { outline: shape },
  });
  expect([floor.status, floor.body.error.path]).toEqual([400, 'body.outline.rings.0']);
});

test('a floor that is used stays, an unused one goes', async () => {
  const refused = await harness.ask<ErrorBody>('delete', '/sites/mall/floors/f0', { as: 'owner' });
  expect(refused.status).toBe(409);
  expect(refused.body.error.message).toMatch(/zones .*gateways g1/);
  const made = await harness.ask<Floor>('post', '/sites/mall/floors', {
    as: 'owner',
    body: { name: 'Střecha', level: 9, widthM: 5, heightM: 5 },
  });
  expect([made.status, made.body.id]).toEqual([201, 'strecha']);
  expect((await harness.ask('delete', '/sites/mall/floors/strecha', { as: 'owner' })).status).toBe(204);
  expect((await harness.ask('delete', '/sites/mall/floors/strecha', { as: 'owner' })).status).toBe(404);
});
