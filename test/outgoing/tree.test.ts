/** Retained occupancy topics and Home Assistant's discovery, at real brokers. */
import { connect, createServer, type Socket } from 'node:net';
import mqtt, { type MqttClient } from 'mqtt';
import { afterEach, expect, test } from 'vitest';
import { z } from 'zod';
import { createAedesSource } from '../../server/broker/aedesSource.ts';
import { createMqttSource } from '../../server/broker/mqttSource.ts';
import type { LiveSnapshot } from '../../server/contract/live.ts';
import { gateway, zone } from '../../server/contract/model.ts';
import { occupancyMessage } from '../../server/contract/outgoing.ts';
import {
  AVAILABILITY_TOPIC,
  discoveryTopic,
  isReadable,
  isReaderFilter,
  siteTopic,
  zoneTopic,
} from '../../server/contract/outgoingTopics.ts';
import { Duck } from '../../server/db/duckdb.ts';
import { migrate } from '../../server/db/migrations/index.ts';
import type { MessageSource } from '../../server/ingest/types.ts';
import { discoveryOf } from '../../server/outgoing/homeAssistant.ts';
import { LiveTree } from '../../server/outgoing/liveTree.ts';
import { openRegistry } from '../../server/registry/registry.ts';
import type { Registry } from '../../server/registry/types.ts';
import { fillSite, SITE } from '../campaigns/world.ts';
import { describeWith } from '../support/describeWith.ts';
import { MOSQUITTO_MISSING, Mosquitto } from '../support/mosquitto.ts';
import { until } from '../support/until.ts';
import { openOutWorld } from './world.ts';

const PREFIX = 'homeassistant';
const cleanUp: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const undo of cleanUp.splice(0).reverse()) await undo();
});

async function mall(): Promise<{ duck: Duck; registry: Registry }> {
  const duck = await Duck.open(':memory:');
  cleanUp.push(() => duck.close());
  await migrate(duck, 0);
  const registry = await openRegistry(
    duck,
    () => 0,
    () => 0,
  );
  await fillSite(registry);
  const circle = { type: 'circle' as const, xM: 40, yM: 10, radiusM: 4 };
  await registry.zones.put(
    SITE,
    zone.parse({ id: 'shoes', floorId: 'ground', name: 'Shoes', kind: 'shop', shape: circle }),
  );
  await registry.gateways.put(SITE, gateway.parse({ id: 'g1', floorId: 'ground', xM: 1, yM: 1 }));
  return { duck, registry };
}

const snapshotOf = (
  front: number,
  shoes: number,
  { site = front + shoes + 20, online = true, atMs = 1_000 } = {},
): LiveSnapshot => ({
  atMs,
  occupancy: site,
  zones: [
    { zoneId: 'front', occupancy: front },
    { zoneId: 'shoes', occupancy: shoes },
  ],
  gateways: [{ id: 'g1', online } as LiveSnapshot['gateways'][number]],
  historyProgress: null,
});

interface Reader {
  client: MqttClient;
  /** What it holds now. */
  topics: Map<string, string>;
  /** Everything that came, in order. */
  log: [topic: string, payload: string][];
}
async function read(url: string, filters: string[], options: mqtt.IClientOptions = {}): Promise<Reader> {
  const client = await mqtt.connectAsync(url, { reconnectPeriod: 50, ...options });
  client.on('error', () => {});
  cleanUp.push(() => client.endAsync(true));
  const topics = new Map<string, string>();
  const log: Reader['log'] = [];
  client.on('message', (topic, payload) => {
    log.push([topic, payload.toString()]);
    if (payload.length === 0) topics.delete(topic);
    else topics.set(topic, payload.toString());
  });
  await client.subscribeAsync(filters, { qos: 1 });
  return { client, topics, log };
}

const ALL = ['promenade/1/availability', 'promenade/1/+/occupancy', 'promenade/1/+/zones/+/occupancy', `${PREFIX}/#`];
const countAt = (reader: Reader, topic: string) => {
  const text = reader.topics.get(topic);
  return text === undefined ? undefined : occupancyMessage.parse(JSON.parse(text)).occupancy;
};

async function treeAt(source: MessageSource, parts: { duck: Duck; registry: Registry }, errors: string[] = []) {
  const tree = new LiveTree({
    source,
    ...parts,
    homeAssistantPrefix: PREFIX,
    onProblem: (error) => errors.push(error.message),
  });
  await tree.start();
  cleanUp.push(() => tree.stop());
  return tree;
}

/** Keys and forms as Home Assistant documents them for a sensor by MQTT; others would be left out by it. */
const documentedSensor = z.strictObject({
  name: z.string().nullable(),
  unique_id: z.string().regex(/^[a-zA-Z0-9_-]+$/),
  default_entity_id: z.string().regex(/^sensor\.[a-z0-9_]+$/),
  state_topic: z.string(),
  value_template: z.string(),
  unit_of_measurement: z.string(),
  state_class: z.enum(['measurement', 'measurement_angle', 'total', 'total_increasing']),
  icon: z.string().regex(/^mdi:[a-z-]+$/),
  availability_topic: z.string(),
  payload_available: z.string(),
  payload_not_available: z.string(),
  json_attributes_topic: z.string(),
  json_attributes_template: z.string(),
  qos: z.union([z.literal(0), z.literal(1), z.literal(2)]),
  device: z.strictObject({
    identifiers: z.array(z.string()).min(1),
    name: z.string(),
    manufacturer: z.string(),
    model: z.string(),
  }),
  origin: z.strictObject({ name: z.string() }),
});

test('discovery is of the documented form; every zone and site has a name of its own, one device a site', () => {
  const places: [string, string | null][] = [
    ['a', null],
    ['a', 'b-c'],
    ['a-b', 'c'],
    ['a-b', null],
  ];
  const all = places.map(([site, zone]) =>
    discoveryOf(PREFIX, { id: site, name: site }, zone === null ? null : { id: zone, name: 'Ob"chod' }),
  );
  const parsed = all.map(({ payload }) => documentedSensor.parse(JSON.parse(payload)));
  expect(new Set(all.map(({ topic }) => topic)).size).toBe(4);
  expect(new Set(parsed.map(({ unique_id }) => unique_id)).size).toBe(4);
  expect(parsed.map(({ device }) => device.identifiers[0])).toEqual([
    'promenade_a',
    'promenade_a',
    'promenade_a-b',
    'promenade_a-b',
  ]);
  for (const { topic } of all) expect(topic).toMatch(/^homeassistant\/sensor\/[a-zA-Z0-9_-]+\/config$/);
  expect(all.filter(({ topic }) => !isReadable(topic, PREFIX, undefined))).toEqual([]);
});

test.each([
  ['promenade/1/mall/occupancy', true, true],
  ['promenade/1/mall/zones/front/occupancy', true, true],
  ['promenade/1/other/zones/front/occupancy', true, false],
  ['promenade/1/availability', true, true],
  ['homeassistant/sensor/promenade_mall_front/config', true, true],
  ['homeassistant/sensor/promenade_mall/config', true, true],
  ['homeassistant/sensor/promenade_other_front/config', true, false],
  ['homeassistant/status', false, false],
  ['promenade/1/mall/g1/config', false, false],
  ['promenade/1/mall/g1/ack', false, false],
  ['promenade/1/mall/zones/config', false, false],
  ['promenade/1/mall/g1/sightings', false, false],
])('%s may be read by all: %s, by the reader of the mall: %s', (topic, open, own) => {
  expect([isReadable(topic, PREFIX, undefined), isReadable(topic, PREFIX, 'mall')]).toEqual([open, own]);
});

test('however often somebody says that Home Assistant has started, it is told now and then', async () => {
  const out = await openOutWorld();
  cleanUp.push(() => out.close());
  let published = 0;
  const publish = out.source.publish;
  out.source.publish = (topic, payload) => {
    if (topic.endsWith('/config')) published++;
    return publish(topic, payload);
  };
  const say = () => out.outgoing.heard('homeassistant/status', Buffer.from('online'));
  say();
  await until(() => published).toBeGreaterThan(0);
  const once = published;
  for (let n = 0; n < 100; n++) {
    say();
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  expect(published).toBe(once);
});

test.each(['#', 'promenade/#', 'promenade/1/#', 'promenade/1/+/+/config', 'promenade/1/+/#', '+/sensor/#', '$SYS/#'])(
  'no reader may ask for %s',
  (filter) => expect(isReaderFilter(filter, PREFIX, undefined)).toBe(false),
);

test('a gateway may not be called zones', () => {
  expect(gateway.safeParse({ id: 'zones', floorId: 'f0', xM: 1, yM: 1 }).success).toBe(false);
});

test('at the embedded broker: retained, null below k, only what changed, cleared with the zone', async () => {
  const parts = await mall();
  const source = createAedesSource({ host: '127.0.0.1', port: 0, homeAssistantPrefix: PREFIX });
  await source.start(async () => {});
  cleanUp.push(() => source.stop());
  const errors: string[] = [];
  const tree = await treeAt(source, parts, errors);
  tree.snapshot(SITE, snapshotOf(12, 15));
  const reader = await read(source.url, ALL);
  await until(() => countAt(reader, zoneTopic(SITE, 'front'))).toBe(12);
  await until(() => countAt(reader, siteTopic(SITE))).toBe(47);
  expect(reader.topics.get(AVAILABILITY_TOPIC)).toBe('online');
  expect(JSON.parse(reader.topics.get(discoveryTopic(PREFIX, SITE, 'front'))!)).toMatchObject({
    state_topic: zoneTopic(SITE, 'front'),
    name: 'Zone front occupancy',
  });
  const before = reader.log.length;
  tree.snapshot(SITE, snapshotOf(12, 15, { atMs: 2_000 }));
  tree.snapshot(SITE, snapshotOf(13, 15, { site: 47, atMs: 3_000 }));
  await until(() => countAt(reader, zoneTopic(SITE, 'front'))).toBe(13);
  expect(reader.log.slice(before)).toEqual([
    [zoneTopic(SITE, 'front'), '{"occupancy":13,"atMs":3000,"suppressed":false}'],
  ]);
  // An engine that catches up computes many seconds in one: the last of them is told.
  for (let count = 14; count <= 33; count++)
    tree.snapshot(SITE, snapshotOf(count, 15, { site: 60, atMs: 3_000 + count }));
  await until(() => countAt(reader, zoneTopic(SITE, 'front'))).toBe(33);
  expect(reader.log.slice(before).filter(([topic]) => topic === zoneTopic(SITE, 'front'))).toHaveLength(2);
  tree.snapshot(SITE, snapshotOf(13, 15, { site: 60, atMs: 3_050 }));
  // Nine, and one, and nobody: all the same from outside.
  for (const few of [9, 1, 0]) tree.snapshot(SITE, snapshotOf(13, few, { site: 60, atMs: 4_000 + few }));
  await until(() => reader.topics.get(zoneTopic(SITE, 'shoes'))).toBe(
    '{"occupancy":null,"atMs":4009,"suppressed":true}',
  );
  // Nothing is heard: not empty, but unknown.
  tree.snapshot(SITE, snapshotOf(0, 0, { site: 0, online: false, atMs: 9_000 }));
  await until(() => reader.topics.get(siteTopic(SITE))).toBe('{"occupancy":null,"atMs":9000,"suppressed":false}');
  await parts.registry.zones.remove(SITE, 'shoes');
  await until(() => [...reader.topics.keys()].filter((topic) => topic.includes('shoes'))).toEqual([]);
  const late = await read(source.url, ALL);
  await until(() => late.topics.size).toBe(5);
  await parts.registry.putSite({ ...parts.registry.site(SITE)!, publishOccupancy: false });
  await until(() => [...reader.topics.keys()]).toEqual([AVAILABILITY_TOPIC]);
  expect(errors).toEqual([]);
});

test('with passwords readers read the live topics of their site, and gateways do not', async () => {
  const parts = await mall();
  const heard: string[] = [];
  const source = createAedesSource({
    host: '127.0.0.1',
    port: 0,
    credentials: [{ username: 'g1', password: 'gateway-secret' }],
    readers: [
      { username: 'home', password: 'reader-secret-1' },
      { username: 'shop', password: 'reader-secret-2', siteId: 'other' },
    ],
    homeAssistantPrefix: PREFIX,
  });
  await source.start(async (topic) => {
    heard.push(topic);
  });
  cleanUp.push(() => source.stop());
  const tree = await treeAt(source, parts);
  tree.snapshot(SITE, snapshotOf(12, 15));
  await source.publish(`promenade/1/${SITE}/g1/config`, '{"key":"secret"}', { retain: true });
  const home = await read(source.url, ALL, { username: 'home', password: 'reader-secret-1' });
  await until(() => home.topics.size).toBe(7);
  const shop = await read(source.url, [`${PREFIX}/#`, 'promenade/1/availability'], {
    username: 'shop',
    password: 'reader-secret-2',
  });
  await until(() => [...shop.topics.keys()]).toEqual([AVAILABILITY_TOPIC]);
  await expect(shop.client.subscribeAsync(siteTopic(SITE))).rejects.toThrow();
  for (const filter of ['#', 'promenade/1/#', `promenade/1/${SITE}/g1/config`, `promenade/1/${SITE}/+/config`])
    await expect(home.client.subscribeAsync(filter)).rejects.toThrow();
  await expect(
    mqtt.connectAsync(source.url, { username: 'home', password: 'reader-secret-2', reconnectPeriod: 0 }),
  ).rejects.toThrow();
  const gatewayClient = await mqtt.connectAsync(source.url, {
    username: 'g1',
    password: 'gateway-secret',
    reconnectPeriod: 0,
  });
  cleanUp.push(() => gatewayClient.endAsync(true));
  gatewayClient.on('error', () => {});
  await expect(gatewayClient.subscribeAsync(siteTopic(SITE))).rejects.toThrow();
  await home.client.publishAsync(`promenade/1/${SITE}/g1/sightings`, 'x', { qos: 1 });
  await home.client.publishAsync(zoneTopic(SITE, 'front'), '{"occupancy":99}', { qos: 1, retain: true });
  await home.client.publishAsync(`${PREFIX}/status`, 'online', { qos: 1 });
  await until(() => heard).toEqual([
    `forbidden: promenade/1/${SITE}/g1/sightings`,
    `forbidden: ${zoneTopic(SITE, 'front')}`,
    `${PREFIX}/status`,
  ]);
  expect(countAt(home, zoneTopic(SITE, 'front'))).toBe(12);
});

test('what an earlier run has left at the broker is cleared', async () => {
  const parts = await mall();
  const gone = zoneTopic(SITE, 'gone');
  await parts.duck.run('insert into published_topics values ($1), ($2)', [gone, zoneTopic(SITE, 'front')]);
  const published: [string, string][] = [];
  const source = {
    publish: async (topic: string, payload: string) => {
      published.push([topic, payload]);
    },
  };
  const tree = new LiveTree({
    source,
    ...parts,
    homeAssistantPrefix: null,
    onProblem: (error) => {
      throw error;
    },
  });
  await tree.start();
  // The value of a zone that is still there stays until the first one of this run.
  expect(published).toEqual([
    [AVAILABILITY_TOPIC, 'online'],
    [gone, ''],
  ]);
  await tree.stop();
  expect(published.at(-1)).toEqual([AVAILABILITY_TOPIC, 'offline']);
  const left = await parts.duck.all<{ topic: string }>('select topic from published_topics order by topic');
  expect(left.map(({ topic }) => topic)).toEqual([AVAILABILITY_TOPIC, zoneTopic(SITE, 'front')]);
});

describeWith(MOSQUITTO_MISSING, 'a broker of its own', () => {
  const sourceAt = (url: string): MessageSource =>
    createMqttSource({
      url,
      clientId: 'promenade-server',
      availabilityTopic: AVAILABILITY_TOPIC,
      alsoSubscribe: [`${PREFIX}/status`],
      random: () => 0,
    });

  test('a restarted broker is told everything anew, Home Assistant too; a dead server is unavailable', async () => {
    const broker = await new Mosquitto().start();
    cleanUp.push(() => broker.stop());
    const parts = await mall();
    const source = sourceAt(broker.url);
    let tree: LiveTree | undefined;
    await source.start(async (topic, payload) => {
      if (topic === `${PREFIX}/status` && Buffer.from(payload).toString() === 'online') tree?.homeAssistantStarted();
    });
    tree = await treeAt(source, parts);
    tree.snapshot(SITE, snapshotOf(12, 15));
    const reader = await read(broker.url, ALL, { clientId: 'reader', clean: true });
    await until(() => reader.topics.size).toBe(7);
    expect(countAt(reader, zoneTopic(SITE, 'front'))).toBe(12);

    await broker.kill();
    await until(() => source.connected).toBe(false);
    // While it is away nothing piles up for it.
    for (let count = 13; count < 40; count++) tree.snapshot(SITE, snapshotOf(count, 15, { atMs: count }));
    reader.topics.clear();
    reader.log.length = 0;
    await broker.start();
    await until(() => countAt(reader, zoneTopic(SITE, 'front'))).toBe(39);
    await until(() => reader.topics.size).toBe(7);
    expect(reader.log.filter(([topic]) => topic === zoneTopic(SITE, 'front'))).toHaveLength(1);

    const before = reader.log.length;
    await reader.client.publishAsync(`${PREFIX}/status`, 'online', { qos: 1 });
    const configs = () => reader.log.slice(before).filter(([topic]) => topic.endsWith('/config')).length;
    await until(configs).toBe(3);

    await tree.stop();
    await until(() => reader.topics.get(AVAILABILITY_TOPIC)).toBe('offline');
    await source.stop();
  });

  test('the last will of a server that is killed', async () => {
    const broker = await new Mosquitto().start();
    cleanUp.push(() => broker.stop());
    const reader = await read(broker.url, [AVAILABILITY_TOPIC]);
    // Whoever is cut off says no goodbye.
    const sockets: Socket[] = [];
    const between = createServer((socket) => {
      const onwards = connect(Number(new URL(broker.url).port), '127.0.0.1');
      sockets.push(socket, onwards);
      for (const one of [socket, onwards]) one.on('error', () => {});
      socket.pipe(onwards).pipe(socket);
    });
    await new Promise<void>((resolve) => between.listen(0, '127.0.0.1', resolve));
    const address = between.address();
    const source = sourceAt(`mqtt://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`);
    await source.start(async () => {});
    cleanUp.push(async () => {
      await source.stop();
      for (const socket of sockets) socket.destroy();
      between.close();
    });
    await until(() => reader.topics.get(AVAILABILITY_TOPIC)).toBe('online');
    const seen = reader.log.length;
    for (const socket of sockets.splice(0)) socket.destroy();
    await until(() => reader.log.slice(seen).map(([, payload]) => payload)).toEqual(['offline', 'online']);
  });
});
