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

test('appends many rows, whatever of them is as it was some thousand rows before', async () => {
  const duck = await Duck.open(':memory:');
  await duck.run('create table t (i bigint, site varchar, place varchar, n integer, at_ms bigint)');
  const rows = 3 * 2_048 + 77;
  const column = <T>(of: (i: number) => T): T[] => Array.from({ length: rows }, (_, i) => of(i));
  const place = column((i) =>
    i % 7 === 3 || (i > 3_000 && i < 3_100) ? null : `place number ${Math.floor(i / 1_500)}`,
  );
  const n = column((i) => (Math.floor(i / 2_048) === 1 && i % 5 === 0 ? null : i % 2_048 < 100 ? i : 4));
  const atMs = column((i) => 1_741_000_000_000 + Math.floor(i / 2_100));
  await duck.transaction((sql) =>
    sql.append('t', {
      i: { type: 'BIGINT', values: column((i) => i) },
      site: { type: 'VARCHAR', values: column(() => 'a site with a long name') },
      place: { type: 'VARCHAR', values: place },
      n: { type: 'INTEGER', values: n },
      at_ms: { type: 'BIGINT', values: atMs },
    }),
  );
  const read = await duck.all<{ site: string; place: string | null; n: number | null; at_ms: number }>(
    'select * exclude i from t order by i',
  );
  expect(read).toEqual(column((i) => ({ site: 'a site with a long name', place: place[i], n: n[i], at_ms: atMs[i] })));
  await duck.close();
});
