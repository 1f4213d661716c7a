/** The whole server: webhooks over REST, who may have which, and what comes from gateways' messages to receivers and topics. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mqtt, { type MqttClient } from 'mqtt';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type App, createApp } from '../../server/app.ts';
import { parseServerConfig } from '../../server/config.ts';
import type { ConsentText, PublicSite } from '../../server/contract/offers.ts';
import type { DeliveryView, WebhookView } from '../../server/contract/outgoing.ts';
import { siteTopic, zoneTopic } from '../../server/contract/outgoingTopics.ts';
import { OpenApiCheck, type OpenApiDocument } from '../support/openApiCheck.ts';
import { until } from '../support/until.ts';
import { isSigned, Receiver } from './receiver.ts';

const UUID = 'f7826da6-4fa2-4e98-8024-bc5b71e0893e';
type Person = 'owner' | 'cafe' | 'shoes';
type WithSecret = WebhookView & { secret: string };

const dataDir = mkdtempSync(join(tmpdir(), 'outgoing-'));
const tokens = new Map<Person, string>();
let app: App;
let url = '';
let mqttUrl = '';
let documented: OpenApiCheck;
let receiver: Receiver;

async function call<T = unknown>(
  as: Person | string,
  method: string,
  path: string,
  body?: unknown,
): Promise<{ status: number; body: T; cookie: string | undefined }> {
  const whole = `${url}/api/v1${path}`;
  const token = tokens.get(as as Person);
  const response = await fetch(whole, {
    method,
    headers: {
      ...(token === undefined ? { cookie: as, origin: url } : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  documented?.check(method.toLowerCase(), whole, { status: response.status, headers: response.headers, text });
  const cookie = response.headers.get('set-cookie')?.split(';')[0];
  return { status: response.status, body: (text === '' ? undefined : JSON.parse(text)) as T, cookie };
}
const must = async <T>(as: Person | string, method: string, path: string, body?: unknown): Promise<T> => {
  const answer = await call<T>(as, method, path, body);
  expect([method, path, answer.status < 300, answer.body]).toEqual([method, path, true, answer.body]);
  return answer.body;
};
const zoneAt = (id: string, xM: number, tenantId: string | null) => ({
  id,
  floorId: 'f0',
  name: id,
  kind: 'shop',
  tenantId,
  shape: { type: 'circle', xM, yM: 10, radiusM: 9 },
});

beforeAll(async () => {
  const config = parseServerConfig('', 'test', {
    PROMENADE_DATA_DIR: dataDir,
    PROMENADE_HTTP_PORT: '0',
    PROMENADE_MQTT_EMBEDDED_PORT: '0',
    PROMENADE_OUTGOING_ALLOW_PRIVATE_ADDRESSES: 'true',
    PROMENADE_DEMO: 'true',
  });
  app = createApp(config, { clock: Date.now });
  const addresses = await app.start();
  url = addresses.url;
  mqttUrl = addresses.mqttUrl;
  tokens.set('owner', await app.issueDemoToken());
  const document = await fetch(`${url}/api/v1/openapi.json`);
  documented = new OpenApiCheck((await document.json()) as OpenApiDocument);
  await must('owner', 'POST', '/sites', { id: 'mall', name: 'Mall', timezone: 'Europe/Prague', uuids: [UUID] });
  await must('owner', 'POST', '/sites/mall/floors', { id: 'f0', name: 'Ground', level: 0, widthM: 60, heightM: 20 });
  await must('owner', 'POST', '/sites/mall/gateways', { id: 'g1', floorId: 'f0', xM: 10, yM: 10 });
  for (const zone of [zoneAt('cafe', 10, 'cafe'), zoneAt('shoes', 45, 'shoes')])
    await must('owner', 'POST', '/sites/mall/zones', zone);
  const welcome = await call('none=1', 'POST', '/auth/welcome', { token: addresses.signInUrl!.split('token=')[1] });
  for (const tenantId of ['cafe', 'shoes'] as const) {
    const grants = [{ role: 'retailer', siteId: 'mall', tenantId }];
    const { token } = await must<{ token: string }>(welcome.cookie!, 'POST', '/tokens', { label: tenantId, grants });
    tokens.set(tenantId, token);
  }
});
afterAll(async () => {
  await app?.stop();
  rmSync(dataDir, { recursive: true, force: true });
});
beforeEach(async () => {
  receiver = await new Receiver().start();
});
afterEach(async () => {
  for (const { id } of await must<WebhookView[]>('owner', 'GET', '/sites/mall/webhooks'))
    await must('owner', 'DELETE', `/sites/mall/webhooks/${id}`);
  await receiver.stop();
});

test('made, tried, its secret changed, replayed and removed; each step is in the audit', async () => {
  const made = await must<WithSecret>('owner', 'POST', '/sites/mall/webhooks', {
    url: receiver.url,
    events: ['zone.counts'],
  });
  expect(made.secret).toMatch(/^whsec_/);
  const path = `/sites/mall/webhooks/${made.id}`;
  await must('owner', 'POST', `${path}/test`);
  await until(() => receiver.types).toEqual(['webhook.test']);
  expect(isSigned(receiver.received[0]!, made.secret)).toBe(true);
  const rotated = await must<WithSecret>('owner', 'POST', `${path}/secret`);
  expect(rotated.previousSecretUntil).not.toBeNull();
  const list = async () =>
    (await must<{ deliveries: DeliveryView[] }>('owner', 'GET', `${path}/deliveries?state=delivered`)).deliveries;
  await until(async () => (await list()).length).toBe(1);
  const [first] = await list();
  expect(first).toMatchObject({ type: 'webhook.test', sequence: 1, attempts: 1, lastStatus: 204, replayable: true });
  await must('owner', 'POST', `${path}/deliveries/${first!.id}/replay`);
  await until(() => receiver.received.length).toBe(2);
  expect(receiver.ids[1]).toBe(receiver.ids[0]);
  expect([made, rotated].map(({ secret }) => isSigned(receiver.received[1]!, secret))).toEqual([true, true]);
  expect(await must('owner', 'POST', `${path}/replay`, { since: '2026-01-01T00:00:00Z' })).toEqual({ replayed: 0 });
  const shown = await must<WebhookView>('owner', 'GET', path);
  expect(JSON.stringify(shown)).not.toContain('whsec_');
  expect(shown.figures).toMatchObject({ pending: 0, dead: 0, dropped: 0, failing: 0 });
  await must('owner', 'PUT', path, { url: receiver.url, events: ['zone.counts'], enabled: false });
  expect((await call('owner', 'POST', `${path}/test`)).status).toBe(409);
  await must('owner', 'DELETE', path);
  expect((await call('owner', 'GET', `${path}/deliveries`)).status).toBe(404);
  const audit = await must<{ action: string; subject: string }[]>('owner', 'GET', '/sites/mall/audit');
  expect(audit.filter(({ subject }) => subject === made.id).map(({ action }) => action)).toEqual([
    'webhook.remove',
    'webhook.change',
    'webhook.replay',
    'webhook.replay',
    'webhook.rotate',
    'webhook.create',
  ]);
});

test('a retailer has webhooks of the own shop alone, and sees no other', async () => {
  const own = await must<WithSecret>('cafe', 'POST', '/sites/mall/webhooks', {
    url: 'https://cafe.example/hook',
    events: ['redemption.made'],
  });
  expect(own.tenantId).toBe('cafe');
  await must('owner', 'POST', '/sites/mall/webhooks', { url: receiver.url, events: ['redemption.made'] });
  expect(await must('shoes', 'GET', '/sites/mall/webhooks')).toEqual([]);
  expect((await must<WebhookView[]>('cafe', 'GET', '/sites/mall/webhooks')).map(({ id }) => id)).toEqual([own.id]);
  expect(await must<WebhookView[]>('owner', 'GET', '/sites/mall/webhooks')).toHaveLength(2);
  for (const [method, rest] of [
    ['GET', ''],
    ['DELETE', ''],
    ['POST', '/secret'],
    ['POST', '/test'],
    ['GET', '/deliveries'],
  ] as const)
    expect((await call('shoes', method, `/sites/mall/webhooks/${own.id}${rest}`)).status).toBe(404);
});

test.each<[Person, object, string]>([
  ['owner', { url: 'ftp://example.com' }, 'body.url'],
  ['owner', { url: 'https://169.254.169.254/' }, 'body.url'],
  // What the mall's own may reach here.
  ['cafe', { url: 'https://127.0.0.1:8086/query?q=' }, 'body.url'],
  ['owner', { zones: ['nowhere'] }, 'body.zones.0'],
  ['cafe', { zones: ['shoes'] }, 'body.zones.0'],
  ['owner', { events: ['occupancy.threshold'] }, 'body.thresholds'],
  ['owner', { events: ['occupancy.threshold'], thresholds: [{ limit: 12, hysteresis: 3 }] }, 'body.thresholds.0.limit'],
  ['cafe', { events: ['occupancy.threshold'], thresholds: [{ limit: 50 }] }, 'body.thresholds.0.zone'],
  ['cafe', { events: ['occupancy.threshold'], thresholds: [{ zone: 'shoes', limit: 50 }] }, 'body.thresholds.0.zone.0'],
  ['owner', { events: ['carrier.dwelled'] }, 'body.dwellSeconds'],
  ['owner', { events: ['carrier.position'] }, 'body.events.0'],
])('%s with %j is refused at %s', async (as, given, path) => {
  const body = { url: 'https://receiver.example/', events: ['zone.counts'], ...given };
  const answer = await call<{ error: { path: string } }>(as, 'POST', '/sites/mall/webhooks', body);
  expect([answer.status, answer.body.error.path]).toEqual([400, path]);
});

test('from what gateways hear to a receiver and to topics; consent is asked once somebody is told', async () => {
  const asked = async () =>
    (await must<PublicSite>('owner', 'GET', '/shopper/site/mall')).consents.map(({ purpose }: ConsentText) => purpose);
  expect(await asked()).not.toContain('sharing');
  await must('owner', 'POST', '/sites/mall/webhooks', { url: receiver.url, events: ['carrier.entered'] });
  expect(await asked()).toContain('sharing');
  // One agrees, and is to be told of all the same.
  await must('owner', 'PUT', '/sites/mall/definitions', { kAnonymity: 1 });
  const carriers = Array.from({ length: 12 }, (_, minor) => ({ kind: 'tag', uuid: UUID, major: 1, minor }));
  const made = await must<{ id: string }[]>('owner', 'POST', '/sites/mall/carriers', carriers);
  const { code } = await must<{ code: string }>('owner', 'GET', `/sites/mall/carriers/${made[3]!.id}/tag`);
  const { consents } = await must<PublicSite>('owner', 'GET', '/shopper/site/mall');
  const given = consents
    .filter(({ purpose }) => purpose === 'presence' || purpose === 'sharing')
    .map(({ purpose, version, textHash }) => ({ purpose, version, textHash, language: 'en' }));
  const { cookie } = await call('none=1', 'POST', '/shopper/start', { site: 'mall', consents: given, language: 'en' });
  await must(cookie!, 'POST', '/shopper/pair', { code });

  const reader: MqttClient = await mqtt.connectAsync(mqttUrl, { reconnectPeriod: 0 });
  const topics = new Map<string, string>();
  reader.on('message', (topic, payload) => topics.set(topic, payload.toString()));
  await reader.subscribeAsync(['promenade/1/+/occupancy', 'promenade/1/+/zones/+/occupancy', 'homeassistant/#'], {
    qos: 1,
  });
  await until(() => [...topics.keys()].filter((topic) => topic.endsWith('/config')).length).toBe(3);

  const gateway = await mqtt.connectAsync(mqttUrl, { clientId: 'g1', reconnectPeriod: 0 });
  let seq = 0;
  const hear = (): void => {
    const toMs = Math.floor(Date.now() / 1_000) * 1_000;
    const sightings = carriers.map(({ minor }) => [0, 1, minor, -50, -48, 4, -59, 500]);
    const batch = { v: 1, epoch: 1, seq: ++seq, fromMs: toMs - 1_000, toMs, uuids: [UUID], sightings };
    gateway.publish('promenade/1/mall/g1/sightings', JSON.stringify(batch), { qos: 1 });
  };
  // As a gateway does: right after each whole second.
  let timer: NodeJS.Timeout;
  const hearOn = (): void => {
    timer = setTimeout(
      () => {
        hear();
        hearOn();
      },
      1_020 - (Date.now() % 1_000),
    );
  };
  hearOn();
  // Some seconds of hearing, of a live engine that shares the machine with other tests.
  const inCafe = () => JSON.parse(topics.get(zoneTopic('mall', 'cafe')) ?? '{}').occupancy;
  await expect.poll(inCafe, { timeout: 25_000, interval: 50 }).toBe(12);
  expect(JSON.parse(topics.get(siteTopic('mall'))!)).toMatchObject({ occupancy: 12, suppressed: false });
  expect(JSON.parse(topics.get(zoneTopic('mall', 'shoes'))!)).toMatchObject({ occupancy: null, suppressed: true });
  clearTimeout(timer!);
  // One of twelve agreed.
  await until(() => receiver.received.length).toBeGreaterThan(0);
  expect(receiver.received.map(({ body }) => [body.type, body.data.zone])).toEqual([['carrier.entered', 'cafe']]);
  await must('owner', 'POST', '/sites/mall/fleets', { id: 'esp', format: 'espresense' });
  await gateway.publishAsync('espresense/devices/phone/kitchen', 'no JSON', { qos: 1 });
  const counted = async () => (await (await fetch(`${url}/metrics`)).text()).match(/^promenade_fleet_.*$/gm)?.sort();
  await until(counted).toEqual([
    'promenade_fleet_ignored_total{site="mall",fleet="esp"} 0',
    'promenade_fleet_messages_total{site="mall",fleet="esp"} 1',
    'promenade_fleet_sightings_total{site="mall",fleet="esp"} 0',
    'promenade_fleet_unknown_total{site="mall",fleet="esp"} 1',
  ]);
  const metrics = await (await fetch(`${url}/metrics`)).text();
  expect(metrics).toMatch(/promenade_webhook_attempts_total\{outcome="delivered"\} [1-9]/);
  expect(metrics).toMatch(/promenade_webhooks\{site="mall",state="pending"\} [01]$/m);
  const me = await must<{ consents: { purpose: string; state: string }[] }>(
    cookie!,
    'DELETE',
    '/shopper/consent/sharing',
  );
  expect(me.consents.find(({ purpose }) => purpose === 'sharing')?.state).toBe('withdrawn');
  await gateway.endAsync(true);
  await reader.endAsync(true);
});

test('changes are limited: each may give the engines another model to keep', async () => {
  const statuses = new Set<number>();
  const body = { url: 'https://receiver.example/', events: ['zone.counts'] };
  for (let n = 0; n < 40; n++) statuses.add((await call('cafe', 'PUT', '/sites/mall/webhooks/wh-none', body)).status);
  expect([...statuses]).toEqual([404, 429]);
});
