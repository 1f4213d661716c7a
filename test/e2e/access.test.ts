/** Who sees what, over real HTTP and socket.io: of another tenant nothing, of another mall not even that it is there. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Definitions } from '../../server/contract/definitions.ts';
import type { LiveSnapshot } from '../../server/contract/live.ts';
import { LiveGateways } from '../support/liveGateways.ts';
import { eventually, ServerProcess } from '../support/serverProcess.ts';
import { Visitor } from '../support/visitor.ts';

const UUID = 'f7826da6-4fa2-4e98-8024-bc5b71e0893e';
const GATEWAYS = [
  { id: 'g1', xM: 5, yM: 10 },
  { id: 'g2', xM: 25, yM: 10 },
];
/** Everything of tenant bravo bears its name. */
const FOREIGN = /bravo/i;
/** By hand, so that no route can open itself. */
const PUBLIC = [
  'GET /healthz',
  'GET /readyz',
  'GET /metrics',
  'GET /api/v1/openapi.json',
  'POST /api/v1/auth/welcome',
  'POST /api/v1/auth/sign-in',
  'GET /api/v1/shopper/sites',
  'GET /api/v1/shopper/site/{siteId}',
  'POST /api/v1/shopper/start',
  'GET /api/v1/images/{image}',
];

interface OpenApi {
  paths: Record<string, Record<string, unknown>>;
}
interface Operation {
  method: string;
  template: string;
}

const folder = mkdtempSync(join(tmpdir(), 'promenade-access-'));
const server = new ServerProcess(folder);
let gateways: LiveGateways;
let owner: Visitor;
const visitors: Visitor[] = [];
let operations: Operation[];

beforeAll(async () => {
  await server.start();
  for (const site of ['mall', 'other']) {
    await server.must('POST', '/sites', { id: site, name: site, timezone: 'Europe/Prague', uuids: [UUID] });
    const { definitions } = await server.must<{ definitions: Definitions }>('GET', `/sites/${site}/definitions`);
    // Each single carrier may show, or nothing would be there to leak.
    await server.must('PUT', `/sites/${site}/definitions`, { ...definitions, kAnonymity: 1 });
    await server.must('POST', `/sites/${site}/floors`, { id: 'f0', name: 'Floor', level: 0, widthM: 30, heightM: 20 });
    for (const gateway of GATEWAYS) await server.must('POST', `/sites/${site}/gateways`, { ...gateway, floorId: 'f0' });
    for (const [tenant, xM] of [
      ['alpha', 5],
      ['bravo', 25],
    ] as const) {
      const zone = { floorId: 'f0', tenantId: tenant, shape: { type: 'circle', xM, yM: 10, radiusM: 5 } };
      await server.must('POST', `/sites/${site}/zones`, { ...zone, id: `${tenant}-shop`, name: tenant, kind: 'shop' });
      await server.must('POST', `/sites/${site}/campaigns`, {
        id: `${tenant}-offer`,
        name: `Offer of ${tenant}`,
        tenantId: tenant,
        zoneIds: [`${tenant}-shop`],
        trigger: { type: 'enter' },
        offer: { title: tenant, text: `Come to ${tenant}.`, validMinutes: 60 },
      });
      await server.must('POST', `/sites/${site}/campaigns/${tenant}-offer/rehearsal`);
    }
  }
  gateways = new LiveGateways('mall', UUID, GATEWAYS);
  await gateways.start(server.ready.mqttUrl);
  for (let minor = 1; minor <= 6; minor++) gateways.walkers.set(minor, { xM: minor % 2 ? 5 : 25, yM: 10 });

  owner = newVisitor();
  await owner.signIn(server.ready.signInUrl!);
  const { paths } = await owner.must<OpenApi>('GET', '/api/v1/openapi.json');
  operations = Object.entries(paths).flatMap(([template, methods]) =>
    Object.keys(methods).map((method) => ({ method: method.toUpperCase(), template })),
  );
});
afterAll(async () => {
  for (const visitor of visitors) visitor.leave();
  await gateways?.stop();
  await server.kill9();
  rmSync(folder, { recursive: true, force: true });
});

function newVisitor(): Visitor {
  const visitor = new Visitor(server.ready.url);
  visitors.push(visitor);
  return visitor;
}

async function invited(role: 'retailer' | 'till', tenantId: string): Promise<Visitor> {
  const { link } = await owner.must<{ link: string }>('POST', '/api/v1/accounts', {
    email: `${role}-${tenantId}@example.org`,
    grants: [{ role, siteId: 'mall', tenantId }],
  });
  const visitor = newVisitor();
  expect((await visitor.signIn(link)).status).toBe(200);
  return visitor;
}

/** The path with the site and, for whatever else it names, something of bravo's. */
function filled(template: string, site: string): string {
  const path = template
    .replace('{site}', site)
    .replace('{siteId}', site)
    .replace('{zone}', 'bravo-shop')
    .replace('{campaign}', 'bravo-offer')
    .replace('{floor}', 'f0')
    .replace('{gateway}', 'g1')
    .replaceAll(/\{\w+\}/g, 'x');
  if (!/\/(metrics|shops|tenants)\//.test(path)) return path;
  const period = `from=${new Date(Date.now() - 86_400_000).toISOString()}&to=${new Date().toISOString()}`;
  return `${path}?${period}&interval=hour&floor=f0&a=alpha-shop`;
}

describe('nobody', () => {
  test('gets 401 everywhere but on the public routes', async () => {
    const nobody = newVisitor();
    const answers: string[] = [];
    for (const { method, template } of operations) {
      if (PUBLIC.includes(`${method} ${template}`)) continue;
      const { status } = await nobody.call(method, filled(template, 'mall'), method === 'GET' ? undefined : {});
      answers.push(`${status} ${method} ${template}`);
    }
    expect(answers.length).toBeGreaterThan(50);
    expect(answers.filter((answer) => !answer.startsWith('401 '))).toEqual([]);
  });

  test('connects to no namespace', async () => {
    for (const namespace of ['/dashboard', '/shopper'] as const)
      expect((await newVisitor().connect(namespace)).refused).toBeTruthy();
  });
});

describe('a retailer', () => {
  test('reads nothing of another tenant, whatever is asked', async () => {
    const retailer = await invited('retailer', 'alpha');
    const reads = operations.filter(({ method, template }) => method === 'GET' && template.includes('/sites/{site}'));
    const leaks: string[] = [];
    let seenByOwner = 0;
    let answered = 0;
    for (const { template } of reads) {
      const path = filled(template, 'mall');
      // What the question itself names may come back in the refusal.
      if (/bravo/.test(path)) {
        expect([path, (await retailer.call('GET', path)).status]).toEqual([path, 404]);
        expect([path, (await owner.call('GET', path)).status]).toEqual([path, 200]);
        continue;
      }
      const { status, body } = await retailer.call('GET', path);
      if (status === 200) answered += 1;
      if (FOREIGN.test(JSON.stringify(body) ?? '')) leaks.push(path);
      if (FOREIGN.test(JSON.stringify((await owner.call('GET', path)).body) ?? '')) seenByOwner += 1;
    }
    expect(leaks).toEqual([]);
    // Both have been shown something: the owner what the retailer was not.
    expect(answered).toBeGreaterThan(5);
    expect(seenByOwner).toBeGreaterThan(2);
    const zonesAsked = `/api/v1/sites/mall/metrics/footfall?from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z&zone=`;
    expect((await retailer.call('GET', `${zonesAsked}bravo-shop`)).status).toBeGreaterThanOrEqual(403);
    expect((await retailer.call('GET', `${zonesAsked}alpha-shop`)).status).toBe(200);
    // Nor writes.
    expect((await retailer.call('POST', '/api/v1/sites/mall/campaigns/bravo-offer/start')).status).toBe(404);
    expect((await retailer.call('DELETE', '/api/v1/sites/mall/zones/bravo-shop')).status).toBe(404);
    expect((await owner.call('GET', '/api/v1/sites/mall/zones/bravo-shop')).status).toBe(200);
  });

  test('sees on the live stream the own zones alone', async () => {
    const everything = await eventually('both shops are occupied', async () => {
      const snapshot = await owner.must<LiveSnapshot>('GET', '/api/v1/sites/mall/live');
      return snapshot.zones.length === 2 && snapshot.zones.every((zone) => (zone.occupancy ?? 0) > 0)
        ? snapshot
        : undefined;
    });
    expect(everything.zones.map(({ zoneId }) => zoneId).sort()).toEqual(['alpha-shop', 'bravo-shop']);
    const { link } = await owner.must<{ link: string }>('POST', '/api/v1/accounts', {
      email: 'second@example.org',
      grants: [{ role: 'retailer', siteId: 'mall', tenantId: 'alpha' }],
    });
    const retailer = newVisitor();
    await retailer.signIn(link);
    const { socket, refused } = await retailer.connect('/dashboard');
    expect(refused).toBeUndefined();
    const snapshots: LiveSnapshot[] = [];
    const everySent: unknown[] = [];
    socket.on('live', (snapshot: LiveSnapshot) => snapshots.push(snapshot));
    socket.onAny((...sent: unknown[]) => everySent.push(sent));
    expect(await socket.emitWithAck('follow', 'other')).toMatchObject({ ok: false });
    expect(snapshots).toEqual([]);
    expect(await socket.emitWithAck('follow', 'mall')).toEqual({ ok: true });
    await eventually('three of them', async () => (snapshots.length >= 3 ? true : undefined));
    for (const { zones, occupancy, gateways: seen } of snapshots) {
      expect(zones).toEqual([{ zoneId: 'alpha-shop', occupancy: expect.any(Number) }]);
      expect(occupancy).toBeNull();
      expect(seen).toEqual([]);
    }
    expect(JSON.stringify(everySent)).not.toMatch(FOREIGN);
  });

  test('does not learn of a mall without a role there', async () => {
    const retailer = await invited('retailer', 'charlie');
    const answers: string[] = [];
    for (const { method, template } of operations.filter((one) => one.template.includes('/sites/{site}'))) {
      const body = method === 'GET' ? undefined : {};
      const there = await retailer.call(method, filled(template, 'other'), body);
      const nowhere = await retailer.call(method, filled(template, 'nowhere'), body);
      // Word for word what a mall that does not exist answers.
      const same = JSON.stringify(there.body).replaceAll('other', 'nowhere') === JSON.stringify(nowhere.body);
      answers.push(`${there.status} ${same} ${method} ${template}`);
    }
    expect(answers.length).toBeGreaterThan(30);
    expect(answers.filter((answer) => !answer.startsWith('404 true '))).toEqual([]);
    expect((await retailer.must<{ id: string }[]>('GET', '/api/v1/sites')).map(({ id }) => id)).toEqual(['mall']);
  });
});

describe('a till', () => {
  test('reads no metric and follows no stream', async () => {
    const till = await invited('till', 'alpha');
    const metrics = operations.filter(({ template }) => template.includes('/sites/{site}/metrics/'));
    expect(metrics.length).toBeGreaterThan(5);
    for (const { method, template } of metrics)
      expect([template, (await till.call(method, filled(template, 'mall'))).status]).toEqual([template, 403]);
    expect((await till.call('GET', '/api/v1/sites/mall/live')).status).toBe(403);
    expect((await till.connect('/dashboard')).refused).toBeTruthy();
    // What it is there for.
    const { body } = await till.call<{ result: string }>('POST', '/api/v1/redemptions', { code: 'AAAAA-AAAAA' });
    expect(body.result).toBe('unknown');
  });
});
