import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Audits, openAudits } from '../../server/audits/audits.ts';
import type { Certificate, WalkAudit, WalkAuditDetail, WaypointsTaken } from '../../server/contract/calibration.ts';
import type { Engine, LogBatch } from '../../server/engine/types.ts';
import { auditRoutes } from '../../server/http/routes/audits.ts';
import { Harness, NOW, UUID } from './harness.ts';

let harness: Harness;
let audits: Audits;
let nowMs = NOW;
let heard = true;
/** The engine always says 4, 5. */
const engine = {
  add: () => 0,
  advance: () => undefined,
  present: () => [
    { carrierId: 'c-tag', fix: { floorId: 'f0', xM: 4, yM: 5, accuracyM: 2, atMs: 0 }, zoneIds: [], lastHeardMs: 0 },
  ],
} as unknown as Engine;
const batch = (): LogBatch => ({
  gatewayId: 'g1',
  epoch: 1,
  seq: 1,
  fromMs: nowMs - 1_000,
  toMs: nowMs + 60_000,
  clockOffsetMs: 0,
  receivedMs: nowMs,
  sightings: [{ carrierId: 'c-tag', kind: 'tag', rssiMeanDbm: -60, rssiMaxDbm: -58, adverts: 3, atMs: nowMs }],
});
beforeAll(async () => {
  harness = await Harness.open({
    routes: ({ duck, registry, auth, audit }) => {
      const pipeline = {
        nowMs: () => nowMs,
        listen: () => ({ gateways: 3, lastHeardMs: nowMs - 2_000, sinceMs: nowMs - 8_000 }),
        walkOf: async () => ({ engine, batches: heard ? [batch()] : [], listening: ['g1'] }),
      };
      audits = openAudits({ duck, registry, pipeline, random: randomBytes, sleep: async () => {} });
      return auditRoutes({ audits, registry, pipeline, auth, journal: audit });
    },
  });
  const carrier = { kind: 'tag' as const, uuid: UUID, major: 1, calibratedPowerDbm: null };
  await harness.registry.carriers.putAll('mall', [
    { ...carrier, id: 'c-tag', minor: 1, label: 'Audit tag' },
    { ...carrier, id: 'c-plain', minor: 2, label: null },
    { ...carrier, id: 'c-badge', minor: 3, label: 'Guard Novák', kind: 'staff' },
    { ...carrier, id: 'c-member', minor: 4, label: null },
  ]);
  await harness.duck.run("insert into pairings values ('mall', 'c-member', 's-1', 0, null, null)");
  await audits.start();
});
afterAll(async () => {
  await audits.stop();
  await harness.close();
});
const ask = <T>(method: string, path: string, body?: unknown, as: 'installer' | 'retailer' | 'owner' = 'installer') =>
  harness.ask<T>(method, `/sites/mall${path}`, { as, ...(body === undefined ? {} : { body }) });

test("an installer finds the tags that are nobody's, and hears whether one works", async () => {
  const { body } = await ask<{ id: string }[]>('get', '/audit-carriers');
  expect(body.map(({ id }) => id)).toEqual(['c-tag', 'c-plain']);
  expect((await ask<unknown[]>('get', '/audit-carriers?search=AUDIT')).body).toEqual([
    { id: 'c-tag', kind: 'tag', label: 'Audit tag' },
  ]);
  expect((await ask('get', '/audit-carriers/c-tag/heard')).body).toEqual({
    gateways: 3,
    lastHeardSecondsAgo: 2,
    listeningSeconds: 8,
  });
  for (const id of ['c-badge', 'c-member', 'c-none'])
    expect((await ask('get', `/audit-carriers/${id}/heard`)).status).toBe(404);
});

test('a walk from its beginning to the certificate, over the network that a phone has', async () => {
  const begun = await ask<WalkAudit>('post', '/audits', { id: 'w-mine', carrierId: 'c-tag', clockMs: nowMs });
  expect(begun.status).toBe(201);
  expect(begun.body).toMatchObject({ id: 'w-mine', carrierLabel: 'Audit tag', by: 'installer@example.com', taps: 0 });
  // The answer was lost: the same again is the same walk.
  expect((await ask('post', '/audits', { id: 'w-mine', carrierId: 'c-tag', clockMs: nowMs })).status).toBe(201);
  expect((await ask('post', '/audits', { carrierId: 'c-tag', clockMs: nowMs })).status).toBe(409);
  expect((await ask('post', '/audits', { carrierId: 'c-badge', clockMs: nowMs })).status).toBe(400);

  const taps = [4, 6, 12].map((xM, i) => ({ id: `t-${i}`, floorId: 'f0', xM, yM: 5, atMs: nowMs + i * 10_000 }));
  nowMs += 20_000;
  const sent = await ask<WaypointsTaken>('post', '/audits/w-mine/waypoints', { clockMs: nowMs, waypoints: taps });
  expect(sent.body).toEqual({ taps: 3, refused: [] });
  const again = await ask<WaypointsTaken>('post', '/audits/w-mine/waypoints', { clockMs: nowMs, waypoints: taps });
  expect(again.body).toEqual({ taps: 3, refused: [] });
  expect((await ask('post', '/audits/w-mine/waypoints', { clockMs: nowMs, waypoints: [] })).status).toBe(400);
  const slip = { id: 'slip', floorId: 'f0', xM: 1, yM: 1, atMs: nowMs };
  await ask('post', '/audits/w-mine/waypoints', { clockMs: nowMs, waypoints: [slip] });
  expect((await ask('delete', '/audits/w-mine/waypoints/slip')).status).toBe(204);

  heard = false;
  const deaf = await ask<{ error: { message: string } }>('post', '/audits/w-mine/finish');
  expect([deaf.status, deaf.body.error.message]).toEqual([409, expect.stringContaining('no gateway heard')]);
  heard = true;
  const finished = await ask<WalkAuditDetail>('post', '/audits/w-mine/finish');
  expect(finished.body.waypoints.map(({ errorM, outcome }) => [errorM, outcome])).toEqual([
    [0, 'measured'],
    [2, 'measured'],
    [8, 'measured'],
  ]);
  expect((await ask('delete', '/audits/w-mine/waypoints/t-1')).status).toBe(409);

  const { body } = await ask<{ certificates: Certificate[] }>('get', '/certificates');
  expect(
    body.certificates.map(({ zoneId, taps, medianM, hitRate, state }) => [zoneId, taps, medianM, hitRate, state]),
  ).toEqual([
    [null, 3, 2, 1, 'valid'],
    ['hats-shop', 1, 8, 0, 'valid'],
    ['shoes-shop', 2, 1, 1, 'valid'],
  ]);
  expect(body.certificates[1]!.elsewhere).toEqual([{ zoneId: 'shoes-shop', taps: 1 }]);
  const own = await ask<{ certificates: Certificate[] }>('get', '/certificates', undefined, 'retailer');
  expect(own.body.certificates.map(({ zoneId, by }) => [zoneId, by])).toEqual([['shoes-shop', null]]);

  await ask('put', '/gateways/g1', { floorId: 'f0', xM: 9, yM: 1, zM: 2.5, enabled: true });
  await audits.settled();
  const stale = await ask<{ certificates: Certificate[] }>('get', '/certificates');
  expect(stale.body.certificates.map(({ state }) => state)).toEqual(['stale', 'stale', 'stale']);
  expect(stale.body.certificates[0]!.reasons).toMatchObject([{ what: 'moved', gatewayId: 'g1' }]);

  expect((await ask<WalkAudit[]>('get', '/audits')).body.map(({ id, taps }) => [id, taps])).toEqual([['w-mine', 3]]);
  expect((await ask('delete', '/audits/w-mine')).status).toBe(204);
  expect((await ask('get', '/audits/w-mine')).status).toBe(404);
  expect((await ask<{ certificates: [] }>('get', '/certificates')).body.certificates).toEqual([]);
  expect(harness.failures).toEqual([]);
});

test('who walked with what is in the journal', async () => {
  const { body } = await harness.ask<{ entries: { action: string; subject: string }[] }>('get', '/sites/mall/audit', {
    as: 'owner',
  });
  expect(JSON.stringify(body)).toContain('audit.began');
  expect(JSON.stringify(body)).toContain('c-tag');
});

test("an installer counts a door and takes back an own count, not a manager's", async () => {
  const count = (as: 'installer' | 'owner', fromMs: number) =>
    harness.ask<{ id: string }>('post', '/sites/mall/reference-counts', {
      as,
      body: {
        zoneId: 'door',
        from: new Date(fromMs).toISOString(),
        to: new Date(fromMs + 600_000).toISOString(),
        people: 12,
        out: 9,
      },
    });
  const mine = await count('installer', NOW - 3_600_000);
  const theirs = await count('owner', NOW - 7_200_000);
  expect([mine.status, theirs.status]).toEqual([201, 201]);
  expect((await ask('delete', `/reference-counts/${theirs.body.id}`)).status).toBe(404);
  expect((await ask('delete', `/reference-counts/${mine.body.id}`)).status).toBe(204);
  expect((await ask('delete', `/reference-counts/${theirs.body.id}`, undefined, 'owner')).status).toBe(204);
});
