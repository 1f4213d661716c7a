import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Carrier, Gateway } from '../../server/contract/model.ts';
import { fullPath } from '../../server/http/declare.ts';
import type { ErrorBody } from '../../server/http/errorReply.ts';
import { route } from '../../server/http/route.ts';
import { checkedPeriod, parseInstant } from '../../server/http/times.ts';
import { type Answer, aGateway, Harness, NOW, UUID } from './harness.ts';

let harness: Harness;
const staticDir = mkdtempSync(join(tmpdir(), 'pages-'));
beforeAll(async () => {
  mkdirSync(join(staticDir, 'dashboard'));
  mkdirSync(join(staticDir, 'assets'));
  writeFileSync(join(staticDir, 'dashboard', 'index.html'), '<!doctype html><title>Promenade</title>');
  writeFileSync(join(staticDir, 'assets', 'app-1234.js'), 'export {};');
  writeFileSync(join(staticDir, 'sw.js'), '');
  const crash = route({
    method: 'get',
    path: '/crash',
    summary: 'x',
    access: { public: true, why: 'test' },
    handler: () => {
      throw new Error('a secret of the inside');
    },
  });
  const limited = route({
    method: 'get',
    path: '/limited',
    summary: 'x',
    access: { public: true, why: 'test' },
    ratePerMinute: 3,
    contentTypes: ['application/json'],
    handler: () => ({}),
  });
  harness = await Harness.open({ staticDir, routes: () => [crash, limited] });
});
afterAll(async () => {
  await harness.close();
  rmSync(staticDir, { recursive: true });
});

describe('errors have one form', () => {
  const put = (body: unknown, contentType?: string) =>
    harness.ask<ErrorBody>('put', '/sites/mall/zones/z', {
      as: 'owner',
      body,
      ...(contentType ? { contentType } : {}),
    });
  const zone = { name: 'Z', kind: 'shop', floorId: 'f0', shape: { type: 'circle', xM: 1, yM: 1, radiusM: 2 } };
  test.each([
    ['a missing field', { ...zone, name: undefined }, 'body.name'],
    ['a wrong kind', { ...zone, kind: 'x' }, 'body.kind'],
    [
      'a field deep inside',
      {
        ...zone,
        shape: {
          type: 'polygon',
          rings: [
            [
              [0, 0],
              [1, 'x'],
              [1, 1],
            ],
          ],
        },
      },
      'body.shape.rings.0.1.1',
    ],
    ['an unknown shape', { ...zone, shape: { type: 'star' } }, 'body.shape.type'],
    ['a floor that is not there', { ...zone, floorId: 'f9' }, 'body.floorId'],
    ['another id than in the address', { ...zone, id: 'y' }, 'body.id'],
    ['no body', undefined, 'body'],
    ['a list for an object', [], 'body'],
  ])('%s', async (_, body, path) => {
    const answer = await put(body);
    expect(answer.status).toBe(400);
    expect(answer.body).toEqual({ error: { code: 'bad-request', message: expect.any(String), path } });
  });

  test('malformed JSON, other types, and too much of it', async () => {
    const malformed = await put('{"a":');
    expect([malformed.status, malformed.body.error.code]).toEqual([400, 'not-json']);
    expect((await put('a=b', 'application/x-www-form-urlencoded')).status).toBe(415);
    const large = await put({ ...zone, name: 'x'.repeat(1024 * 1024) });
    expect([large.status, large.body.error.code]).toEqual([413, 'too-large']);
  });

  test.each(['a\u0000b', 'line\nbreak', 'half a pair \ud83d'])('a name with control characters: %j', async (name) => {
    const answer = await harness.ask<ErrorBody>('patch', '/auth/me', { as: 'installer', body: { name } });
    expect([answer.status, answer.body.error?.path]).toEqual([400, 'body.name']);
    const good = await harness.ask<{ name: string }>('patch', '/auth/me', {
      as: 'installer',
      body: { name: 'Zoë 😀 店' },
    });
    expect(good.body.name).toBe('Zoë 😀 店');
  });

  test('a body that is not compressed as it says', async () => {
    const { status, body } = await harness.ask<ErrorBody>('put', '/sites/mall', {
      as: 'owner',
      body: '{}',
      headers: { 'content-encoding': 'gzip' },
    });
    expect([status, body.error.path]).toEqual([400, 'body']);
  });

  test('an id that cannot be, and a path that is nothing', async () => {
    const id = await harness.ask<ErrorBody>('get', '/sites/mall/zones/Not%20an%20id', { as: 'owner' });
    expect([id.status, id.body.error.path]).toEqual([400, 'params.zone']);
    expect((await harness.ask<ErrorBody>('get', '/nothing', { as: 'owner' })).body.error.code).toBe('not-found');
    expect((await harness.ask<ErrorBody>('get', '//nothing')).body.error.code).toBe('not-found');
    const broken = await harness.ask<ErrorBody>('get', '/sites/%E0%A4%A/zones', { as: 'owner' });
    expect([broken.status, broken.body.error.code]).toEqual([400, 'bad-request']);
  });

  test("the server's own failures tell nothing of the inside, but are reported", async () => {
    harness.failures.length = 0;
    const answer = await harness.ask<ErrorBody>('get', '/crash');
    expect([answer.status, answer.body.error.code]).toEqual([500, 'internal']);
    expect(answer.text).not.toContain('secret');
    expect(harness.failures).toEqual([expect.objectContaining({ message: 'a secret of the inside' })]);
    harness.failures.length = 0;
  });

  test('too many requests', async () => {
    const codes = [];
    for (let i = 0; i < 5; i++) codes.push((await harness.ask('get', '/limited')).status);
    expect(codes).toEqual([200, 200, 200, 429, 429]);
    expect((await harness.ask<ErrorBody>('get', '/limited')).body.error.code).toBe('too-many-requests');
  });

  test('a request of raw rubbish hurts nobody', async () => {
    const { port } = new URL(harness.server.url);
    const answer = await new Promise<string>((resolve) => {
      const socket = connect(Number(port), '127.0.0.1', () => socket.write('GET / HTTP/9.9\r\n\0\r\n\r\n'));
      let text = '';
      socket.on('data', (data) => {
        text += data;
      });
      socket.on('close', () => resolve(text));
    });
    expect(answer).toContain('400');
    expect((await harness.ask('get', '//healthz')).status).toBe(200);
  });
});

describe('times', () => {
  test.each([
    ['2026-05-04T10:00:00Z', NOW],
    ['2026-05-04T12:00:00+02:00', NOW],
    ['2026-05-04T12:00:00 02:00', NOW],
    ['2026-05-04T12:00+0200', NOW],
    ['2026-05-04T10:00:00.000Z', NOW],
    ['2026-05-04T10:00:00', 'offset'],
    ['2026-05-04', 'offset'],
    ['1777888800000', 'ISO 8601'],
    ['yesterday', 'ISO 8601'],
    ['', 'ISO 8601'],
    ['2026-02-30T10:00:00Z', 'exists'],
    ['2026-13-01T10:00:00Z', 'exists'],
    ['2026-05-04T25:00:00Z', 'exists'],
  ])('%s', (text, expected) => {
    const parsed = parseInstant(text);
    if (typeof expected === 'number') expect(parsed).toBe(expected);
    else expect(parsed).toContain(expected);
  });

  const ask = (query: string) =>
    harness.ask<ErrorBody>('get', `/sites/mall/metrics/footfall?${query}`, { as: 'manager' });
  test.each([
    ['from=2026-05-04T00:00:00&to=2026-05-05T00:00:00Z', 'query.from'],
    ['to=2026-05-05T00:00:00Z', 'query.from'],
    ['from=2026-05-05T00:00:00Z&to=2026-05-05T00:00:00Z', 'query.to'],
    ['from=1900-05-05T00:00:00Z&to=2026-05-05T00:00:00Z', 'query.to'],
    ['from=2026-05-04T00:00:00Z&to=2026-05-05T00:00:00Z&interval=minute', 'query.interval'],
    ['from=2022-05-04T00:00:00Z&to=2026-05-05T00:00:00Z&interval=15m', 'query.interval'],
    ['from=2026-05-04T00:00:00Z&to=2026-05-05T00:00:00Z&zone=none', 'query.zone'],
    ['from=2026-05-04T00:00:00Z&from=2026-05-04T00:00:00Z&to=2026-05-05T00:00:00Z', 'query.from'],
  ])('%s names its field', async (query, path) => {
    const answer = await ask(query);
    expect([[400, 404].includes(answer.status), answer.body.error.path]).toEqual([true, path]);
  });

  test.each([
    [{ from: 2, to: 2 }, {}, 'query.to'],
    [{ from: 2, to: 2 }, { where: 'body' }, 'body.to'],
    [{ from: 2, to: 1 }, { toGiven: false }, 'query.from'],
    [{ from: -(10 ** 12), to: 1 }, { toGiven: false }, 'query.from'],
    [{ from: -(10 ** 12), to: 1 }, { where: 'body' }, 'body.to'],
  ] as const)('a period %j asked %j is refused at the field that was asked', (period, asked, path) => {
    expect(() => checkedPeriod(period, asked)).toThrow(expect.objectContaining({ status: 400, path }));
  });

  test('reach the question as milliseconds', async () => {
    harness.questions.asked.length = 0;
    await ask('from=2026-05-04T00:00:00%2B02:00&to=2026-05-05T00:00:00Z&interval=day');
    expect(harness.questions.asked).toEqual([
      {
        siteId: 'mall',
        metric: 'footfall',
        fromMs: Date.UTC(2026, 4, 3, 22),
        toMs: Date.UTC(2026, 4, 5),
        interval: 'day',
      },
    ]);
  });
});

describe('resources', () => {
  const as = 'owner';
  test('sites are made once and changed', async () => {
    const site = { id: 'new', name: 'New', timezone: 'Europe/Prague', uuids: ['F7826DA64FA24E988024BC5B71E0893E'] };
    const made = await harness.ask('post', '/sites', { as, body: site });
    expect([made.status, made.body]).toEqual([
      201,
      expect.objectContaining({ uuids: [UUID], clock: 'wall', historyProgress: null }),
    ]);
    expect((await harness.ask('post', '/sites', { as, body: site })).status).toBe(409);
    const zone = await harness.ask<ErrorBody>('put', '/sites/new', { as, body: { ...site, timezone: 'Mars/Olympus' } });
    expect(zone.body.error).toMatchObject({ path: 'body.timezone', message: expect.stringContaining('IANA') });
    expect((await harness.ask('put', '/sites/new', { as, body: { ...site, clock: 'data' } })).status).toBe(200);
    expect(harness.registry.site('new')?.clock).toBe('data');
    const mine = await harness.ask<{ id: string }[]>('get', '/sites', { as: 'manager' });
    expect(mine.body.map((one) => one.id)).toEqual(['mall']);
  });

  test('definitions are versions', async () => {
    const before = harness.registry.definitions('mall').version;
    const put = await harness.ask('put', '/sites/mall/definitions', { as, body: { visitGapMinutes: 20 } });
    expect(put.body).toMatchObject({ version: before + 1, definitions: { visitGapMinutes: 20, bounceSeconds: 120 } });
    expect((await harness.ask('get', '/sites/mall/definitions', { as })).body).toEqual(put.body);
    const versions = await harness.ask<unknown[]>('get', '/sites/mall/definitions/versions', { as });
    expect(versions.body).toHaveLength(before + 1);
  });

  test('ten thousand carriers in one go, in pages, and each beacon once', async () => {
    const carriers = Array.from({ length: 10_000 }, (_, i) => ({ kind: 'tag', uuid: UUID, major: 1, minor: i }));
    const made = await harness.ask<Carrier[]>('post', '/sites/mall/carriers', { as, body: carriers });
    expect([made.status, made.body.length]).toEqual([201, 10_000]);
    expect(new Set(made.body.map((one) => one.id)).size).toBe(10_000);
    for (const { id } of made.body.slice(0, 5)) expect(id).toMatch(/^c-[a-z2-7]{20}$/);
    const seen: string[] = [];
    let after: string | null = '';
    while (after !== null) {
      const page: Answer<Carrier[]> = await harness.ask<Carrier[]>(
        'get',
        `/sites/mall/carriers?limit=4000${after && `&after=${after}`}`,
        {
          as,
        },
      );
      seen.push(...page.body.map((one) => one.id));
      after = page.headers.get('x-next-after');
    }
    expect(seen).toEqual(made.body.map((one) => one.id).sort());
    const again = await harness.ask<ErrorBody>('post', '/sites/mall/carriers', {
      as,
      body: [{ kind: 'tag', uuid: UUID, major: 2, minor: 1 }, carriers[7]],
    });
    expect([again.status, again.body.error.path]).toEqual([409, 'body.1.minor']);
    expect(harness.registry.carrierByBeacon('mall', UUID, 2, 1)).toBeUndefined();
    const many = await harness.ask<ErrorBody>('post', '/sites/mall/carriers', { as, body: [...carriers, carriers[0]] });
    expect([many.status, many.body.error.path]).toEqual([400, 'body']);
  });

  test("reading shoppers' carriers is in the audit, reading tags is not", async () => {
    const audited = async () =>
      (await harness.ask<{ action: string }[]>('get', '/sites/mall/audit', { as: 'manager' })).body.filter(
        (entry) => entry.action === 'carriers.read',
      );
    await harness.ask('get', '/sites/mall/carriers?limit=5', { as: 'manager' });
    expect(await audited()).toEqual([]);
    await harness.ask('put', '/sites/mall/carriers/c-anna', {
      as,
      body: { kind: 'shopper', uuid: UUID, major: 9, minor: 9 },
    });
    await harness.ask('get', '/sites/mall/carriers/c-anna', { as: 'manager' });
    await harness.ask('get', '/sites/mall/carriers?kind=shopper', { as: 'manager' });
    expect(await audited()).toEqual([
      expect.objectContaining({ actorId: harness.accountIds.get('manager'), subject: 'c-anna', actorKind: 'account' }),
      expect.objectContaining({ subject: 'c-anna' }),
    ]);
  });

  test('gateways that knock are listed until they are registered', async () => {
    const letter = (gatewayId: string, atMs: number, reason = 'unknown-gateway') => ({
      id: atMs,
      atMs,
      siteId: 'mall',
      gatewayId,
      topic: `promenade/1/mall/${gatewayId}/sightings`,
      reason,
      detail: 'x',
    });
    harness.pipeline.letters = [letter('g7', 3), letter('g8', 2), letter('g9', 1, 'schema')];
    // A letter a minute is written; each message counts.
    const knocks = (gatewayId: string, lastSeenMs: number, messages: number, siteId = 'mall') => ({
      siteId,
      gatewayId,
      fleetId: '',
      format: 'promenade',
      name: gatewayId,
      firstSeenMs: 1,
      lastSeenMs,
      messages,
      beaconsPerMinute: null,
      dismissed: false,
      clockMs: null,
      bootMs: null,
    });
    harness.pipeline.waiting = [
      knocks('g8', 2, 1),
      knocks('g7', 3, 60),
      knocks('g1', 1, 5),
      knocks('g6', 9, 1, 'other'),
    ];
    const waiting = () => harness.ask('get', '/sites/mall/gateways/waiting', { as: 'installer' });
    expect((await waiting()).body).toEqual([
      { id: 'g7', lastHeard: '1970-01-01T00:00:00.003Z', messages: 60 },
      { id: 'g8', lastHeard: '1970-01-01T00:00:00.002Z', messages: 1 },
    ]);
    const put = await harness.ask('put', '/sites/mall/gateways/g7', {
      as: 'installer',
      body: { floorId: 'f0', xM: 1, yM: 2 },
    });
    expect(put.body).toEqual({ ...aGateway('g7'), yM: 2 });
    expect((await waiting()).body).toMatchObject([{ id: 'g8' }]);
    const letters = await harness.ask<unknown[]>('get', '/sites/mall/dead-letters?limit=2', { as: 'installer' });
    expect(letters.body).toHaveLength(2);
    expect((await harness.ask('get', '/sites/other/dead-letters', { as: 'owner' })).body).toEqual([]);
  });

  test('two gateways swap their places by one PUT each, though between them both hang at one', async () => {
    const { registry } = harness;
    const left = { ...aGateway('left'), name: 'Left', xM: 3, yM: 4 };
    const right = { ...aGateway('right'), name: 'Right', xM: 30, yM: 20, zM: 4 };
    const put = ({ id, ...body }: Gateway) =>
      harness.ask<Gateway>('put', `/sites/mall/gateways/${id}`, { as: 'installer', body });
    for (const gateway of [left, right]) expect((await put(gateway)).status).toBe(200);
    const placeOf = ({ floorId, xM, yM, zM }: Gateway) => ({ floorId, xM, yM, zM });

    const first = await put({ ...left, ...placeOf(right) });
    expect([first.status, first.body]).toEqual([200, { ...left, ...placeOf(right) }]);
    const second = await put({ ...right, ...placeOf(left) });
    expect([second.status, second.body]).toEqual([200, { ...right, ...placeOf(left) }]);
    for (const expected of [first.body, second.body]) {
      const kept = await harness.ask('get', `/sites/mall/gateways/${expected.id}`, { as: 'installer' });
      expect(kept.body).toEqual(expected);
      expect(registry.modelTimeline('mall').at(-1)!.model.gateways).toContainEqual(
        expect.objectContaining({ id: expected.id, ...placeOf(expected) }),
      );
    }
    for (const { id } of [left, right]) await registry.gateways.remove('mall', id);
  });

  test('reference counts are of entrances, within a day, in the past', async () => {
    const count = (change: object) => ({
      zoneId: 'door',
      from: '2026-05-04T08:00:00Z',
      to: '2026-05-04T09:00:00Z',
      people: 120,
      ...change,
    });
    const post = (change: object) =>
      harness.ask<{ id: string } & ErrorBody>('post', '/sites/mall/reference-counts', {
        as: 'manager',
        body: count(change),
      });
    const made = await post({});
    expect([made.status, made.body]).toEqual([
      201,
      expect.objectContaining({ people: 120, from: '2026-05-04T08:00:00.000Z' }),
    ]);
    for (const [change, path] of [
      [{ zoneId: 'hall' }, 'body.zoneId'],
      [{ zoneId: 'none' }, 'body.zoneId'],
      [{ to: '2026-05-04T08:00:00Z' }, 'body.to'],
      [{ from: '2026-05-01T08:00:00Z' }, 'body.to'],
      [{ to: '2026-05-04T10:00:01Z' }, 'body.to'],
      [{ people: -1 }, 'body.people'],
      [{ people: 1.5 }, 'body.people'],
    ] as const)
      expect((await post(change)).body.error.path).toBe(path);
    const at = `/sites/mall/reference-counts/${made.body.id}`;
    expect((await harness.ask('put', at, { as: 'manager', body: count({ people: 99 }) })).status).toBe(200);
    const list = (query: string) =>
      harness.ask<unknown[]>('get', `/sites/mall/reference-counts${query}`, { as: 'manager' });
    expect((await list('')).body).toMatchObject([{ people: 99, zoneId: 'door' }]);
    expect((await list('?from=2026-05-04T09:00:00Z')).body).toEqual([]);
    expect((await harness.ask('delete', at, { as: 'manager' })).status).toBe(204);
    expect((await harness.ask('delete', at, { as: 'manager' })).status).toBe(404);
  });
});

describe('accounts', () => {
  test('an invited person signs in by the link, sets a password, and signs in by it', async () => {
    const invite = (body: object, as: 'owner' | 'manager' = 'manager') =>
      harness.ask<{ link: string; account: { id: string } } & ErrorBody>('post', '/accounts', { as, body });
    const grants = [{ role: 'retailer', siteId: 'mall', tenantId: 'hats' }];
    const { status, body } = await invite({ email: 'Hat@Example.com', grants });
    expect([status, body.link]).toEqual([201, expect.stringMatching(/^\/#\/welcome\?token=[\w-]{43}$/)]);
    const token = body.link.split('token=')[1];
    const welcome = await harness.ask('post', '/auth/welcome', { body: { token } });
    expect(welcome.body).toMatchObject({ email: 'hat@example.com', grants, hasPassword: false });
    const [set] = welcome.headers.getSetCookie();
    expect(set).toMatch(/^promenade_session=[\w-]{43}; Max-Age=1209600; Path=\/; Expires=.*; HttpOnly; SameSite=Lax$/);
    const cookie = set!.split(';')[0]!;
    expect((await harness.ask('post', '/auth/welcome', { body: { token } })).status).toBe(401);
    const short = await harness.ask<ErrorBody>('put', '/auth/password', { cookie, body: { password: 'short' } });
    expect(short.body.error).toMatchObject({ path: 'body.password', message: expect.stringContaining('10') });
    const taken = await harness.ask<ErrorBody>('put', '/auth/password', {
      cookie,
      body: { email: 'Owner@example.com', password: 'long enough it is' },
    });
    expect([taken.status, taken.body.error.path]).toEqual([409, 'body.email']);
    const done = await harness.ask('put', '/auth/password', { cookie, body: { password: 'long enough it is' } });
    expect(done.body).toMatchObject({ hasPassword: true });
    expect((await harness.ask('post', '/auth/sign-out', { cookie })).status).toBe(204);
    expect((await harness.ask('get', '/auth/me', { cookie })).status).toBe(401);
    const again = await harness.ask('post', '/auth/sign-in', {
      body: { email: 'hat@example.com', password: 'long enough it is' },
    });
    expect(again.status).toBe(200);

    expect((await invite({ email: 'hat@example.com', grants })).status).toBe(409);
    for (const [grant, path, code] of [
      [{ role: 'manager', siteId: 'mall' }, 'body.grants.0', 403],
      [{ role: 'retailer', siteId: 'other', tenantId: 'x' }, 'body.grants.0', 403],
      [{ role: 'retailer', siteId: 'nowhere', tenantId: 'x' }, 'body.grants.0.siteId', 400],
      [{ role: 'retailer', siteId: 'mall' }, 'body.grants.0.tenantId', 400],
      [{ role: 'installer' }, 'body.grants.0.siteId', 400],
      [{ role: 'owner', siteId: 'mall' }, 'body.grants.0.siteId', 400],
    ] as const) {
      const refused = await invite({ email: 'x@example.com', grants: [grant] });
      expect([refused.status, refused.body.error.path]).toEqual([code, path]);
    }
    const list = await harness.ask<{ email: string }[]>('get', '/accounts', { as: 'manager' });
    expect(list.body.map((one) => one.email).sort()).toEqual(
      ['hat@example.com', 'installer@example.com', 'retailer@example.com', 'till@example.com'].sort(),
    );
    const owner = harness.accountIds.get('owner');
    expect((await harness.ask('delete', `/accounts/${owner}`, { as: 'manager' })).status).toBe(404);
    expect((await harness.ask('post', `/accounts/${owner}/link`, { as: 'manager' })).status).toBe(404);
    expect((await harness.ask('delete', `/accounts/${body.account.id}`, { as: 'manager' })).status).toBe(204);
  });

  test('a token is told once, makes no tokens, and ends', async () => {
    const made = await harness.ask<{ id: string; token: string }>('post', '/tokens', {
      as: 'owner',
      body: { label: 'Script', grants: [{ role: 'owner' }] },
    });
    expect(made.status).toBe(201);
    const { id, token: bearer } = made.body;
    expect((await harness.ask('get', '/tokens', { as: 'owner' })).text).not.toContain(bearer);
    expect((await harness.ask('get', '/auth/me', { bearer })).body).toMatchObject({ email: 'Script' });
    const another = { label: 'X', grants: [{ role: 'owner' }] };
    expect((await harness.ask('post', '/tokens', { bearer, body: another })).status).toBe(403);
    const invitation = { email: 'other-owner@example.com', grants: [{ role: 'owner' }] };
    expect((await harness.ask('post', '/accounts', { bearer, body: invitation })).status).toBe(403);
    const owner = harness.accountIds.get('owner');
    expect((await harness.ask('post', `/accounts/${owner}/link`, { bearer })).status).toBe(403);
    expect((await harness.ask('get', '/tokens', { as: 'manager' })).body).toEqual([]);
    expect((await harness.ask('delete', `/tokens/${id}`, { as: 'manager' })).status).toBe(404);
    expect((await harness.ask('delete', `/tokens/${id}`, { as: 'owner' })).status).toBe(204);
    expect((await harness.ask('get', '/auth/me', { bearer })).status).toBe(401);
  });
});

describe('operations', () => {
  test('health and readiness', async () => {
    expect((await harness.ask('get', '//healthz')).status).toBe(200);
    expect((await harness.ask('get', '//readyz')).status).toBe(200);
    harness.pipeline.isReady = false;
    expect((await harness.ask('get', '//readyz')).status).toBe(503);
    expect((await harness.ask('get', '//healthz')).status).toBe(200);
    harness.pipeline.isReady = true;
  });

  test('metrics on this machine; through a proxy with an owner’s token only', async () => {
    const local = await harness.ask('get', '//metrics');
    expect(local.headers.get('content-type')).toContain('text/plain');
    expect(local.text).toContain('promenade_ingest_not_allowed_total 3');
    expect(local.text).toContain('promenade_ingest_dead_letters_total{reason="schema"} 8');
    const proxied = { headers: { 'x-forwarded-for': '203.0.113.9' } };
    expect((await harness.ask('get', '//metrics', proxied)).status).toBe(401);
    expect((await harness.ask('get', '//metrics', { ...proxied, as: 'manager' })).status).toBe(403);
    expect((await harness.ask('get', '//metrics', { ...proxied, as: 'owner' })).status).toBe(200);
  });
});

describe('pages', () => {
  const get = (path: string) => fetch(harness.server.url + path);
  test('are served with their caches and a strict policy', async () => {
    const page = await get('/');
    expect(await page.text()).toContain('<title>Promenade');
    expect(page.headers.get('cache-control')).toBe('no-cache');
    const policy = page.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'self'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/unsafe-eval|script-src[^;]*unsafe-inline|upgrade-insecure/);
    expect(page.headers.get('strict-transport-security')).toBeNull();
    const asset = await get('/assets/app-1234.js');
    expect(asset.headers.get('cache-control')).toContain('immutable');
    expect((await get('/sw.js')).headers.get('cache-control')).toBe('no-cache');
    expect((await get('/assets/none.js')).status).toBe(404);
    expect((await get('/..%2f..%2fpackage.json')).status).not.toBe(200);
  });

  test('one that is not built says what to do', async () => {
    const page = await get('/till');
    expect(page.status).toBe(503);
    expect(await page.text()).toContain('npm run build');
  });
});

describe('OpenAPI', () => {
  interface Operation {
    operationId: string;
    parameters?: { name: string; in: string; schema: object }[];
    responses: Record<string, { content?: Record<string, { schema: object }> }>;
    requestBody?: { content: Record<string, { schema: object }> };
  }
  interface Document {
    openapi: string;
    paths: Record<string, Record<string, Operation>>;
    components: { schemas: Record<string, object> };
  }

  test('has every route, with schemas whose references resolve', async () => {
    const { body } = await harness.ask<Document>('get', '/openapi.json');
    expect(body.openapi).toBe('3.1.0');
    const documented = Object.entries(body.paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method} ${path}`),
    );
    const routes = harness.server.routes.map((one) => `${one.method} ${fullPath(one).replaceAll(/:(\w+)/g, '{$1}')}`);
    expect(documented.sort()).toEqual(routes.sort());
    const ids = Object.values(body.paths).flatMap((operations) =>
      Object.values(operations).map((one) => one.operationId),
    );
    expect(new Set(ids).size).toBe(ids.length);

    const references: string[] = [];
    JSON.stringify(body, (key, value) => {
      if (key === '$ref') references.push(value);
      return value;
    });
    expect(references.length).toBeGreaterThan(0);
    for (const reference of new Set(references)) {
      expect(reference).toMatch(/^#\//);
      const target = reference
        .slice(2)
        .split('/')
        .reduce<unknown>((at, key) => (at as Record<string, unknown>)?.[key], body);
      expect([reference, typeof target]).toEqual([reference, 'object']);
    }
  });

  test('describes a zone as it is checked', async () => {
    const { body } = await harness.ask<Document>('get', '/openapi.json');
    const put = body.paths['/api/v1/sites/{site}/zones/{zone}']!.put!;
    expect(put.parameters?.map((one) => [one.name, one.in])).toEqual([
      ['site', 'path'],
      ['zone', 'path'],
    ]);
    const named = put.requestBody!.content['application/json']!.schema as { $ref: string };
    expect(named.$ref).toBe('#/components/schemas/ZoneInput');
    const schema = body.components.schemas.ZoneInput;
    expect(schema).toMatchObject({ type: 'object', required: ['floorId', 'name', 'kind', 'shape'] });
    const footfall = body.paths['/api/v1/sites/{site}/metrics/footfall']!.get!;
    expect(footfall.parameters?.map((one) => one.name)).toEqual([
      'site',
      'from',
      'to',
      'definitions',
      'zone',
      'interval',
    ]);
    const answer = footfall.responses['200']!.content!['application/json']!.schema;
    expect(answer).toEqual({ $ref: '#/components/schemas/Series' });
    expect(body.components.schemas.Series).toMatchObject({ properties: { series: { type: 'array' } } });
  });
});
