import { expect, test } from 'vitest';
import { Duck } from '../../server/db/duckdb.ts';
import { migrate } from '../../server/db/migrations/index.ts';
import { SERIES_TABLES } from '../../server/db/tables.ts';

test('the tables are described as the migrations make them', async () => {
  const duck = await Duck.open(':memory:');
  await migrate(duck, 0);
  for (const table of SERIES_TABLES) {
    const made = await duck.all<{ name: string; type: string; nullable: boolean }>(
      `select column_name as name, data_type as type, is_nullable = 'YES' as nullable from information_schema.columns
       where table_name = $1 order by ordinal_position`,
      [table.name],
    );
    expect(table.columns, table.name).toEqual(made);
    const names = table.columns.map(({ name }) => name);
    expect(names, table.name).toContain('site_id');
    for (const column of [...table.keys, ...(table.time ? [table.time.column] : [])])
      expect(names, table.name).toContain(column);
    expect(names.includes('emitted_ms') && table.kind !== 'state', table.name).toBe(table.kind === 'rows');
    expect(table.time === null, table.name).toBe(table.kind === 'state');
  }
  await duck.close();
});
