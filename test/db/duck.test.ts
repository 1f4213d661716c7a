import { expect, test } from 'vitest';
import { Duck } from '../../server/db/duckdb.ts';
import { MIGRATIONS, migrate } from '../../server/db/migrations/index.ts';

test('appends columns, reads integers as numbers, rolls a failed transaction back', async () => {
  const duck = await Duck.open(':memory:');
  expect(await migrate(duck, 1)).toEqual(MIGRATIONS.map((one) => one.number));
  expect(await migrate(duck, 1)).toEqual([]);
  await duck.run('create table t (id bigint, label varchar, x double, b blob)');
  await duck.transaction((sql) =>
    sql.append('t', {
      id: { type: 'BIGINT', values: Array.from({ length: 5000 }, (_, i) => i) },
      label: { type: 'VARCHAR', values: Array.from({ length: 5000 }, (_, i) => (i % 2 ? null : `n${i}`)) },
      x: { type: 'DOUBLE', values: Array.from({ length: 5000 }, (_, i) => i / 2) },
      b: { type: 'BLOB', values: Array.from({ length: 5000 }, () => null) },
    }),
  );
  expect(await duck.get('select count(*) as n, sum(id) as total, count(label) as labels from t')).toEqual({
    n: 5000,
    total: 12497500,
    labels: 2500,
  });
  await expect(
    duck.transaction(async (sql) => {
      await sql.run('delete from t');
      throw new Error('no');
    }),
  ).rejects.toThrow('no');
  expect(await duck.get('select count(*) as n from t where id >= $1', [10])).toEqual({ n: 4990 });
  await duck.run('update t set b = $1 where id = 3', [new Uint8Array([1, 2])]);
  expect([...((await duck.get<{ b: Uint8Array }>('select b from t where id = 3'))?.b ?? [])]).toEqual([1, 2]);
  await duck.close();
});
