/** Apps that rotate their numbers, through the whole server: one visit over many slots, old frames refused, copies found out. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type IdentitiesView, type IdentityGiven, SLOT_MS, SLOT_SECONDS } from '../../server/contract/identity.ts';
import type { PublicSite, ShopperMe } from '../../server/contract/offers.ts';
import { enrolApp } from '../../simulators/enrolApp.ts';
import { Fleet } from '../../simulators/fleet.ts';
import type { Walker } from '../../simulators/mall.ts';
import { play } from '../../simulators/play.ts';
import { Site, uuidsOf } from '../../simulators/provision.ts';
import { Rest } from '../../simulators/rest.ts';
import { frameAt } from '../../simulators/rotatingBeacon.ts';
import { parseScenario } from '../../simulators/scenario.ts';
import { World } from '../../simulators/world.ts';
import { rawScenario } from '../simulators/support.ts';
import { RotatingGateways } from '../support/rotatingGateways.ts';
import { eventually, ServerProcess } from '../support/serverProcess.ts';
import { Visitor } from '../support/visitor.ts';

let server: ServerProcess;
let folder: string;
const cleanUp: (() => unknown)[] = [];
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'promenade-rotating-'));
  server = new ServerProcess(folder);
  await server.start();
});
afterAll(async () => {
  for (const undo of cleanUp.splice(0).reverse()) await undo();
  await server.kill9();
  rmSync(folder, { recursive: true, force: true });
});

const identities = (site: string): Promise<IdentitiesView> => server.must('GET', `/sites/${site}/identities`);

interface Series {
  series: { value: number | null }[];
}

test('simulated phones rotate their numbers, and each visit is one visit', async () => {
  const raw = rawScenario();
  // Everybody carries an app, and stays for longer than a slot.
  raw.shops = (raw.shops as object[]).map((shop) => ({ ...shop, staff: 0, dwellMedianMinutes: 25 }));
  raw.people = {
    visitsPerDay: 40,
    groupSizes: [1],
    loyaltyShare: 0,
    phoneShare: 1,
    unregisteredShare: 0,
    foreignShare: 0,
    cartShare: 0,
    patrols: 0,
    phoneMembers: 30,
    appPhones: 30,
    loyaltyMembers: 0,
  };
  const scenario = parseScenario(raw);
  const { id } = scenario.site;
  const gone: Walker[] = [];
  const timezone = 'Europe/Prague';
  const world = new World(scenario, { seed: 5, timezone, onGone: (walker) => gone.push(walker) });
  await new Site(new Rest(server.ready.url, server.token), id).provision(scenario, world.carriers.registered(), {
    timezone,
    clock: 'data',
    historyFromMs: null,
    historyUntilMs: null,
  });
  for (const app of world.carriers.apps()) app.enrolled(await enrolApp(server.ready.url, id));
  expect(await identities(id)).toMatchObject({ enrolled: { advertise: 30, listen: 0 }, resolved: 0 });

  const fromMs = Date.parse('2026-03-02T09:00:00+01:00');
  const untilMs = fromMs + 5 * 3_600_000;
  world.begin(fromMs);
  const fleet = new Fleet({
    siteId: id,
    gatewayIds: scenario.gateways.map((gateway) => gateway.id),
    url: server.ready.mqttUrl,
    uuids: uuidsOf(scenario),
    seed: 5,
    epoch: 1,
    batchMs: 20_000,
    heartbeatMs: 60_000,
    heartbeatSpanMs: 20_000,
    sharedLink: true,
    beganMs: fromMs,
  });
  cleanUp.push(() => fleet.stop({ graceMs: 0 }));
  fleet.start();
  await play(world, fleet, {
    fromMs,
    untilMs: () => untilMs,
    targetMs: () => untilMs,
    maxWaiting: 2_000,
    signal: new AbortController().signal,
  });
  expect(await fleet.room(0, 30_000)).toBe(true);

  const visits = [...gone, ...world.walkers()].filter(({ role, carrier }) => role === 'visitor' && carrier);
  const slots = visits.map(({ startMs, endMs }) => Math.floor(endMs / SLOT_MS) - Math.floor(startMs / SLOT_MS));
  expect(visits.length).toBeGreaterThan(10);
  expect(slots.filter((count) => count >= 2).length).toBeGreaterThan(5);
  const period = `from=${new Date(fromMs).toISOString()}&to=${new Date(untilMs).toISOString()}&interval=hour`;
  const footfall = await eventually('all visits', async () => {
    const { series } = await server.must<Series>('GET', `/sites/${id}/metrics/footfall?${period}`);
    const sum = series.reduce((total, { value }) => total + (value ?? 0), 0);
    return sum >= visits.length - 1 ? sum : undefined;
  });
  expect(footfall).toBeLessThanOrEqual(visits.length);
  expect(await identities(id)).toMatchObject({ replayed: 0, unknown: 0, ambiguous: 0 });
  expect((await identities(id)).resolved).toBeGreaterThan(1_000);
});

test('an old frame is refused; a copy within its slot is found out, and its bearer gets no offer', async () => {
  const uuid = 'c1b7a0de-9f43-4a5d-8f7e-2f6a1d9e4b58';
  const WEST = { xM: 5, yM: 5 };
  const EAST = { xM: 105, yM: 5 };
  await server.must('POST', '/sites', { id: 'mall', name: 'Mall', timezone: 'UTC', uuids: [uuid], rotatingUuid: uuid });
  await server.must('POST', '/sites/mall/floors', { id: 'f0', name: 'Ground', level: 0, widthM: 125, heightM: 20 });
  const gateways = [
    { id: 'g1', ...WEST },
    { id: 'g2', xM: 20, yM: 5 },
    { id: 'g3', ...EAST },
    { id: 'g4', xM: 120, yM: 5 },
  ];
  for (const gateway of gateways) await server.must('POST', '/sites/mall/gateways', { ...gateway, floorId: 'f0' });
  await server.must('POST', '/sites/mall/zones', {
    id: 'west',
    floorId: 'f0',
    name: 'West',
    kind: 'coupon',
    tenantId: 'bakery',
    shape: { type: 'circle', ...WEST, radiusM: 6 },
  });
  await server.must('POST', '/sites/mall/campaigns', {
    id: 'bread',
    name: 'Bread',
    tenantId: 'bakery',
    zoneIds: ['west'],
    trigger: { type: 'enter' },
    offer: { title: 'Bread', text: 'One loaf for free.', validMinutes: 60 },
    controlShare: 0,
  });
  await server.must('POST', '/sites/mall/campaigns/bread/start');
  await server.must('PUT', '/sites/mall/attention', {
    pushesPerVisit: 20,
    pushesPerTenantPerDay: 20,
    quietHours: null,
  });

  const newApp = async (): Promise<{
    visitor: Visitor;
    identity: IdentityGiven & { uuid: string; secretHex: string };
  }> => {
    const visitor = new Visitor(server.ready.url);
    cleanUp.push(() => visitor.leave());
    const site = await visitor.must<PublicSite>('GET', '/api/v1/shopper/site/mall');
    const consents = site.consents
      .filter(({ purpose }) => purpose !== 'profiling')
      .map(({ purpose, version, textHash }) => ({ purpose, version, textHash, language: 'en' }));
    await visitor.must('POST', '/api/v1/shopper/start', { site: 'mall', consents, language: 'en' });
    const identity = await visitor.must<IdentityGiven>('POST', '/api/v1/shopper/identity', { mode: 'advertise' });
    expect(identity).toMatchObject({ uuid, slotSeconds: SLOT_SECONDS });
    expect(identity.secretHex).toMatch(/^[0-9a-f]{64}$/);
    expect((await visitor.must<ShopperMe>('GET', '/api/v1/shopper/me')).pairing).not.toBeNull();
    return { visitor, identity: { ...identity, uuid, secretHex: identity.secretHex! } };
  };
  const copied = await newApp();
  const honest = await newApp();
  const { socket } = await honest.visitor.connect('/shopper');
  const pushes: unknown[] = [];
  socket.on('offer', (offer: unknown, received: () => void) => {
    pushes.push(offer);
    received();
  });
  const other = await copied.visitor.connect('/shopper');
  other.socket.on('offer', () => pushes.push('copied'));

  const mall = new RotatingGateways('mall', gateways);
  cleanUp.push(() => mall.stop());
  await mall.start(server.ready.mqttUrl);

  // Frames of an hour ago, played back: nobody is there.
  const nowMs = Math.floor(Date.now() / 1000) * 1000;
  const old = frameAt(honest.identity, nowMs - 4 * SLOT_MS);
  for (let second = -20; second < -10; second++) await mall.publish(nowMs + second * 1000, [{ frame: old, at: WEST }]);
  const { rows } = mall;
  await eventually('the replay is counted', async () => {
    const counts = await identities('mall');
    return counts.replayed + counts.unknown === rows ? true : undefined;
  });

  // A copy on the air in the same slot, at the other end of the mall; both are heard in turn, minutes ago.
  for (let second = -180; second < -100; second++) {
    const atMs = nowMs + second * 1000;
    await mall.publish(atMs, [{ frame: frameAt(copied.identity, atMs), at: second % 2 === 0 ? WEST : EAST }]);
  }
  await eventually('the copy is found out', async () => {
    const clones = await server.must<unknown[]>('GET', '/sites/mall/clones');
    return JSON.stringify(clones).includes('c-') ? true : undefined;
  });

  // Both come into the zone.
  mall.onAir = (atMs) => [
    { frame: frameAt(copied.identity, atMs), at: WEST },
    { frame: frameAt(honest.identity, atMs), at: WEST },
  ];
  mall.goLive();
  const decided = await eventually('both decisions', async () => {
    const { decisions } = await server.must<{ decisions: { outcome: string; code: string }[] }>(
      'GET',
      '/sites/mall/campaigns/bread/decisions',
    );
    return decisions.length >= 2 ? decisions : undefined;
  });
  expect(decided.map(({ outcome, code }) => (outcome === 'held' ? code : outcome)).sort()).toEqual(['cloned', 'sent']);
  expect(pushes).toHaveLength(1);
  expect(pushes).not.toContain('copied');
});
