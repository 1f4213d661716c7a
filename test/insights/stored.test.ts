import { expect, test } from 'vitest';
import { runStored } from '../support/proofWorld.ts';

test('what the route tells of stored rows is what the shoppers did', async () => {
  const { answer, pure } = await runStored(11, {
    shoppers: 700,
    controlShare: 0.2,
    dropout: 0.1,
    effectOnVisits: 1,
    visitsMean: 2,
  });
  expect(answer.incrementalVisits).toEqual(pure.incrementalVisits);
  expect(answer.incrementalSalesMinor).toEqual(pure.incrementalSalesMinor);
  expect(answer.incrementalVisits.state).toBe('measured');
  expect(answer).toMatchObject({ currency: 'CZK', waiting: 0, windowDays: 7, warnings: [], ab: null });
  expect(answer.shoppers).toEqual(pure.shoppers);
  expect(answer.shoppers.treated! + answer.shoppers.control!).toBe(700);
});
