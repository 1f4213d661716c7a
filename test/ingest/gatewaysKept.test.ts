/** What gateways told, over stops and starts at which something is amiss. */
import { afterEach, expect, test, vi } from 'vitest';
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

test('a site starts although what was learned of its gateways cannot be read', async () => {
  harness = await startHarness();
  await fleet.connect(harness.url);
  for (const json of ['{"pairs":[', '{"gateways":[],"pairs":[]}', 'null']) {
    await harness.duck.run(
      `insert into cross_hearing values ('mall', 0, $1) on conflict (site_id) do update set json = excluded.json`,
      [json],
    );
    await harness.restart();
    await expect.poll(() => harness?.pipeline.ready()).toBe(true);
  }
  await fleet.connect(harness.url);
  for (const entry of makeWorld(4, 5, 2)) fleet.send(entry);
  await fleet.drain();
});

test('quarter hours that could not be written are written later', async () => {
  harness = await startHarness();
  const { duck, pipeline } = harness;
  await fleet.connect(harness.url);
  for (const entry of makeWorld(5, 5, 2)) fleet.send(entry);
  await fleet.drain();
  const run = duck.run.bind(duck);
  const failing = vi
    .spyOn(duck, 'run')
    .mockImplementation((sql, params) =>
      sql.includes('gateway_quarters') ? Promise.reject(new Error('the disk is full')) : run(sql, params),
    );
  await expect(pipeline.gatewayHistory('mall', 'g1')).rejects.toThrow('the disk is full');
  failing.mockRestore();
  expect(await pipeline.gatewayHistory('mall', 'g1')).toHaveLength(1);
});
