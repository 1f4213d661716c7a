/** A stop while the database of the time series is away: all else is kept and ended as ever. */
import { afterEach, expect, test } from 'vitest';
import { LedgerFleet } from '../support/ledgerGateway.ts';
import { type Harness, makeWorld, startHarness } from '../support/pipelineHarness.ts';

const fleet = new LedgerFleet();
let harness: Harness | undefined;
afterEach(async () => {
  await fleet.disconnect();
  await harness?.close();
});

test('what gateways told is written although the last commit cannot be', async () => {
  let away = false;
  harness = await startHarness({
    timeSeries: (real) => ({
      ...real,
      commit: (commit) => (away ? Promise.reject(new Error('the database is away')) : real.commit(commit)),
    }),
  });
  await fleet.connect(harness.url);
  for (const entry of makeWorld(3, 20, 4)) fleet.send(entry);
  await fleet.drain();
  away = true;
  await expect(harness.pipeline.stop()).rejects.toThrow('away');
  expect(await harness.duck.all('select distinct gateway_id from gateway_quarters order by all')).toEqual(
    ['g1', 'g2', 'g3', 'g4'].map((gateway_id) => ({ gateway_id })),
  );
});
