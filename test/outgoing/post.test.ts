/** A receiver's address is typed by somebody: it is looked at each time before anything is sent. */

import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { Poster, type PostParts, urlFault } from '../../server/outgoing/post.ts';
import { isPrivateAddress } from '../../server/outgoing/privateAddress.ts';
import { CERT, HOST } from '../push/stub.ts';
import { until } from '../support/until.ts';
import { Receiver } from './receiver.ts';

const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const undo of cleanUp.splice(0).reverse()) await undo();
});
const receiving = async (): Promise<Receiver> => {
  const one = await new Receiver().start();
  cleanUp.push(() => one.stop());
  return one;
};
const poster = (parts: Partial<PostParts> = {}): Poster => {
  const made = new Poster({ allowPrivateAddresses: true, ...parts });
  cleanUp.push(() => made.close());
  return made;
};
const message = (more: { tenantId?: string | null; timeoutMs?: number; isHeld?: () => Promise<boolean> } = {}) => ({
  tenantId: null,
  headers: { 'content-type': 'application/json' },
  body: '{"data":{}}',
  timeoutMs: 2_000,
  isHeld: async () => false,
  ...more,
});

test.each([
  ['https://example.com/hook', true, true],
  ['https://example.com:8443/hook?a=1', true, true],
  ['http://example.com/hook', false, true],
  ['https://user:secret@example.com/', false, false],
  ['https://example.com/#x', false, false],
  ['ftp://example.com/', false, false],
  ['example.com', false, false],
  ['https://127.0.0.1/', false, true],
  ['https://2130706433/', false, true],
  ['https://[::1]/', false, true],
  ['https://192.168.1.5:8123/api', false, true],
  ['https://169.254.169.254/latest', false, false],
  ['https://0.0.0.0/', false, false],
  ['https://[fe80::1]/', false, false],
  ['https://[::ffff:169.254.169.254]/', false, false],
  ['https://[fd00:ec2::254]/', false, false],
])('%s: from the internet alone %s, with private addresses %s', (url, open, within) => {
  expect([urlFault(url, false) === undefined, urlFault(url, true) === undefined]).toEqual([open, within]);
});

test('private is what the mall may own, and nothing of a cloud', () => {
  const all = ['10.0.0.1', '127.0.0.1', '172.31.0.1', '192.168.0.1', '::1', 'fd12::1'];
  expect(all.filter((one) => !isPrivateAddress(one))).toEqual([]);
  const never = [
    '8.8.8.8',
    '169.254.1.1',
    '100.64.0.1',
    '172.32.0.1',
    '0.0.0.0',
    '224.0.0.1',
    'fe80::1',
    'fd00:ec2::254',
    'x',
  ];
  expect(never.filter(isPrivateAddress)).toEqual([]);
});

test('a name that leads to the own network is not connected to, even where it also leads elsewhere', async () => {
  const receiver = await receiving();
  const url = `https://hook.example:${receiver.port}/`;
  for (const addresses of [['127.0.0.1'], ['93.184.216.34', '127.0.0.1'], ['169.254.169.254']]) {
    const strict = poster({ allowPrivateAddresses: false, resolve: async () => addresses });
    expect(await strict.post(url, message())).toMatchObject({
      kind: 'failed',
      why: expect.stringMatching(/not one of the internet/),
    });
  }
  const lenient = poster({ resolve: async () => ['169.254.169.254'] });
  expect(await lenient.post(url, message())).toMatchObject({ kind: 'failed' });
  expect(await poster({ resolve: async () => [] }).post(url, message())).toEqual({
    kind: 'failed',
    why: 'hook.example is not found',
  });
  expect(receiver.connections).toBe(0);
});

test("what the mall's own webhooks may reach in its network those of tenants may not, unless it is said of them too", async () => {
  const receiver = await receiving();
  const ofCafe = message({ tenantId: 'cafe' });
  for (const url of [receiver.url, `https://127.0.0.1:${receiver.port}/`, `https://hook.example:${receiver.port}/`])
    expect(await poster({ resolve: async () => ['127.0.0.1'] }).post(url, ofCafe)).toMatchObject({ kind: 'failed' });
  expect(receiver.connections).toBe(0);
  expect(await poster().post(receiver.url, message())).toMatchObject({ status: 204 });
  expect(await poster({ allowPrivateAddressesToTenants: true }).post(receiver.url, ofCafe)).toMatchObject({
    status: 204,
  });
});

test('connects to the address that was looked at, whatever the name says the next moment', async () => {
  const receiver = await receiving();
  let asked = 0;
  const rebinding = poster({
    resolve: async () => {
      asked++;
      return asked === 1 ? ['127.0.0.1'] : ['169.254.169.254'];
    },
  });
  const url = `http://hook.example:${receiver.port}/a?b=1`;
  expect(await rebinding.post(url, message())).toMatchObject({ kind: 'answered', status: 204 });
  expect(receiver.received[0]!.headers.host).toBe(`hook.example:${receiver.port}`);
  expect(await rebinding.post(url, message())).toMatchObject({ kind: 'failed' });
  expect([asked, receiver.received.length]).toEqual([2, 1]);
});

test('what is held once the connection stands is not sent', async () => {
  const receiver = await receiving();
  const answer = await poster().post(receiver.url, message({ isHeld: async () => true }));
  expect(answer).toEqual({ kind: 'held' });
  expect([receiver.connections, receiver.received.length]).toEqual([1, 0]);
});

test('little is read of the answer, and not for long', async () => {
  const receiver = await receiving();
  receiver.answer = () => ({ status: 500, headers: { 'retry-after': '7' }, body: 'x'.repeat(1_000_000) });
  const answer = await poster().post(receiver.url, message());
  expect(answer).toMatchObject({ kind: 'answered', status: 500, retryAfter: '7' });
  expect(answer.kind === 'answered' && answer.text.length).toBeLessThanOrEqual(1_024);
  receiver.answer = () => undefined;
  const late = await poster().post(receiver.url, message({ timeoutMs: 100 }));
  expect(late).toEqual({ kind: 'failed', why: 'no answer in time' });
});

test('an answer that drips on and on has said all with its status', async () => {
  const receiver = await receiving();
  receiver.answer = () => ({ status: 200, drips: true });
  const answer = await poster().post(receiver.url, message({ timeoutMs: 300 }));
  expect(answer).toMatchObject({ kind: 'answered', status: 200 });
  await until(() => receiver.dripping).toBe(0);
});

test('a kept connection that the receiver has closed is not a failure', async () => {
  const receiver = await receiving();
  const one = poster();
  expect(await one.post(receiver.url, message())).toMatchObject({ status: 204 });
  const { port } = receiver;
  await receiver.stop();
  const next = new Receiver();
  next.port = port;
  await next.start();
  cleanUp.push(() => next.stop());
  expect(await one.post(next.url, message())).toMatchObject({ status: 204 });
});

test('over TLS the certificate must be of the name', async () => {
  const key = readFileSync(join(import.meta.dirname, '..', 'fixtures', 'push', 'key.pem'), 'utf8');
  const server = createServer({ key, cert: CERT }, (_request, response) => response.writeHead(202).end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanUp.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const own = poster({ resolve: async () => ['127.0.0.1'], ca: CERT });
  expect(await own.post(`https://${HOST}:${port}/`, message())).toMatchObject({ kind: 'answered', status: 202 });
  expect(await own.post(`https://other.example:${port}/`, message())).toMatchObject({ kind: 'failed' });
  const stranger = poster({ resolve: async () => ['127.0.0.1'] });
  expect(await stranger.post(`https://${HOST}:${port}/`, message())).toMatchObject({ kind: 'failed' });
});

test('an answer that asks for another protocol is none, and ends there', async () => {
  const { createServer: createSocketServer } = await import('node:net');
  const sockets = new Set<import('node:net').Socket>();
  const server = createSocketServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('data', () =>
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanUp.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const answer = await poster().post(`http://127.0.0.1:${port}/`, message({ timeoutMs: 300 }));
  expect(answer).toMatchObject({ kind: 'failed' });
});
