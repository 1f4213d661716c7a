import net from 'node:net';
import mqtt, { type MqttClient } from 'mqtt';
import { afterEach, expect, test } from 'vitest';
import { createAedesSource } from '../../server/broker/aedesSource.ts';
import { maySubscribe } from '../../server/broker/credentials.ts';
import { FrameGuard } from '../../server/broker/frameGuard.ts';
import { createMqttSource, reconnectDelayMs } from '../../server/broker/mqttSource.ts';
import { throttled } from '../../server/broker/throttle.ts';
import type { MessageSource } from '../../server/ingest/types.ts';
import { seededRandom } from '../support/random.ts';
import { until } from '../support/until.ts';

interface Seen {
  topic: string;
  bytes: number;
  text: string;
  retained: boolean;
}
const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function start(
  source: MessageSource,
  hold?: (seen: Seen) => Promise<void>,
): Promise<{ seen: Seen[]; source: MessageSource }> {
  const seen: Seen[] = [];
  await source.start(async (topic, payload, { retained }) => {
    const one = { topic, bytes: payload.length, text: Buffer.from(payload).toString('utf8', 0, 50), retained };
    seen.push(one);
    await hold?.(one);
  });
  cleanups.push(() => source.stop());
  return { seen, source };
}
const embedded = (options: Partial<Parameters<typeof createAedesSource>[0]> = {}) =>
  createAedesSource({ host: '127.0.0.1', port: 0, ...options });
async function connect(url: string, options: mqtt.IClientOptions = {}): Promise<MqttClient> {
  const client = await mqtt.connectAsync(url, { reconnectPeriod: 0, ...options });
  client.on('error', () => {});
  cleanups.push(() => client.endAsync(true));
  return client;
}

test('hands over what gateways publish, and gives them what the server publishes, retained where asked', async () => {
  const { seen, source } = await start(embedded());
  const gateway = await connect(source.url, { clientId: 'a-client-id-that-is-longer-than-twenty-three' });
  await gateway.publishAsync('promenade/1/mall/g1/status', '{"online":true}', { qos: 1, retain: true });
  await gateway.publishAsync('promenade/1/mall/g1/sightings', 'abc', { qos: 1 });
  expect(seen.map(({ topic, text, retained }) => [topic.split('/')[4], text, retained])).toEqual([
    ['status', '{"online":true}', false],
    ['sightings', 'abc', false],
  ]);
  await source.publish('promenade/1/mall/g1/config', '{"v":1}', { retain: true });
  const got: [string, string, boolean][] = [];
  gateway.on('message', (topic, payload, packet) => got.push([topic, payload.toString(), packet.retain]));
  await gateway.subscribeAsync(['promenade/1/mall/g1/config', 'promenade/1/mall/g1/ack'], { qos: 1 });
  await source.publish('promenade/1/mall/g1/ack', '{"epoch":1,"seq":2}', { retain: false });
  await until(() => got).toEqual([
    ['promenade/1/mall/g1/config', '{"v":1}', true],
    ['promenade/1/mall/g1/ack', '{"epoch":1,"seq":2}', false],
  ]);
});

test('a last will reaches the server', async () => {
  const { seen, source } = await start(embedded());
  const gateway = await connect(source.url, {
    will: { topic: 'promenade/1/mall/g1/status', payload: Buffer.from('{"online":false}'), qos: 1, retain: true },
  });
  (gateway.stream as net.Socket).destroy();
  await until(() => seen.map((one) => one.text)).toEqual(['{"online":false}']);
});

test('nobody can forge an ack or listen to sightings; the attempt is told to the server and ends no connection', async () => {
  const { seen, source } = await start(embedded());
  const victim = await connect(source.url);
  const got: string[] = [];
  victim.on('message', (topic) => got.push(topic));
  await victim.subscribeAsync('promenade/1/mall/g1/ack', { qos: 1 });
  const evil = await connect(source.url);
  await evil.publishAsync('promenade/1/mall/g1/ack', '{"epoch":9,"seq":99}', { qos: 1 });
  await evil.publishAsync('promenade/1/mall/g1/config', '{}', { qos: 1, retain: true });
  for (const filter of ['#', 'promenade/1/mall/g1/sightings', 'promenade/1/+/+/+', '$SYS/#', 'refused'])
    await expect(evil.subscribeAsync(filter, { qos: 1 })).rejects.toThrow();
  await evil.publishAsync('promenade/1/mall/g1/sightings', 'still here', { qos: 1 });
  expect(seen.map((one) => one.topic)).toEqual([
    'forbidden: promenade/1/mall/g1/ack',
    'forbidden: promenade/1/mall/g1/config',
    'promenade/1/mall/g1/sightings',
  ]);
  await source.publish('promenade/1/mall/g1/ack', '{"epoch":1,"seq":1}', { retain: false });
  await until(() => got.length).toBe(1);
});

test('with credentials each gateway has its own topics, and a wrong password none', async () => {
  const { seen, source } = await start(
    embedded({
      credentials: [
        { username: 'g1', password: 'one', siteId: 'mall' },
        { username: 'fleet', password: 'two', siteId: 'mall', gatewayId: null },
      ],
    }),
  );
  await expect(connect(source.url)).rejects.toThrow();
  await expect(connect(source.url, { username: 'g1', password: 'two' })).rejects.toThrow();
  const g1 = await connect(source.url, { username: 'g1', password: 'one' });
  await g1.publishAsync('promenade/1/mall/g1/sightings', 'own', { qos: 1 });
  await g1.publishAsync('promenade/1/mall/g2/sightings', 'not own', { qos: 1 });
  await g1.publishAsync('promenade/1/other/g1/sightings', 'not own', { qos: 1 });
  await g1.subscribeAsync('promenade/1/mall/g1/ack');
  await expect(g1.subscribeAsync('promenade/1/mall/+/ack')).rejects.toThrow();
  await expect(g1.subscribeAsync('promenade/1/mall/g2/config')).rejects.toThrow();
  const fleet = await connect(source.url, { username: 'fleet', password: 'two' });
  await fleet.subscribeAsync('promenade/1/mall/+/ack');
  await fleet.publishAsync('promenade/1/mall/g2/sightings', 'of the fleet', { qos: 1 });
  await until(() => seen.map((one) => one.topic)).toEqual([
    'promenade/1/mall/g1/sightings',
    'forbidden: promenade/1/mall/g2/sightings',
    'forbidden: promenade/1/other/g1/sightings',
    'promenade/1/mall/g2/sightings',
  ]);
  expect(maySubscribe({ siteId: undefined, gatewayId: undefined }, 'promenade/1/+/+/config')).toBe(true);
});

test('broken and huge packets end their own connection and nothing else', async () => {
  const problems: string[] = [];
  const { seen, source } = await start(
    embedded({ onProblem: (what, error) => problems.push(`${what}: ${error.message}`) }),
  );
  const good = await connect(source.url);
  const { port } = new URL(source.url);
  const raw = async (bytes: Buffer): Promise<void> => {
    const socket = net.connect(Number(port), '127.0.0.1');
    socket.on('error', () => {});
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.write(bytes);
    await closed;
  };
  const random = seededRandom(77);
  const connectPacket = Buffer.from('101000044d51545404020000000464666768', 'hex');
  await raw(Buffer.from('GET / HTTP/1.1\r\n\r\n'));
  await raw(Buffer.concat([connectPacket, Buffer.from([0x30, 0xff, 0xff, 0xff, 0x7f])]));
  await raw(Buffer.concat([connectPacket, Buffer.from([0x32, 0xff, 0xff, 0xff, 0xff, 0x01])]));
  for (let i = 0; i < 20; i++)
    await Promise.race([
      raw(Buffer.concat([connectPacket, Buffer.from(Array.from({ length: 200 }, () => Math.floor(random() * 256)))])),
      new Promise((resolve) => setTimeout(resolve, 100)),
    ]);
  expect(problems.length).toBeGreaterThan(0);
  expect(problems.length).toBeLessThan(10);
  await good.publishAsync('promenade/1/mall/g1/sightings', Buffer.alloc(70_000, 0x41), { qos: 1 });
  await good.publishAsync('promenade/1/mall/g1/sightings', 'fine', { qos: 1 });
  const own = seen.filter((one) => one.topic === 'promenade/1/mall/g1/sightings');
  expect(own.map((one) => one.bytes)).toEqual([70_000, 4]);
});

test('QoS 2 messages that nobody releases do not pile up', async () => {
  const { seen, source } = await start(embedded());
  const connectPacket = Buffer.from('101000044d51545404000000000464666768', 'hex');
  const topic = Buffer.from('promenade/1/mall/g1/status');
  const publish = (id: number, bytes: number): Buffer => {
    const rest = Buffer.concat([
      Buffer.from([0, topic.length]),
      topic,
      Buffer.from([0, id]),
      Buffer.alloc(bytes, 0x41),
    ]);
    const digits = [];
    for (let left = rest.length; left > 0; left >>= 7) digits.push((left & 0x7f) | (left > 0x7f ? 0x80 : 0));
    return Buffer.concat([Buffer.from([0x34, ...digits]), rest]);
  };
  const ended = async (packets: Buffer[]): Promise<boolean> => {
    const socket = net.connect(Number(new URL(source.url).port), '127.0.0.1');
    socket.on('error', () => {});
    socket.resume();
    const closed = new Promise<boolean>((resolve) => socket.once('close', () => resolve(true)));
    socket.write(Buffer.concat([connectPacket, ...packets]));
    const result = await Promise.race([closed, new Promise<boolean>((resolve) => setTimeout(resolve, 1_000, false))]);
    socket.destroy();
    return result;
  };
  expect(await ended([publish(1, 100)])).toBe(false);
  expect(await ended([publish(1, 500_000)])).toBe(true);
  expect(await ended(Array.from({ length: 60 }, (_, i) => publish(i + 1, 100)))).toBe(true);
  expect(seen.length).toBeLessThan(40);
});

test('the guard follows packets through any cutting of the stream', () => {
  const random = seededRandom(3);
  const packet = (length: number): Buffer => {
    const head = [0x30];
    for (let rest = length; ; ) {
      head.push((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
      rest >>= 7;
      if (rest === 0) break;
    }
    return Buffer.concat([Buffer.from(head), Buffer.alloc(length, 0xff)]);
  };
  const stream = Buffer.concat([0, 1, 127, 128, 300, 16_383, 16_384, 40_000, 0, 50_000].map(packet));
  for (let round = 0; round < 50; round++) {
    const guard = new FrameGuard(50_000);
    for (let at = 0; at < stream.length; ) {
      const step = 1 + Math.floor(random() ** 4 * 30_000);
      expect(guard.accepts(stream.subarray(at, at + step))).toBe(true);
      at += step;
    }
    expect(guard.accepts(packet(50_001).subarray(0, 4))).toBe(false);
  }
});

test('a message that was not committed comes again over a broker of one’s own, and what is retained is marked so', async () => {
  // The embedded broker stands for a foreign one: the server connects to it with a user of its own rights.
  const { Aedes } = await import('aedes');
  const broker = await Aedes.createBroker();
  const sockets: net.Socket[] = [];
  const server = net.createServer((socket) => {
    sockets.push(socket);
    broker.handle(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(async () => {
    await new Promise<void>((resolve) => broker.close(resolve));
    await new Promise((resolve) => server.close(resolve));
  });
  const url = `mqtt://127.0.0.1:${(server.address() as net.AddressInfo).port}`;
  const gateway = await connect(url, { clientId: 'g1' });
  await gateway.publishAsync('promenade/1/mall/g1/status', '{"online":true}', { qos: 1, retain: true });

  const options = { url, clientId: 'server-1', random: () => 0 };
  const first = createMqttSource(options);
  const { seen } = await start(first, (one) =>
    one.topic.endsWith('sightings') ? new Promise(() => {}) : Promise.resolve(),
  );
  await until(() => seen.map((one) => [one.text, one.retained])).toEqual([['{"online":true}', true]]);
  await gateway.publishAsync('promenade/1/mall/g1/sightings', 'not committed', { qos: 1 });
  await until(() => seen.length).toBe(2);
  await first.stop();
  await gateway.publishAsync('promenade/1/mall/g1/sightings', 'while it was away', { qos: 1 });
  const second = createMqttSource(options);
  const { seen: again } = await start(second);
  await until(() => again.filter((one) => one.topic.endsWith('sightings')).map((one) => one.text)).toEqual([
    'not committed',
    'while it was away',
  ]);
  // The connection breaks, and comes back by itself.
  for (const socket of sockets) if (socket.remotePort !== (gateway.stream as net.Socket).localPort) socket.destroy();
  await gateway.publishAsync('promenade/1/mall/g1/gap', 'after the break', { qos: 1 });
  await until(() => again.some((one) => one.text === 'after the break')).toBe(true);
  const acks: string[] = [];
  gateway.on('message', (_topic, payload) => acks.push(payload.toString()));
  await gateway.subscribeAsync('promenade/1/mall/g1/ack', { qos: 1 });
  await second.publish('promenade/1/mall/g1/ack', '{"epoch":1,"seq":1}', { retain: false });
  await until(() => acks).toEqual(['{"epoch":1,"seq":1}']);
});

test('reconnects spread over a growing span of at most ten seconds', () => {
  const random = seededRandom(1);
  for (let attempt = 0; attempt < 40; attempt++) {
    const delay = reconnectDelayMs(attempt, random);
    expect(delay).toBeGreaterThanOrEqual(100);
    expect(delay).toBeLessThanOrEqual(10_000);
  }
  expect(reconnectDelayMs(30, () => 1)).toBe(10_000);
  expect(reconnectDelayMs(30, () => 0)).toBe(100);
});

test('problems of one kind are told once in five seconds, with their number', () => {
  let now = 0;
  const told: string[] = [];
  const tell = throttled(
    (what, error) => told.push(`${what}: ${error.message}`),
    () => now,
  );
  for (let i = 0; i < 1_000; i++) tell('connection', new Error('reset'));
  tell('listener', new Error('other'));
  now = 5_000;
  tell('connection', new Error('again'));
  expect(told).toEqual(['connection: reset', 'listener: other', 'connection: again (and 999 more meanwhile)']);
});
