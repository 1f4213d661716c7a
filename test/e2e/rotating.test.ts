/** Shoppers' apps through the whole server: rotating numbers are one visit, a phone that listens gets its offer. What copies and replays come to: test/abuse. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type IdentitiesView, type IdentityGiven, SLOT_MS } from '../../server/contract/identity.ts';
import type { OfferPush } from '../../server/contract/live.ts';
import type { PublicSite } from '../../server/contract/offers.ts';
import { enrolApp } from '../../simulators/enrolApp.ts';
import { Fleet } from '../../simulators/fleet.ts';
import type { Walker } from '../../simulators/mall.ts';
import { play } from '../../simulators/play.ts';
import { Site, uuidsOf } from '../../simulators/provision.ts';
import { restClient } from '../../simulators/rest.ts';
import { parseScenario } from '../../simulators/scenario.ts';
import { World } from '../../simulators/world.ts';
import { rawScenario } from '../simulators/support.ts';
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
  await new Site(restClient(server.ready.url, server.token), id).provision(scenario, world.carriers.registered(), {
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

test('a phone that hears the beacons in front of a shop gets its offer', async () => {
  const beacons = '0e6a4f3c-1b0d-4c57-8a53-3f0b2f5f9d10';
  const places = [
    { xM: 5, yM: 5 },
    { xM: 25, yM: 5 },
    { xM: 5, yM: 15 },
    { xM: 25, yM: 15 },
  ];
  await server.must('POST', '/sites', { id: 'plain', name: 'Plain', timezone: 'UTC' });
  await server.must('POST', '/sites/plain/floors', { id: 'f0', name: 'Ground', level: 0, widthM: 30, heightM: 20 });
  // Beacons on the wall and nothing else: no gateway at all.
  for (const [minor, place] of places.entries())
    await server.must('POST', '/sites/plain/gateways', {
      id: `b${minor}`,
      floorId: 'f0',
      ...place,
      enabled: false,
      beacon: { uuid: beacons, major: 1, minor },
    });
  await server.must('POST', '/sites/plain/zones', {
    id: 'west',
    floorId: 'f0',
    name: 'West',
    kind: 'coupon',
    tenantId: 'bakery',
    shape: { type: 'circle', xM: 5, yM: 5, radiusM: 6 },
  });
  await server.must('POST', '/sites/plain/campaigns', {
    id: 'bread',
    name: 'Bread',
    tenantId: 'bakery',
    zoneIds: ['west'],
    trigger: { type: 'enter' },
    offer: { title: 'Bread', text: 'One loaf for free.', validMinutes: 60 },
    controlShare: 0,
  });
  await server.must('PUT', '/sites/plain/attention', { quietHours: null });
  await server.must('POST', '/sites/plain/campaigns/bread/start');

  const phone = new Visitor(server.ready.url);
  cleanUp.push(() => phone.leave());
  const site = await phone.must<PublicSite>('GET', '/api/v1/shopper/site/plain');
  const consents = site.consents
    .filter(({ purpose }) => purpose !== 'profiling')
    .map(({ purpose, version, textHash }) => ({ purpose, version, textHash, language: 'en' }));
  await phone.must('POST', '/api/v1/shopper/start', { site: 'plain', consents, language: 'en' });
  expect((await phone.call('POST', '/api/v1/shopper/identity', { mode: 'advertise' })).status).toBe(409);
  const identity = await phone.must<IdentityGiven>('POST', '/api/v1/shopper/identity', { mode: 'listen' });
  expect(identity).toMatchObject({ mode: 'listen', uuid: null, secretHex: null });
  expect(await phone.must('GET', '/api/v1/shopper/beacons')).toEqual({ uuids: [beacons] });
  const pushes: OfferPush[] = [];
  const { socket } = await phone.connect('/shopper');
  socket.on('offer', (offer: OfferPush, received: () => void) => {
    pushes.push(offer);
    received();
  });

  // It walks up to the shop and stays, telling each second what it hears; its clock is an hour ahead.
  const aheadMs = 3_600_000;
  const startedMs = Date.now() + 100;
  await new Promise((resolve) => setTimeout(resolve, 200));
  for (let seq = 1; pushes.length === 0 && seq < 40; seq++) {
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    const nowMs = Date.now();
    const sightings = [];
    for (let atMs = Math.max(startedMs, nowMs - 1_000); atMs < nowMs; atMs += 500)
      for (const [minor, { xM, yM }] of places.entries()) {
        const hereXM = Math.max(5, 14 - ((atMs - startedMs) / 1_000) * 3);
        const rssiDbm = Math.round(-62 - 20 * Math.log10(Math.max(1, Math.hypot(xM - hereXM, yM - 5))));
        sightings.push({ uuid: beacons, major: 1, minor, rssiDbm, adverts: 3, atMs: atMs + aheadMs });
      }
    await phone.must('POST', '/api/v1/shopper/sightings', { epoch: 1, seq, clockMs: nowMs + aheadMs, sightings });
  }
  expect(pushes).toMatchObject([{ campaignId: 'bread', zoneName: 'West' }]);
  const { phones, resolved } = await identities('plain');
  expect(phones.sightings).toBeGreaterThan(16);
  expect(resolved).toBe(0);
});
