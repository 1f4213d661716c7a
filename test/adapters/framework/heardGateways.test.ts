/** Whoever can publish can invent gateways: their number costs no more than those that are kept. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { Duck, type WriteSql } from '../../../server/db/duckdb.ts';
import { migrate } from '../../../server/db/migrations/index.ts';
import { gatewayIdOf } from '../../../server/fleets/gatewayIds.ts';
import { HeardGateways, MAX_HEARD } from '../../../server/fleets/heardGateways.ts';
import { SITE } from '../../support/pipelineHarness.ts';

let duck: Duck;
let statements = 0;
/** Called within the next flush, before it ends. */
let meanwhile = (): void => {};
beforeAll(async () => {
  duck = await Duck.open(':memory:');
  await migrate(duck, 0);
  const transaction = duck.transaction.bind(duck);
  duck.transaction = <T>(work: (sql: WriteSql) => Promise<T>): Promise<T> =>
    transaction(async (sql) => {
      const run = sql.run.bind(sql);
      sql.run = (...args: Parameters<typeof run>) => {
        statements++;
        meanwhile();
        return run(...args);
      };
      try {
        return await work(sql);
      } finally {
        sql.run = run;
      }
    });
});
afterAll(() => duck.close());
beforeEach(() => {
  statements = 0;
  meanwhile = () => {};
});

const stored = async (): Promise<string[]> =>
  (await duck.all<{ name: string }>('select name from heard_gateways order by name')).map(({ name }) => name);
const invent = (heard: HeardGateways, from: number, to: number): void => {
  for (let n = from; n < to; n++) heard.of(SITE, 'kontakt', 'kontakt', `made-up-${n}`, n);
};
const names = (heard: HeardGateways): string[] =>
  heard
    .ofFleet(SITE, 'kontakt')
    .map(({ name }) => name)
    .sort();

test('a flood of names is a few statements, and the database holds what memory holds', async () => {
  const heard = new HeardGateways(duck, () => false);
  await heard.start();
  invent(heard, 0, 6_000);
  await heard.flush();
  expect(statements).toBeLessThan(5);
  expect(await stored()).toEqual(names(heard));
  invent(heard, 6_000, 12_000);
  await heard.flush();
  expect(statements).toBeLessThan(10);
  expect(names(heard)).toHaveLength(MAX_HEARD);
  expect(await stored()).toEqual(names(heard));
});

test('a mark is long enough that nobody finds two names of one id; who was stored under a shorter one keeps it', async () => {
  const name = 'North entrance, above the door';
  const id = gatewayIdOf('kontakt', name);
  expect(id).toMatch(/^north-entrance-abov-[0-9a-z]{12}$/);
  const heard = new HeardGateways(duck, () => false);
  heard.of(SITE, 'kontakt', 'kontakt', name, 1);
  await heard.flush();
  await duck.run("update heard_gateways set gateway_id = 'north-entrance-4f9k2a0z' where name = $1", [name]);
  const restarted = new HeardGateways(duck, () => false);
  await restarted.start();
  expect(restarted.of(SITE, 'kontakt', 'kontakt', name, 2).gatewayId).toBe('north-entrance-4f9k2a0z');
  await duck.run('delete from heard_gateways');
});

test('one that made room while it was being written does not stay behind', async () => {
  const heard = new HeardGateways(duck, () => false);
  await heard.start();
  invent(heard, 0, MAX_HEARD);
  let once = true;
  meanwhile = () => {
    if (once) invent(heard, 100_000, 100_000 + MAX_HEARD);
    once = false;
  };
  await heard.flush();
  await heard.flush();
  expect(await stored()).toEqual(names(heard));
});

test('a flood of names pushes out none that was dismissed: it would come back as new', async () => {
  const heard = new HeardGateways(duck, () => false);
  await heard.start();
  for (const { gatewayId } of heard.waiting(SITE)) heard.setDismissed(SITE, gatewayId, false);
  heard.of(SITE, 'kontakt', 'kontakt', 'neighbour', 0);
  const neighbour = heard.waiting(SITE).find(({ name }) => name === 'neighbour');
  expect(heard.setDismissed(SITE, neighbour!.gatewayId, true)).toBe(true);
  invent(heard, 0, 3 * MAX_HEARD);
  expect(heard.waiting(SITE)).toHaveLength(MAX_HEARD);
  expect(heard.waiting(SITE).filter(({ dismissed }) => dismissed)).toEqual([neighbour]);
  // Where all are dismissed, the bound still holds.
  for (const { gatewayId } of heard.waiting(SITE)) heard.setDismissed(SITE, gatewayId, true);
  invent(heard, 3 * MAX_HEARD, 3 * MAX_HEARD + 5);
  expect(heard.waiting(SITE)).toHaveLength(MAX_HEARD);
});
