import { afterAll, beforeAll, expect, test } from 'vitest';
import { Harness } from './harness.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await Harness.open();
});
afterAll(() => harness.close());

test('an installer sees which tags to replace, and not where they were', async () => {
  harness.pipeline.cloned = [
    {
      carrierId: 'c-old',
      firstMs: Date.UTC(2026, 4, 4, 8),
      lastMs: Date.UTC(2026, 4, 4, 8, 30),
      gatewayIds: ['g-1', 'g-2'],
    },
    {
      carrierId: 'c-new',
      firstMs: Date.UTC(2026, 4, 4, 9),
      lastMs: Date.UTC(2026, 4, 4, 9, 30),
      gatewayIds: ['g-1', 'g-3'],
    },
  ];
  const { body } = await harness.ask('get', '/sites/mall/clones', { as: 'installer' });
  expect(body).toEqual({
    clones: [
      { carrierId: 'c-new', firstFound: '2026-05-04T09:00:00.000Z', lastFound: '2026-05-04T09:30:00.000Z' },
      { carrierId: 'c-old', firstFound: '2026-05-04T08:00:00.000Z', lastFound: '2026-05-04T08:30:00.000Z' },
    ],
  });
});
