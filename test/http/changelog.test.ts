import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Changelog } from '../../server/contract/changelog.ts';
import { changelogOf } from '../support/mockChangelog.ts';
import { Harness } from './harness.ts';

let harness: Harness;
const asked: unknown[] = [];
beforeAll(async () => {
  harness = await Harness.open();
  harness.questions.changelog = (query) => {
    asked.push(query);
    return Promise.resolve(changelogOf(query.zoneId ?? null, true));
  };
});
afterAll(() => harness.close());

const PERIOD = 'from=2026-11-20T00:00:00%2B01:00&to=2026-11-21T00:00:00%2B01:00';
const ask = (as: 'manager' | 'retailer' | 'installer', more = '') =>
  harness.ask<Changelog>('get', `/sites/mall/changelog?${PERIOD}${more}`, { as });

test('a manager sees what moved of the whole site, by which gateway', async () => {
  const { status, body } = await ask('manager');
  expect(status).toBe(200);
  expect(body).toEqual(changelogOf(null, true));
  expect(asked.pop()).toEqual({
    siteId: 'mall',
    fromMs: Date.parse('2026-11-20T00:00:00+01:00'),
    toMs: Date.parse('2026-11-21T00:00:00+01:00'),
    limit: 20,
  });
});

test('a retailer sees the own zones’ changes alone, and no gateway', async () => {
  const { body, text } = await ask('retailer', '&zone=shoes-shop');
  expect(asked.pop()).toMatchObject({ zoneId: 'shoes-shop' });
  expect(body.entries[0]!.backlogs[0]).toMatchObject({ gateway: null, batches: 7_200 });
  expect(body.awaited).toEqual([{ gateway: null, from: '2026-11-21T14:50:00+01:00' }]);
  expect(text).not.toMatch(/gw-\d/);
  expect((await ask('retailer', '&zone=hats-shop')).status).toBe(404);
  expect((await ask('retailer')).status).toBe(403);
  expect(asked).toEqual([]);
});

test('what is no period or too many entries is refused in words', async () => {
  expect((await ask('manager', '&limit=1000')).status).toBe(400);
  const backwards = await harness.ask(
    'get',
    '/sites/mall/changelog?from=2026-11-21T00:00:00Z&to=2026-11-20T00:00:00Z',
    {
      as: 'manager',
    },
  );
  expect(backwards.body).toMatchObject({ error: { path: 'query.to' } });
  expect((await ask('installer')).status).toBe(403);
});
