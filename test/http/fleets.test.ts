/** Fleets and the inbox by REST: what is taken, what is refused and where, whose topics are whose. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Fleet, FleetFormat, InboxGateway } from '../../server/contract/fleets.ts';
import { Fleets } from '../../server/fleets/fleets.ts';
import { HeardGateways } from '../../server/fleets/heardGateways.ts';
import { fleetRoutes } from '../../server/http/routes/fleets.ts';
import { aGateway, Harness, NOW, UUID } from './harness.ts';

interface Refusal {
  error: { code: string; message: string; path?: string };
}

let harness: Harness;
let fleets: Fleets;
let heard: HeardGateways;
const messages = new Map<string, number>();

beforeAll(async () => {
  harness = await Harness.open({
    routes: ({ duck, registry, clock }) => {
      fleets = new Fleets(duck, clock);
      heard = new HeardGateways(duck, (siteId, id) => registry.gateways.get(siteId, id) !== undefined);
      return fleetRoutes({
        pipeline: {
          fleets,
          fleetHealth: (siteId, fleetId) =>
            fleets.get(siteId, fleetId) && {
              fleetId,
              since: new Date(NOW).toISOString(),
              listening: true,
              messages: messages.get(fleetId) ?? 0,
              readings: 0,
              used: 0,
              sightings: 0,
              lastHeard: null,
              ignored: [],
              unknown: [
                {
                  reason: 'not JSON',
                  count: 2,
                  sample: { at: new Date(NOW).toISOString(), topic: 'a/x', payload: 'xx' },
                },
              ],
              gateways: [],
            },
          waitingGateways: (siteId) => heard.waiting(siteId),
          setDismissed: (siteId, id, dismissed) => heard.setDismissed(siteId, id, dismissed),
        },
      });
    },
  });
});
afterAll(() => harness.close());
beforeEach(async () => {
  for (const site of ['mall', 'other']) for (const { id } of fleets.all(site)) await fleets.remove(site, id);
});

const ask = <T = Fleet>(method: 'get' | 'post' | 'put' | 'delete', path: string, body?: unknown, site = 'mall') =>
  harness.ask<T>(method, `/sites/${site}/${path}`, {
    as: site === 'mall' ? 'installer' : 'owner',
    ...(body === undefined ? {} : { body }),
  });

describe('fleets', () => {
  test('formats tell their usual topics and what may be expected of them', async () => {
    const { body } = await ask<FleetFormat[]>('get', 'fleet-formats');
    expect(body).toHaveLength(10);
    expect(body.find(({ format }) => format === 'espresense')).toMatchObject({ timed: false, aliveSeconds: 45 });
    expect(body.find(({ format }) => format === 'kontakt')).toMatchObject({ defaultTopics: [], aliases: 'always' });
  });

  test('an id and a format are enough where the format has topics of its own', async () => {
    const made = await ask('post', 'fleets', { id: 'esp', format: 'espresense' });
    expect(made.status).toBe(201);
    expect(made.body).toEqual({
      id: 'esp',
      name: 'ESPresense',
      format: 'espresense',
      topics: ['espresense/devices/+/+', 'espresense/rooms/+/status', 'espresense/rooms/+/telemetry'],
      aliases: {},
      enabled: true,
      clock: 'own',
    });
    expect((await ask('post', 'fleets', { id: 'esp', format: 'espresense' })).status).toBe(409);
    const alias = { uuid: UUID.toUpperCase().replaceAll('-', ''), major: 1, minor: 2 };
    const put = await ask('put', 'fleets/esp', {
      name: 'Upstairs',
      format: 'espresense',
      aliases: { 'tag:mia': alias },
    });
    expect(put.body).toMatchObject({ name: 'Upstairs', aliases: { 'tag:mia': { uuid: UUID, major: 1, minor: 2 } } });
    expect((await ask<Fleet[]>('get', 'fleets')).body.map(({ id }) => id)).toEqual(['esp']);
    messages.set('esp', 7);
    expect((await ask<object>('get', 'fleets/esp/health')).body).toMatchObject({
      messages: 7,
      unknown: [{ count: 2 }],
    });
    expect((await ask('delete', 'fleets/esp')).status).toBe(204);
    for (const path of ['fleets/esp', 'fleets/esp/health']) expect((await ask('get', path)).status).toBe(404);
    expect((await ask('delete', 'fleets/esp')).status).toBe(404);
  });

  test('they outlive a restart', async () => {
    await ask('put', 'fleets/moko', { format: 'moko', topics: ['moko/+/send'], enabled: false, clock: 'arrival' });
    const again = new Fleets(harness.duck, () => NOW);
    await again.start();
    expect(again.all('mall')).toEqual(fleets.all('mall'));
    expect(again.filters()).toEqual([]);
  });

  test.each<[string, object, number, string]>([
    ['no topics where the format has none', { format: 'moko' }, 400, 'body.topics'],
    ['no topics at all', { format: 'minew', topics: [] }, 400, 'body.topics'],
    ['an unknown format', { format: 'acme' }, 400, 'body.format'],
    ['a # in the middle', { format: 'minew', topics: ['ok', 'a/#/b'] }, 400, 'body.topics.1'],
    ['half a +', { format: 'minew', topics: ['a/b+'] }, 400, 'body.topics.0'],
    ['the broker’s own', { format: 'minew', topics: ['$SYS/#'] }, 400, 'body.topics.0'],
    ['Promenade’s own', { format: 'minew', topics: ['promenade/1/mall/#'] }, 400, 'body.topics.0'],
    ['everything', { format: 'minew', topics: ['#'] }, 400, 'body.topics.0'],
    ['one topic twice', { format: 'minew', topics: ['a', 'a'] }, 400, 'body.topics.1'],
    [
      'an alias that is no beacon',
      { format: 'kontakt', topics: ['k'], aliases: { x: { uuid: 'no', major: 1, minor: 1 } } },
      400,
      'body.aliases.x.uuid',
    ],
    [
      'a minor beyond 16 bits',
      { format: 'kontakt', topics: ['k'], aliases: { x: { uuid: UUID, major: 1, minor: 65_536 } } },
      400,
      'body.aliases.x.minor',
    ],
    ['another id than in the address', { id: 'other', format: 'minew' }, 400, 'body.id'],
  ])('%s is refused at its field', async (_, body, status, path) => {
    const answer = await ask<Refusal>('put', 'fleets/bad', body);
    expect([answer.status, answer.body.error.path]).toEqual([status, path]);
    expect(fleets.all('mall')).toEqual([]);
  });

  test('a message belongs to one site: topics that another has are refused, without telling whose', async () => {
    await ask('put', 'fleets/ours', { format: 'minew', topics: ['gw/mall/+'] });
    for (const topics of [['gw/mall/+'], ['gw/#'], ['free', 'gw/mall/one']]) {
      const answer = await ask<Refusal>('put', 'fleets/theirs', { format: 'minew', topics }, 'other');
      expect([answer.status, answer.body.error.path]).toEqual([409, `body.topics.${topics.length - 1}`]);
      expect(JSON.stringify(answer.body)).not.toMatch(/ours|mall/);
    }
    expect((await ask('put', 'fleets/theirs', { format: 'minew', topics: ['gw/other/+'] }, 'other')).status).toBe(200);
    // Within a site a nearer filter takes a part out of a wider one; only the same one is refused.
    expect((await ask('put', 'fleets/wide', { format: 'minew', topics: ['gw/mall/#'] })).status).toBe(200);
    const same = await ask<Refusal>('put', 'fleets/same', { format: 'minew', topics: ['gw/mall/+'] });
    expect([same.status, same.body.error.path]).toEqual([409, 'body.topics.0']);
    expect(fleets.route('gw/mall/x')).toMatchObject({ siteId: 'mall', fleetId: 'ours' });
    expect(fleets.route('gw/mall/x/y')).toMatchObject({ siteId: 'mall', fleetId: 'wide' });
    expect(fleets.route('gw/other/x')).toMatchObject({ siteId: 'other', fleetId: 'theirs' });
  });

  test('formats without a time are asked for with QoS 0, so that nothing of them waits in a broker', async () => {
    await ask('put', 'fleets/esp', { format: 'espresense', topics: ['esp/#'] });
    await ask('put', 'fleets/minew', { format: 'minew', topics: ['minew/#'] });
    await ask('put', 'fleets/late', { format: 'minew', topics: ['late/#'], clock: 'arrival' });
    expect(Object.fromEntries(fleets.filters().map(({ filter, qos }) => [filter, qos]))).toEqual({
      'esp/#': 0,
      'minew/#': 1,
      'late/#': 0,
    });
  });
});

describe('the inbox', () => {
  const inbox = async (query = '') => (await ask<InboxGateway[]>('get', `inbox${query}`)).body;

  test('lists what was heard with a name to suggest; on the plan it leaves; dismissed it is set apart', async () => {
    await ask('put', 'fleets/esp', { name: 'Upstairs', format: 'espresense' });
    heard.heardOwn('mall', 'box-7', NOW);
    const kitchen = heard.of('mall', 'esp', 'espresense', 'Kitchen', NOW);
    for (let minute = 0; minute < 3; minute++) {
      heard.heard(kitchen, NOW + minute * 60_000);
      for (let i = 0; i < 5; i++) heard.beacon(kitchen, UUID, 1, i);
      heard.beacon(kitchen, UUID, 1, 0);
    }
    expect(await inbox()).toEqual([
      {
        id: kitchen.gatewayId,
        suggestedName: 'Upstairs Kitchen',
        fleetId: 'esp',
        format: 'espresense',
        name: 'Kitchen',
        firstHeard: '2026-05-04T10:00:00.000Z',
        lastHeard: '2026-05-04T10:02:00.000Z',
        messages: 3,
        beaconsPerMinute: 5,
        dismissed: false,
      },
      expect.objectContaining({ id: 'box-7', suggestedName: 'box-7', fleetId: null, format: 'promenade' }),
    ]);
    expect((await ask('delete', 'inbox/box-7')).status).toBe(204);
    expect((await inbox('?dismissed=false')).map(({ id }) => id)).toEqual([kitchen.gatewayId]);
    expect((await inbox('?dismissed=true')).map(({ id }) => id)).toEqual(['box-7']);
    expect((await ask('put', 'inbox/box-7')).status).toBe(204);
    expect((await ask('delete', 'inbox/nobody')).status).toBe(404);
    const { id: _, ...place } = aGateway(kitchen.gatewayId);
    expect((await ask('put', `gateways/${kitchen.gatewayId}`, place)).status).toBe(200);
    expect((await inbox()).map(({ id }) => id)).toEqual(['box-7']);
    // Of another site nobody hears here.
    expect((await ask<InboxGateway[]>('get', 'inbox', undefined, 'other')).body).toEqual([]);
  });
});
