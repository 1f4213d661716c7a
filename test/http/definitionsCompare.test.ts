import { afterAll, beforeAll, expect, test } from 'vitest';
import { DEFAULT_DEFINITIONS } from '../../server/contract/definitions.ts';
import { Harness } from './harness.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await Harness.open();
  await harness.registry.putDefinitions('mall', { ...DEFAULT_DEFINITIONS, minVisitSeconds: 120 });
});
afterAll(() => harness.close());

const PERIOD = 'from=2026-05-04T00:00:00Z&to=2026-05-05T00:00:00Z';
interface ErrorBody {
  error: { path: string };
}

test('both versions are asked, and what differs is named', async () => {
  harness.questions.asked.length = 0;
  const { status, body } = await harness.ask(
    'get',
    `/sites/mall/definitions/compare?${PERIOD}&a=1&b=2&metric=footfall&interval=day`,
    { as: 'manager' },
  );
  expect(status).toBe(200);
  expect(body).toMatchObject({
    metric: 'footfall',
    interval: 'day',
    a: { version: 1 },
    b: { version: 2 },
    changed: [{ name: 'minVisitSeconds', a: 60, b: 120 }],
  });
  expect(harness.questions.asked).toMatchObject([{ definitionsVersion: 1 }, { definitionsVersion: 2 }]);
});

test('a version that is not there is refused by name', async () => {
  const fault = async (query: string) =>
    (await harness.ask<ErrorBody>('get', `/sites/mall/definitions/compare?${PERIOD}&${query}`, { as: 'manager' })).body
      .error.path;
  expect(await fault('a=1&b=3&metric=footfall')).toBe('query.b');
  expect(await fault('a=0&b=1&metric=footfall')).toBe('query.a');
});

test.each(['footfall', 'peak-hours', 'heatmap', 'affinity', 'flows', 'returning'])(
  '%s takes a version',
  async (metric) => {
    harness.questions.asked.length = 0;
    const query = `${PERIOD}&definitions=2${metric === 'heatmap' ? '&floor=f0' : ''}`;
    expect((await harness.ask('get', `/sites/mall/metrics/${metric}?${query}`, { as: 'manager' })).status).toBe(200);
    expect(harness.questions.asked).toMatchObject([{ siteId: 'mall', definitionsVersion: 2 }]);
  },
);
