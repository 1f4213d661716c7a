/** The client against a server that answers as it is told to: what is sent, what is read, when it tries again. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import {
  ApiError,
  createClient,
  createZone,
  getCampaignImage,
  getFootfall,
  listZones,
  redeem,
  signOut,
  uploadFloorImage,
  urlOf,
} from '../../server/client/index.ts';

interface Asked {
  method: string;
  url: string;
  headers: IncomingMessage['headers'];
  body: string;
}
type Answer = { status?: number; body?: string; type?: string; headers?: Record<string, string> } | 'never' | 'hang up';

let server: Server;
let baseUrl = '';
let asked: Asked[];
let answers: Answer[];

beforeEach(async () => {
  asked = [];
  answers = [];
  server = createServer(async (req, res) => {
    const chunks: Buffer[] = [];
    for await (const chunk of req) chunks.push(chunk as Buffer);
    asked.push({ method: req.method!, url: req.url!, headers: req.headers, body: Buffer.concat(chunks).toString() });
    const answer = answers.shift() ?? {};
    if (answer === 'never') return;
    if (answer === 'hang up') return void req.socket.destroy();
    const { status = 200, body = '[]', type = 'application/json', headers = {} } = answer;
    res.writeHead(status, { 'content-type': type, ...headers }).end(status === 204 ? undefined : body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
  vi.restoreAllMocks();
});

const refusal = (code: string, message = 'no', path?: string): string =>
  JSON.stringify({ error: { code, message, path } });
const faultOf = (answer: Promise<unknown>): Promise<ApiError> =>
  answer.then(
    () => Promise.reject(new Error('it did not fail')),
    (error: unknown) => error as ApiError,
  );

test('fills the path, sends the rest as the query, and leaves out what is not given', async () => {
  const client = createClient({ baseUrl: `${baseUrl}/`, token: 't0ken', headers: { 'x-mine': '1' } });
  answers.push({ body: '{"series":[]}' });
  const from = new Date('2026-05-04T00:00:00Z');
  await getFootfall(client, { site: 'mall', from, to: '2026-05-05T00:00:00+02:00', zone: undefined, interval: 'day' });
  expect(asked[0]).toMatchObject({
    method: 'GET',
    url: '/api/v1/sites/mall/metrics/footfall?from=2026-05-04T00%3A00%3A00.000Z&to=2026-05-05T00%3A00%3A00%2B02%3A00&interval=day',
    body: '',
  });
  expect(asked[0]!.headers).toMatchObject({ authorization: 'Bearer t0ken', accept: 'application/json', 'x-mine': '1' });
  expect(asked[0]!.headers['content-type']).toBeUndefined();
});

test('names in paths cannot leave their place, and must be given', () => {
  expect(urlOf({}, '/api/v1/sites/{site}/zones', { site: '../a b?c' })).toBe('/api/v1/sites/..%2Fa%20b%3Fc/zones');
  expect(() => urlOf({}, '/api/v1/sites/{site}/zones', { site: '..' })).toThrow('site cannot be ..');
  expect(() => urlOf({}, '/api/v1/sites/{site}', { site: '' })).toThrow('/api/v1/sites/{site} needs site');
});

test('JSON goes out and comes in; an answer without a body is undefined', async () => {
  const client = createClient({ baseUrl });
  answers.push({ status: 201, body: '{"id":"shop"}' }, { status: 204 });
  const zone = {
    floorId: 'f0',
    name: 'Shop',
    kind: 'shop',
    shape: { type: 'circle', xM: 1, yM: 2, radiusM: 3 },
  } as const;
  expect(await createZone(client, { site: 'mall' }, zone)).toEqual({ id: 'shop' });
  expect(asked[0]!.headers['content-type']).toBe('application/json');
  expect(JSON.parse(asked[0]!.body)).toEqual(zone);
  expect(await signOut(client)).toBeUndefined();
  expect(asked[1]!.body).toBe('');
});

test('a failure carries the status, the code, the words and the field', async () => {
  const heard: number[] = [];
  const client = createClient({ baseUrl, onUnauthenticated: () => heard.push(asked.length) });
  answers.push({ status: 400, body: refusal('validation', 'must be a number', 'body.xM') });
  answers.push({ status: 401, body: refusal('unauthenticated') }, { status: 502, body: '<html>', type: 'text/html' });
  answers.push({ body: '<html>' });
  const fault = await faultOf(listZones(client, { site: 'mall' }));
  expect(fault).toBeInstanceOf(ApiError);
  expect(fault).toMatchObject({ status: 400, code: 'validation', message: 'must be a number', path: 'body.xM' });
  expect(fault.request).toBe(`GET ${baseUrl}/api/v1/sites/mall/zones`);
  expect(heard).toEqual([]);
  expect(await faultOf(listZones(client, { site: 'mall' }))).toMatchObject({ status: 401 });
  expect(heard).toEqual([2]);
  expect(await faultOf(listZones(client, { site: 'mall' }))).toMatchObject({ status: 502, code: 'unreadable' });
  expect(await faultOf(listZones(client, { site: 'mall' }))).toMatchObject({ status: 200, code: 'unreadable' });
});

test('no answer in time, no server, and a call that was given up are three things', async () => {
  const client = createClient({ baseUrl, timeoutMs: 60 });
  answers.push('never');
  expect(await faultOf(listZones(client, { site: 'mall' }))).toMatchObject({ status: 0, code: 'timeout' });
  answers.push('hang up');
  expect(await faultOf(listZones(client, { site: 'mall' }))).toMatchObject({ status: 0, code: 'offline' });
  answers.push('never');
  const abort = new AbortController();
  const given = faultOf(listZones(client, { site: 'mall' }, { signal: abort.signal, timeoutMs: 20_000 }));
  setTimeout(() => abort.abort(), 30);
  const fault = await given;
  expect(fault).not.toBeInstanceOf(ApiError);
  expect(fault.name).toBe('AbortError');
});

test('tries again only where asked, only what may be sent twice, and only what passes', async () => {
  vi.spyOn(Math, 'random').mockReturnValue(0);
  const client = createClient({ baseUrl });
  answers.push({ status: 503, body: refusal('not-ready') });
  expect(await faultOf(listZones(client, { site: 'mall' }))).toMatchObject({ status: 503 });

  asked = [];
  answers.push('hang up', { status: 503, body: refusal('x') }, { status: 429, headers: { 'retry-after': '0' } }, {});
  expect(await listZones(client, { site: 'mall' }, { retries: 3 })).toEqual([]);
  expect(asked).toHaveLength(4);

  asked = [];
  answers.push({ status: 404, body: refusal('not-found') });
  expect(await faultOf(listZones(client, { site: 'mall' }, { retries: 3 }))).toMatchObject({ status: 404 });
  expect(asked).toHaveLength(1);

  asked = [];
  answers.push({ status: 503, body: refusal('x') });
  expect(await faultOf(redeem(client, { code: 'abc' }, { retries: 3 }))).toMatchObject({ status: 503 });
  expect(asked).toHaveLength(1);

  asked = [];
  answers.push({ status: 429, headers: { 'retry-after': '0' }, body: refusal('too-many') }, { body: '{}' });
  await redeem(client, { code: 'abc' }, { retries: 3 });
  expect(asked).toHaveLength(2);

  asked = [];
  answers.push({ status: 503, body: refusal('x') }, { body: '{"result":"redeemed"}' });
  const answer = await redeem(client, { code: 'abc' }, { retries: 3, idempotencyKey: 'receipt-7' });
  expect(answer.result).toBe('redeemed');
  expect(asked.map(({ headers }) => headers['idempotency-key'])).toEqual(['receipt-7', 'receipt-7']);
});

test('a wait between two tries ends when the call is given up', async () => {
  vi.spyOn(Math, 'random').mockReturnValue(1);
  answers.push({ status: 503, headers: { 'retry-after': '60' }, body: refusal('x') });
  const abort = new AbortController();
  const given = faultOf(listZones(createClient({ baseUrl }), { site: 'mall' }, { retries: 1, signal: abort.signal }));
  await vi.waitFor(() => expect(asked).toHaveLength(1));
  setTimeout(() => abort.abort(), 30);
  expect((await given).name).toBe('AbortError');
  expect(asked).toHaveLength(1);
});

test('files go up as what they are, or as bytes; pictures come down as they are', async () => {
  const client = createClient({ baseUrl });
  const at = { site: 'mall', floor: 'f0', metresPerPixel: 0.05 };
  answers.push({ body: '{}' }, { body: '{}' }, { body: 'PNG', type: 'image/png' });
  await uploadFloorImage(client, at, new Blob(['png'], { type: 'image/png' }));
  await uploadFloorImage(client, at, new Blob(['what'], { type: 'image/tiff' }));
  expect(asked.map(({ headers, body, url }) => [headers['content-type'], body, url])).toEqual([
    ['image/png', 'png', '/api/v1/sites/mall/floors/f0/image?metresPerPixel=0.05'],
    ['application/octet-stream', 'what', '/api/v1/sites/mall/floors/f0/image?metresPerPixel=0.05'],
  ]);
  const picture = await getCampaignImage(client, { image: 'i1' });
  expect([picture.type, await picture.text()]).toEqual(['image/png', 'PNG']);
});
