/** An endpoint is whatever a browser says it is: the server must not become the visitor's hand in the mall's own network. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isPublicAddress } from '../../server/push/address.ts';
import { endpointFault, type Message, PushRefused, PushService } from '../../server/push/service.ts';
import { until } from '../support/until.ts';
import { CERT, HOST, PushStub } from './stub.ts';

let stub: PushStub;
const services: PushService[] = [];
beforeEach(async () => {
  stub = new PushStub();
  await stub.start();
});
afterEach(async () => {
  for (const service of services.splice(0)) service.close();
  await stub.stop();
});
const serviceOf = (change: Partial<PushStub['parts']> = {}): PushService => {
  const service = new PushService({ ...stub.parts, ...change });
  services.push(service);
  return service;
};
const message = (change: Partial<Message> = {}): Message => ({
  headers: { ttl: '60' },
  body: Buffer.from('sealed'),
  timeoutMs: 2_000,
  isHeld: async () => false,
  ...change,
});

describe('addresses', () => {
  test.each([
    ['8.8.8.8', true],
    ['142.250.1.188', true],
    ['100.63.255.255', true],
    ['172.32.0.1', true],
    ['2a00:1450:4001:80b::200e', true],
    ['2607:f8b0::1', true],
    ['0.0.0.0', false],
    ['10.1.2.3', false],
    ['100.64.0.1', false],
    ['100.100.100.200', false],
    ['127.0.0.1', false],
    ['127.9.9.9', false],
    ['168.63.129.16', false],
    ['169.254.169.254', false],
    ['172.16.0.1', false],
    ['172.31.255.255', false],
    ['192.0.0.192', false],
    ['192.168.1.1', false],
    ['198.18.0.1', false],
    ['224.0.0.1', false],
    ['239.255.255.250', false],
    ['240.0.0.1', false],
    ['255.255.255.255', false],
    ['::', false],
    ['::1', false],
    ['::ffff:10.0.0.1', false],
    ['::ffff:8.8.8.8', false],
    ['::ffff:a00:1', false],
    ['64:ff9b::a00:1', false],
    ['fc00::1', false],
    ['fd00:ec2::254', false],
    ['fe80::1', false],
    ['fe80::1%eth0', false],
    ['ff02::1', false],
    ['2001:0:4136:e378:8000:63bf:3fff:fdd2', false],
    ['2001:db8::1', false],
    ['2002:a00:1::1', false],
    ['localhost', false],
    ['', false],
  ])('%s is one of the internet: %s', (address, expected) => {
    expect(isPublicAddress(address)).toBe(expected);
  });
});

describe('endpoints', () => {
  test.each([
    ['https://push.example/send/1', undefined],
    ['https://push.example:443/send/1', undefined],
    ['http://push.example/send/1', 'must be https'],
    ['ftp://push.example/', 'must be https'],
    ['https://push.example:8443/', 'must use port 443'],
    ['https://user:secret@push.example/', 'must hold no name or password'],
    ['//push.example', 'is not an address'],
  ])('%s', (endpoint, fault) => {
    expect(endpointFault(endpoint)).toBe(fault);
  });

  // However they are written, they are those addresses.
  test.each([
    'https://127.0.0.1',
    'https://127.1',
    'https://2130706433',
    'https://0x7f.0.0.1',
    'https://017700000001',
    'https://[::1]',
    'https://[::ffff:127.0.0.1]',
    'https://169.254.169.254',
    'https://[fd00:ec2::254]',
  ])('%s is never connected to', async (origin) => {
    const service = new PushService({ ports: [443, stub.port] });
    services.push(service);
    let resolved = 0;
    const asking = new PushService({
      ports: [443, stub.port],
      resolve: async () => {
        resolved++;
        return ['8.8.8.8'];
      },
    });
    services.push(asking);
    for (const one of [service, asking])
      await expect(one.post(`${origin}:${stub.port}/`, message())).rejects.toThrow(PushRefused);
    expect(resolved).toBe(0);
    expect(stub.connections).toBe(0);
  });

  test.each([
    ['a private address', ['10.0.0.7']],
    ['a private one beside a public one', ['8.8.8.8', '192.168.1.1']],
    ['metadata', ['169.254.169.254']],
    ['an IPv4 address in IPv6 clothes', ['::ffff:127.0.0.1']],
  ])('a name with %s is refused', async (_, addresses) => {
    const service = new PushService({ resolve: async () => addresses, ports: [stub.port], ca: CERT });
    services.push(service);
    await expect(service.post(stub.endpoint(), message())).rejects.toThrow(/not one of the internet/);
    expect(stub.connections).toBe(0);
  });

  test('a name that does not resolve is refused, one that takes for ever is given up', async () => {
    expect(
      await serviceOf({ resolve: () => Promise.reject(new Error('ENOTFOUND')) }).post(stub.endpoint(), message()),
    ).toBe('refused');
    const never = serviceOf({ resolve: () => new Promise(() => {}) });
    expect(await never.post(stub.endpoint(), message({ timeoutMs: 50 }))).toBe('refused');
    expect(stub.connections).toBe(0);
  });

  test('DNS that answers otherwise the second time: the connection goes to the address that was looked at', async () => {
    const answers = [['127.0.0.1'], ['127.0.0.2']];
    let asked = 0;
    const service = serviceOf({
      resolve: async () => answers[Math.min(asked++, 1)]!,
    });
    expect(await service.post(stub.endpoint(), message())).toBe('accepted');
    // Nothing but the one look was asked, so no second answer could have been connected to.
    expect(asked).toBe(1);
    expect(stub.received).toHaveLength(1);
    // The next message looks anew, although a connection is kept, and finds the other address.
    await expect(service.post(stub.endpoint(), message())).rejects.toThrow(/127\.0\.0\.2/);
    expect(asked).toBe(2);
    expect(stub.received).toHaveLength(1);
  });

  test('whoever answers at that address must be the one by name', async () => {
    const other = `https://other.example:${stub.port}/send/1`;
    expect(await serviceOf().post(other, message())).toBe('refused');
    expect(stub.received).toHaveLength(0);
  });
});

describe('answers', () => {
  test.each([
    [201, 'accepted'],
    [200, 'accepted'],
    [404, 'gone'],
    [410, 'gone'],
    [400, 'refused'],
    [403, 'refused'],
    [413, 'refused'],
    [429, 'refused'],
    [500, 'refused'],
    [502, 'failed'],
  ] as const)('%i: %s', async (status, answer) => {
    stub.answer = { status };
    expect(await serviceOf().post(stub.endpoint(), message())).toBe(answer);
    expect(stub.received[0]).toMatchObject({ path: '/send/1', headers: { host: `${HOST}:${stub.port}`, ttl: '60' } });
    expect(stub.received[0]!.body.toString()).toBe('sealed');
  });

  test('a redirect is not followed', async () => {
    const elsewhere = new PushStub();
    await elsewhere.start();
    for (const status of [301, 302, 307, 308]) {
      stub.answer = { status, headers: { location: elsewhere.endpoint() } };
      expect(await serviceOf().post(stub.endpoint(), message())).toBe('refused');
    }
    expect(elsewhere.connections).toBe(0);
    await elsewhere.stop();
  });

  test('an endless answer is not read, headers without end are not kept', async () => {
    stub.answer = { status: 201, body: Buffer.alloc(20_000_000) };
    expect(await serviceOf().post(stub.endpoint(), message())).toBe('accepted');
    stub.answer = { status: 201, headers: { long: 'x'.repeat(20_000) } };
    expect(await serviceOf().post(stub.endpoint(), message())).toBe('failed');
  });

  test('an answer that drips on and on is read no longer than an answer is waited for', async () => {
    stub.answer = { status: 201, drips: true };
    expect(await serviceOf().post(stub.endpoint(), message({ timeoutMs: 400 }))).toBe('accepted');
    await until(() => stub.dripping).toBe(0);
  });

  test('an answer that asks for another protocol is none', async () => {
    stub.answer = { status: 101, headers: { connection: 'Upgrade', upgrade: 'websocket' } };
    expect(await serviceOf().post(stub.endpoint(), message())).toBe('failed');
  });

  test('no answer in time: nobody knows; not even connected in time: surely not', async () => {
    stub.answer = undefined;
    expect(await serviceOf().post(stub.endpoint(), message({ timeoutMs: 300 }))).toBe('failed');
    const dead = new PushStub();
    await dead.start();
    const { port } = dead;
    await dead.stop();
    const service = serviceOf({ ports: [port] });
    expect(await service.post(`https://${HOST}:${port}/`, message())).toBe('refused');
  });

  test('what is held once the connection stands has not left', async () => {
    let askedAtConnections = -1;
    const isHeld = async (): Promise<boolean> => {
      askedAtConnections = stub.connections;
      return true;
    };
    expect(await serviceOf().post(stub.endpoint(), message({ isHeld }))).toBe('held');
    expect(askedAtConnections).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(stub.received).toHaveLength(0);
  });

  test('names without end, of whoever invents them, cut no message that is under way', async () => {
    const service = serviceOf();
    const others = async (): Promise<boolean> => {
      for (let i = 0; i < 40; i++)
        expect(await service.post(`https://h${i}.example:${stub.port}/`, message())).toBe('refused');
      return false;
    };
    expect(await service.post(stub.endpoint(), message({ timeoutMs: 20_000, isHeld: others }))).toBe('accepted');
    expect(stub.received).toHaveLength(1);
  });

  test('connections are kept for the next message to the same address', async () => {
    const service = serviceOf();
    for (let i = 0; i < 3; i++) expect(await service.post(stub.endpoint(`/send/${i}`), message())).toBe('accepted');
    expect(stub.received).toHaveLength(3);
    expect(stub.connections).toBe(1);
  });
});
