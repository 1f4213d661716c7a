/** Apps that rotate their numbers, through the whole server: one visit over many slots. What copies and replays come to: test/abuse. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type IdentitiesView, SLOT_MS } from '../../server/contract/identity.ts';
import { enrolApp } from '../../simulators/enrolApp.ts';
import { Fleet } from '../../simulators/fleet.ts';
import type { Walker } from '../../simulators/mall.ts';
import { play } from '../../simulators/play.ts';
import { Site, uuidsOf } from '../../simulators/provision.ts';
import { Rest } from '../../simulators/rest.ts';
import { parseScenario } from '../../simulators/scenario.ts';
import { World } from '../../simulators/world.ts';
import { rawScenario } from '../simulators/support.ts';
import { eventually, ServerProcess } from '../support/serverProcess.ts';

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
