import { once } from 'node:events';
import { io, type Socket } from 'socket.io-client';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SESSION_MS } from '../../server/auth/auth.ts';
import type { LiveHeat, LiveSnapshot, OfferPush } from '../../server/contract/live.ts';
import { NAMESPACES } from '../../server/live/access.ts';
import { LatestOnly } from '../../server/live/latest.ts';
import { Harness, NOW, type Person } from '../http/harness.ts';

let harness: Harness;
const sockets: Socket[] = [];
beforeEach(async () => {
  harness = await Harness.open();
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.disconnect();
  await harness.close();
});

interface Connecting {
  as?: Person;
  cookie?: string;
  token?: string;
  origin?: string;
}
function open(namespace: string, { as, cookie, token, origin }: Connecting): Socket {
  const headers: Record<string, string> = {};
  const sent = cookie ?? (as && harness.cookies.get(as));
  if (sent) headers.cookie = sent;
  if (origin) headers.origin = origin;
  const socket = io(`${harness.server.url}${namespace}`, {
    transports: ['websocket'],
    extraHeaders: headers,
    forceNew: true,
    reconnection: false,
    ...(token ? { auth: { token } } : {}),
  });
  sockets.push(socket);
  return socket;
}
/** Undefined once connected, else the reason of the refusal. */
const outcome = (socket: Socket): Promise<string | undefined> =>
  new Promise((resolve) => {
    socket.once('connect', () => resolve(undefined));
    socket.once('connect_error', (error) => resolve(error.message));
  });
const connected = async (namespace: string, connecting: Connecting): Promise<Socket> => {
  const socket = open(namespace, connecting);
  expect(await outcome(socket)).toBeUndefined();
  return socket;
};
const next = <T>(socket: Socket, event: string): Promise<T> =>
  new Promise((resolve) => socket.once(event, (value: T) => resolve(value)));
const follow = (socket: Socket, siteId: unknown): Promise<{ ok: boolean; error?: string }> =>
  socket.emitWithAck('follow', siteId);
const until = async (condition: () => boolean): Promise<void> => {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
};

const snapshot = (atMs: number): LiveSnapshot => ({
  atMs,
  occupancy: 100,
  zones: [
    { zoneId: 'shoes-shop', occupancy: 11 },
    { zoneId: 'hats-shop', occupancy: 22 },
  ],
  gateways: [
    {
      id: 'g1',
      online: true,
      lastSeenMs: atMs,
      advertsPerSecond: 1,
      clockOffsetMs: 0,
      outboxBatches: 0,
      droppedBatches: 0,
      version: '1',
      finding: null,
    },
  ],
  historyProgress: null,
});
/** The square of 8 m of shoes begins at 0, that of hats at 10. */
const heat: LiveHeat = {
  atMs: 1,
  floors: [
    {
      floorId: 'f0',
      cellM: 2,
      cells: [
        [2, 2, 5],
        [12, 2, 6],
        [2, 12, 7],
      ],
    },
    { floorId: 'f9', cellM: 2, cells: [[2, 2, 1]] },
  ],
};
const OFFER: OfferPush = {
  offerId: 'o',
  campaignId: 'c',
  title: 't',
  text: 'x',
  zoneName: 'z',
  issuedAtMs: 1,
  expiresAtMs: 2,
  code: 'abc',
  reason: 'entered',
};

describe('who may connect', () => {
  test.each<[string, Connecting, boolean]>([
    ['/dashboard', { as: 'owner' }, true],
    ['/dashboard', { as: 'manager' }, true],
    ['/dashboard', { as: 'retailer' }, true],
    ['/dashboard', { as: 'installer' }, true],
    ['/dashboard', { as: 'till' }, false],
    ['/dashboard', { as: 'shopper' }, false],
    ['/dashboard', {}, false],
    ['/dashboard', { cookie: 'promenade_session=nonsense' }, false],
    ['/shopper', { as: 'shopper' }, true],
    ['/shopper', { as: 'owner' }, false],
    ['/shopper', {}, false],
    ['/', { as: 'owner' }, false],
    ['/other', { as: 'owner' }, false],
  ])('%s %o: %s', async (namespace, connecting, allowed) => {
    const refusal = await outcome(open(namespace, connecting));
    if (allowed) expect(refusal).toBeUndefined();
    else expect(refusal).toEqual(expect.any(String));
  });

  test('an API token may, a page of another site may not', async () => {
    const { token } = await harness.auth.createToken(
      'x',
      [{ role: 'manager', siteId: 'mall', tenantId: null }],
      'a',
      null,
    );
    await connected('/dashboard', { token });
    expect(await outcome(open('/dashboard', { token: `${token}x` }))).toContain('sign in');
    expect(await outcome(open('/dashboard', { as: 'owner', origin: 'https://evil.example' }))).toEqual(
      expect.any(String),
    );
    await connected('/dashboard', { as: 'owner', origin: harness.server.url });
  });

  test('twenty sockets of one session, not more', async () => {
    for (let i = 0; i < 20; i++) await connected('/dashboard', { as: 'owner' });
    expect(await outcome(open('/dashboard', { as: 'owner' }))).toContain('too many');
    await connected('/dashboard', { as: 'manager' });
  });
});

test('every namespace and every room is declared', async () => {
  const people: Person[] = ['owner', 'manager', 'retailer', 'installer'];
  for (const as of people) await follow(await connected('/dashboard', { as }), 'mall');
  await connected('/shopper', { as: 'shopper' });
  const declared: Record<string, { rooms: object }> = NAMESPACES;
  const undeclared = (open: { namespace: string; rooms: string[] }[]) =>
    open.flatMap(({ namespace, rooms }) => {
      // Every socket.io server has the root namespace; a test above shows that nobody gets in.
      if (namespace === '/') return rooms;
      const known = declared[namespace];
      return known ? rooms.filter((room) => !(room.split(':')[0]! in known.rooms)) : [namespace];
    });
  const opened = harness.hub.open();
  expect(opened.map((one) => one.namespace).sort()).toEqual(['/', ...Object.keys(NAMESPACES)].sort());
  expect(opened.flatMap((one) => one.rooms).sort()).toEqual([
    'gateways:mall',
    'shopper:s-one',
    'site:mall',
    'tenant:mall:shoes',
  ]);
  expect(undeclared(opened)).toEqual([]);
  // And it would tell.
  expect(
    undeclared([
      { namespace: '/x', rooms: [] },
      { namespace: '/shopper', rooms: ['all:mall'] },
    ]),
  ).toEqual(['/x', 'all:mall']);
  for (const { access, rooms } of Object.values(NAMESPACES))
    for (const one of [access, ...Object.values(rooms).map((room) => room.access)])
      expect(one.roles.length).toBeGreaterThan(0);
});

describe('following a site', () => {
  test('gives the newest at once, then each new one', async () => {
    harness.hub.publishLive('mall', snapshot(1));
    harness.hub.publishLive('mall', snapshot(2));
    const socket = await connected('/dashboard', { as: 'manager' });
    const first = next<LiveSnapshot>(socket, 'live');
    expect(await follow(socket, 'mall')).toEqual({ ok: true });
    expect((await first).atMs).toBe(2);
    const second = next<LiveSnapshot>(socket, 'live');
    harness.hub.publishLive('other', snapshot(9));
    harness.hub.publishLive('mall', snapshot(3));
    expect((await second).atMs).toBe(3);
  });

  test('needs a role there', async () => {
    const stranger = await connected('/dashboard', { as: 'stranger' });
    expect(await follow(stranger, 'mall')).toEqual({ ok: false, error: 'site mall does not exist' });
    expect(await follow(stranger, 'nowhere')).toMatchObject({ ok: false });
    expect(await follow(stranger, 7)).toMatchObject({ ok: false });
    expect(await follow(stranger, { toString: 'x' })).toMatchObject({ ok: false });
    expect(await follow(stranger, 'other')).toEqual({ ok: true });
    stranger.emit('follow', 'other');
    stranger.emit('nonsense', 1);
    const got: unknown[] = [];
    stranger.on('live', (value) => got.push(value));
    harness.hub.publishLive('mall', snapshot(1));
    harness.hub.publishLive('other', snapshot(2));
    await until(() => got.length > 0);
    expect(got).toMatchObject([{ atMs: 2 }]);
  });

  test('another site leaves the first', async () => {
    const socket = await connected('/dashboard', { as: 'owner' });
    await follow(socket, 'mall');
    await follow(socket, 'other');
    const got = next<LiveSnapshot>(socket, 'live');
    harness.hub.publishLive('mall', snapshot(1));
    harness.hub.publishLive('other', snapshot(2));
    expect((await got).atMs).toBe(2);
    expect(harness.hub.open().flatMap((one) => one.rooms)).toEqual(['site:other']);
  });

  test('a retailer gets the own zones alone, in numbers and in heat', async () => {
    const retailer = await connected('/dashboard', { as: 'retailer' });
    await follow(retailer, 'mall');
    const live = next<LiveSnapshot>(retailer, 'live');
    const hot = next<LiveHeat>(retailer, 'heat');
    harness.hub.publishLive('mall', snapshot(5));
    harness.hub.publishHeat('mall', heat);
    expect(await live).toEqual({
      atMs: 5,
      occupancy: null,
      zones: [{ zoneId: 'shoes-shop', occupancy: 11 }],
      gateways: [],
      historyProgress: null,
    });
    expect(await hot).toEqual({ atMs: 1, floors: [{ floorId: 'f0', cellM: 2, cells: [[2, 2, 5]] }] });
  });

  test('an installer gets gateways and nobody’s whereabouts', async () => {
    const installer = await connected('/dashboard', { as: 'installer' });
    const heats: unknown[] = [];
    installer.on('heat', (value) => heats.push(value));
    await follow(installer, 'mall');
    const live = next<LiveSnapshot>(installer, 'live');
    harness.hub.publishHeat('mall', heat);
    harness.hub.publishLive('mall', snapshot(5));
    expect(await live).toMatchObject({ occupancy: null, zones: [], gateways: [{ id: 'g1' }] });
    expect(heats).toEqual([]);
  });
});

test('a change of the past is told to those who may ask for it, without what it is', async () => {
  const people = await Promise.all(
    (['manager', 'retailer', 'installer'] as const).map((as) => connected('/dashboard', { as })),
  );
  const told: [number, unknown[]][] = [];
  people.forEach((socket, i) => {
    socket.on('changelog', (...what: unknown[]) => told.push([i, what]));
  });
  for (const socket of people) await follow(socket, 'mall');
  harness.hub.publishChangelog('other');
  harness.hub.publishChangelog('mall');
  harness.hub.publishLive('mall', snapshot(5));
  await Promise.all(people.map((socket) => next<LiveSnapshot>(socket, 'live')));
  expect(told.sort()).toEqual([
    [0, []],
    [1, []],
  ]);
});

describe('the end of a session', () => {
  const closes = async (socket: Socket, act: () => Promise<unknown>): Promise<void> => {
    const closed = new Promise((resolve) => socket.once('disconnect', resolve));
    await act();
    await closed;
  };
  test('signing out, a revoked token, a removed account, an erased shopper', async () => {
    const manager = await connected('/dashboard', { as: 'manager' });
    const owner = await connected('/dashboard', { as: 'owner' });
    await closes(manager, () => harness.ask('post', '/auth/sign-out', { as: 'manager' }));
    const created = await harness.auth.createToken(
      'x',
      [{ role: 'manager', siteId: 'mall', tenantId: null }],
      'a',
      null,
    );
    const script = await connected('/dashboard', { token: created.token });
    await closes(script, () => harness.auth.revokeToken(created.id));
    const installer = await connected('/dashboard', { as: 'installer' });
    await closes(installer, () => harness.auth.removeAccount(harness.accountIds.get('installer')!));
    const shopper = await connected('/shopper', { as: 'shopper' });
    await closes(shopper, () => harness.auth.revokeShopper('s-one'));
    expect(harness.hub.isConnected('s-one')).toBe(false);
    expect(owner.connected).toBe(true);
  });

  test('its expiry', async () => {
    harness.nowMs = NOW + SESSION_MS - 200;
    const manager = await connected('/dashboard', { as: 'manager' });
    await closes(manager, async () => {
      harness.nowMs = NOW + SESSION_MS + 1;
    });
  });

  test('the end of the server', async () => {
    const manager = await connected('/dashboard', { as: 'manager' });
    await closes(manager, () => harness.server.stop());
  });
});

describe('offers', () => {
  test('reach every phone of the shopper, and one acknowledgement suffices', async () => {
    expect(harness.hub.isConnected('s-one')).toBe(false);
    expect(await harness.hub.pushOffer('s-one', OFFER, 1_000)).toBe(false);
    const deaf = await connected('/shopper', { as: 'shopper' });
    const good = await connected('/shopper', { as: 'shopper' });
    const other = await connected('/shopper', {
      cookie: `promenade_shopper=${(await harness.auth.issueShopperSession('s-two', 'mall')).value}`,
    });
    const got: string[] = [];
    deaf.on('offer', () => got.push('deaf'));
    other.on('offer', () => got.push('other'));
    good.on('offer', (offer: OfferPush, received: () => void) => {
      got.push(offer.code);
      received();
    });
    await until(() => harness.hub.isConnected('s-one') && harness.hub.isConnected('s-two'));
    expect(await harness.hub.pushOffer('s-one', OFFER, 5_000)).toBe(true);
    await until(() => got.length === 2);
    expect(got.sort()).toEqual(['abc', 'deaf']);
  });

  test('count as unsent when no phone acknowledges in time', async () => {
    await connected('/shopper', { as: 'shopper' });
    await until(() => harness.hub.isConnected('s-one'));
    expect(await harness.hub.pushOffer('s-one', OFFER, 50)).toBe(false);
  });

  test('a change elsewhere is told', async () => {
    const phone = await connected('/shopper', { as: 'shopper' });
    await until(() => harness.hub.isConnected('s-one'));
    const changed = once(phone as unknown as NodeJS.EventEmitter, 'changed');
    harness.hub.notifyChanged('s-one');
    await changed;
  });
});

describe('slow clients', () => {
  test('one that stops reading gets the latest when it reads again, not what it missed', async () => {
    const socket = await connected('/dashboard', { as: 'manager' });
    await follow(socket, 'mall');
    const got: number[] = [];
    socket.on('live', (value: LiveSnapshot) => got.push(value.atMs));
    const { ws } = socket.io.engine.transport as unknown as { ws: { pause(): void; resume(): void } };
    ws.pause();
    // More than the buffers of both ends hold, however the system sizes them.
    const large = {
      ...snapshot(0),
      zones: Array.from({ length: 20_000 }, (_, i) => ({ zoneId: `zone-${i}`, occupancy: i })),
    };
    const LAST = 200;
    for (let i = 1; i <= LAST; i++) {
      harness.hub.publishLive('mall', { ...large, atMs: i });
      await new Promise((resolve) => setImmediate(resolve));
    }
    ws.resume();
    await until(() => got.at(-1) === LAST);
    expect(got.length).toBeLessThan(LAST / 2);
    expect(got).toEqual([...got].sort((a, b) => a - b));
  }, 30_000);

  test('each kind has its own latest, and what was left behind is not sent', () => {
    const ready: (() => void)[] = [];
    const transport = { writable: false, once: (_: 'ready', listener: () => void) => ready.push(listener) };
    const latest = new LatestOnly({ transport, on: () => {} });
    const sent: string[] = [];
    for (const value of ['live 1', 'heat 1', 'live 2', 'live 3'])
      latest.send(value.split(' ')[0]!, () => sent.push(value));
    expect([sent, latest.waiting, ready.length]).toEqual([[], 2, 1]);
    transport.writable = true;
    for (const listener of ready.splice(0)) listener();
    expect(sent).toEqual(['heat 1', 'live 3']);
    transport.writable = false;
    latest.send('live', () => sent.push('live 4'));
    latest.clear();
    for (const listener of ready.splice(0)) listener();
    expect(sent).toHaveLength(2);
  });
});
