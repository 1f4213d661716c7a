/** Values that are another text after they were written and read, and still the same. */
import { expect, test } from 'vitest';
import { digestSql, isSame } from '../../server/db/moving/digest.ts';
import { seriesTable } from '../../server/db/tables.ts';
import { duckInMemory } from '../db/engines.ts';

test('a zero has no sign: JSON and InfluxDB give back none, and a moved table is the same', async () => {
  const duck = await duckInMemory();
  const table = { columns: seriesTable('points').columns.filter(({ type }) => type === 'DOUBLE') };
  const digestOf = (value: string) =>
    duck.get<{ rows: number; sum: string }>(
      digestSql(table, `(select ${table.columns.map(({ name }) => `${value}::double as ${name}`).join(', ')})`),
    );
  const [minus, plain, other] = [await digestOf("'-0.0'"), await digestOf('0'), await digestOf('1e-300')];
  expect(isSame(minus!, plain!)).toBe(true);
  expect(isSame(other!, plain!)).toBe(false);
});
