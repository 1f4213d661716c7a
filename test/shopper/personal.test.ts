/** No table may know of a person without being erased and exported: found in the database itself, not in a list. */
import { expect, test } from 'vitest';
import { NOT_PERSONAL, PERSONAL_TABLES } from '../../server/campaigns/personal.ts';
import type { SqlValue } from '../../server/db/duckdb.ts';
import { NOW, openWorld, type World } from '../campaigns/world.ts';

interface Column {
  table: string;
  name: string;
  type: string;
}
const columnsOf = (world: World): Promise<Column[]> =>
  world.duck.all<Column>(
    `select table_name as "table", column_name as name, data_type as type from information_schema.columns
     where table_schema = 'main' order by table_name, ordinal_position`,
  );

/** The tables that the erasure must know, by the names of their columns. */
const naming = (columns: Column[]): Column[] =>
  columns.filter(({ table, name }) => /shopper/.test(name) && NOT_PERSONAL[`${table}.${name}`] === undefined);

const sample = ({ name, type }: Column, who: string): SqlValue => {
  if (/json|params/.test(name)) return '{}';
  // Texts may be keys: each person's are their own.
  if (type === 'VARCHAR') return `x-${who}`;
  return type === 'BOOLEAN' ? false : 1;
};

test('every table with a shopper in it is treated by the erasure', async () => {
  const world = await openWorld();
  const found = naming(await columnsOf(world)).map(({ table, name }) => `${table}.${name}`);
  const treated = PERSONAL_TABLES.map(({ table, column = 'shopper_id' }) => `${table}.${column}`);
  expect(found.length).toBeGreaterThan(3);
  expect(found.filter((one) => !treated.includes(one))).toEqual([]);
  await world.close();
});

test('a row in each of them no longer names the person after the erasure, and was in the export before', async () => {
  const world = await openWorld();
  const columns = await columnsOf(world);
  const gone = await world.shopper('c-1');
  const stays = await world.shopper('c-2');
  for (const { table, column = 'shopper_id' } of PERSONAL_TABLES.filter((one) => one.table !== 'shoppers'))
    for (const who of [gone, stays]) {
      await world.duck.run(`delete from ${table} where ${column} = $1`, [who]);
      const row = columns
        .filter((one) => one.table === table)
        .map((one) => (one.name === column ? who : sample(one, who)));
      await world.duck.run(`insert into ${table} values (${row.map((_, i) => `$${i + 1}`).join(', ')})`, row);
    }
  const shopper = (await world.services.shoppers.get(gone))!;
  const exported: Record<string, unknown> = await world.services.ledger.export(shopper, NOW);
  for (const { section, exported: names } of PERSONAL_TABLES)
    if (names !== undefined) expect(exported[section], section).toHaveLength(1);

  const { removed } = await world.services.eraser.erase(gone, NOW);
  for (const { table, section, erase, column = 'shopper_id' } of PERSONAL_TABLES) {
    expect(removed[section], section).toBe(1);
    const left = await world.duck.get<{ n: number }>(`select count(*) as n from ${table} where ${column} = $1`, [gone]);
    expect(left, table).toEqual({ n: 0 });
    const others = await world.duck.get<{ n: number }>(`select count(*) as n from ${table} where ${column} = $1`, [
      stays,
    ]);
    expect(others, table).toEqual({ n: 1 });
    if (erase !== 'delete' && erase.blank.length > 0) {
      const kept = await world.duck.all(`select ${erase.blank.join(', ')} from ${table} where ${column} is null`);
      expect(
        kept.flatMap((row) => Object.values(row)).every((value) => value === null),
        table,
      ).toBe(true);
    }
  }
  await world.close();
});

test('words that begin with a bracket are exported as they are', async () => {
  const world = await openWorld();
  const who = await world.shopper('c-1');
  await world.services.profiles.put(who, { interests: ['coffee'], brands: [] }, NOW);
  const comments = ['[great] coffee', '[1]'];
  for (const [i, comment] of comments.entries())
    await world.duck.run('insert into feedback values ($1, $2, null, $3, $4, 9, $5, $6)', [
      `o-${i}`,
      'mall',
      'spring',
      who,
      comment,
      NOW,
    ]);
  const shopper = (await world.services.shoppers.get(who))!;
  const exported: Record<string, unknown> = await world.services.ledger.export(shopper, NOW);
  const said = exported.feedback as { comment: string }[];
  expect(said.map(({ comment }) => comment).sort()).toEqual([...comments].sort());
  expect(exported.quiz).toMatchObject([{ interests: ['coffee'], brands: [] }]);
  await world.close();
});
