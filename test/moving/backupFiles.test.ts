/** Files of a backup can be read by others, and are refused where anything of them is wrong. */
import { copyFileSync, cpSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { afterEach, describe, expect, test } from 'vitest';
import { Duck } from '../../server/db/duckdb.ts';
import { openTimeSeries } from '../../server/db/duckTimeSeries.ts';
import { migrate } from '../../server/db/migrations/index.ts';
import { exportBackup } from '../../server/db/parquet/backup.ts';
import { type Manifest, readManifest, writeManifest } from '../../server/db/parquet/manifest.ts';
import { restore } from '../../server/db/parquet/restore.ts';
import { SERIES_TABLES } from '../../server/db/tables.ts';
import type { TimeSeries } from '../../server/db/timeSeries.ts';
import type { Registry } from '../../server/registry/types.ts';
import { memoryRegistry } from '../support/memoryRegistry.ts';
import { addMall, END, fillMall, START, tablesOf } from '../support/movingWorld.ts';

const cleanUps: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const clean of cleanUps.splice(0).reverse()) await clean();
});
const folder = (): string => {
  const made = mkdtempSync(join(tmpdir(), 'promenade-parquet-'));
  cleanUps.push(() => rmSync(made, { recursive: true, force: true }));
  return made;
};
async function emptyMall(registry: Registry): Promise<TimeSeries> {
  const duck = await Duck.open(':memory:');
  cleanUps.push(() => duck.close());
  await migrate(duck, 0);
  return openTimeSeries(duck, registry);
}

describe('the files of a backup', () => {
  async function backup() {
    const registry = memoryRegistry();
    await addMall(registry, 'mall');
    const series = await emptyMall(registry);
    await fillMall(series, registry, 'mall', 4, 1);
    const from = folder();
    const made = await exportBackup(series, {
      site: registry.site('mall')!,
      tables: SERIES_TABLES,
      period: {},
      folder: from,
      nowMs: END,
    });
    const fresh = () => emptyMall(registry);
    const take = async (into?: TimeSeries, more: object = {}) =>
      restore(
        { series: into ?? (await fresh()), registry },
        { siteId: 'mall', folder: from, dataDir: folder(), ...more },
      );
    return { registry, series, from, made, take, fresh };
  }

  test('files are read alike by DuckDB and by a reader that has nothing of it', async () => {
    const { from, made, series } = await backup();
    let compared = 0;
    const reader = await Duck.open(':memory:');
    for (const file of made.files) {
      const path = join(from, file.path);
      const metadata = await parquetMetadataAsync(await asyncBufferFromFile(path));
      const { columns } = made.tables.find(({ name }) => name === file.table)!;
      expect(metadata.schema.slice(1).map(({ name }) => name)).toEqual(columns.map(({ name }) => name));
      for (const group of metadata.row_groups)
        for (const column of group.columns) expect(column.meta_data!.codec).toBe('SNAPPY');
      const theirs = await parquetReadObjects({ file: await asyncBufferFromFile(path) });
      expect(theirs.length).toBe(file.rows);
      const ours = await reader.all(`select * from read_parquet('${path}')`);
      const plain = (rows: Record<string, unknown>[]) =>
        rows.map((row) =>
          Object.fromEntries(
            Object.entries(row).map(([key, value]) => [
              key,
              typeof value === 'bigint' ? Number(value) : (value ?? null),
            ]),
          ),
        );
      expect(plain(theirs), file.path).toEqual(plain(ours));
      compared += theirs.length;
    }
    await reader.close();
    let total = 0;
    for (const { name } of SERIES_TABLES)
      total += (await series.sql.get<{ n: number }>(`select count(*) as n from ${name} where site_id = 'mall'`))!.n;
    expect(compared).toBe(total);
  });

  test('what is wrong is told by file and column, with what would be right, before anything is written', async () => {
    const { from, made, take, fresh } = await backup();
    const visits = made.files.find(({ table }) => table === 'visits')!.path;
    const stays = made.files.find(({ table }) => table === 'stays')!.path;
    const whole = folder();
    cpSync(from, whole, { recursive: true });
    const original = readManifest(from);
    const into = await fresh();
    const refused = async (spoil: () => unknown): Promise<string> => {
      await spoil();
      const message = await take(into).then(
        () => 'taken',
        (error: Error) => error.message,
      );
      cpSync(whole, from, { recursive: true });
      return message;
    };
    const changed = (change: (made: Manifest) => void) => async () => {
      const copy = structuredClone(original);
      change(copy);
      await writeManifest(from, copy);
    };
    const rewritten = (path: string, select: string) => async () => {
      const duck = await Duck.open(':memory:');
      await duck.run(
        `copy (select ${select} from read_parquet('${join(whole, path)}')) to '${join(from, path)}' (format parquet)`,
      );
      await duck.close();
    };
    expect(await refused(() => rmSync(join(from, 'manifest.json')))).toMatch(
      /manifest\.json cannot be read.*not finished/,
    );
    expect(await refused(() => truncateSync(join(from, 'manifest.json'), 300))).toMatch(/is not whole/);
    expect(await refused(changed((one) => Object.assign(one, { promenadeExport: 9 })))).toMatch(
      /is 9, and this server reads 1/,
    );
    expect(await refused(changed((one) => Object.assign(one, { form: 'analysis' })))).toMatch(
      /only a backup \(--with-carriers\)/,
    );
    expect(await refused(changed((one) => Object.assign(one.site, { timezone: 'Asia/Kathmandu' })))).toMatch(
      /site\.timezone is Asia\/Kathmandu, and this server has Europe\/Prague/,
    );
    expect(await refused(changed((one) => Object.assign(one.site, { id: 'else' })))).toMatch(
      /site\.id is else, and mall is/,
    );
    expect(
      await refused(
        changed((one) => {
          one.tables.find(({ name }) => name === 'visits')!.columns[3]!.type = 'string';
        }),
      ),
    ).toMatch(/tables: visits: column start_ms is string; it must be int64/);
    expect(await refused(() => rmSync(join(from, visits)))).toBe(
      `${visits} is missing: copy it from where it was exported`,
    );
    expect(await refused(() => truncateSync(join(from, visits), 2_000))).toMatch(
      new RegExp(`^${visits} is not a whole Parquet file: .*Copy it again`),
    );
    expect(await refused(() => copyFileSync(join(from, stays), join(from, visits)))).toMatch(
      new RegExp(
        `^${visits}: .*column entrance_zone_id is missing; it must be VARCHAR.*column zone_id is not one of this table`,
      ),
    );
    expect(await refused(rewritten(visits, '* replace (cast(start_ms as double) as start_ms)'))).toMatch(
      new RegExp(`^${visits}: column start_ms is DOUBLE; it must be BIGINT`),
    );
    expect(await refused(rewritten(visits, "* replace (nullif(kind, 'tag') as kind)"))).toMatch(
      new RegExp(`^${visits}: column kind is empty in \\d+ rows; every row must have it`),
    );
    expect(await refused(rewritten(visits, '* replace (end_ms + 1 as end_ms)'))).toMatch(
      /bytes where|is not what was exported/,
    );
    expect(
      await refused(() => {
        const bytes = readFileSync(join(from, visits));
        bytes[Math.floor(bytes.length / 2)]! ^= 0x55;
        writeFileSync(join(from, visits), bytes);
      }),
    ).toMatch(new RegExp(`^${visits} is not`));
    expect(await into.sql.get('select count(*) as n from visits')).toEqual({ n: 0 });
    expect(await into.sql.get('select count(*) as n from site_state')).toEqual({ n: 0 });
    await expect(take(into, { tables: ['visits'] })).rejects.toThrow(/has no time series yet.*import a whole backup/);
    await expect(take(into, { tables: ['carriers'] })).rejects.toThrow(/has no table carriers; it has visits, /);
    expect(await take(into)).toMatchObject({ whole: true, left: [] });
  });

  test('where the log is not there what was open is closed, and the same backup again changes nothing', async () => {
    const { series, take, fresh, made } = await backup();
    const into = await fresh();
    const dataDir = folder();
    await take(into, { dataDir });
    const counts = async (of: TimeSeries, table: string) =>
      (await of.sql.get<{ n: number }>(`select count(*) as n from ${table}`))!.n;
    expect(await counts(into, 'open_visits')).toBe(0);
    expect(await counts(series, 'open_visits')).toBeGreaterThan(0);
    expect(await counts(into, 'visits')).toBe((await counts(series, 'visits')) + (await counts(series, 'open_visits')));
    const checkpoint = (await into.lastCheckpoint('mall'))!;
    expect(JSON.parse(checkpoint.checkpoint)).toMatchObject({ lengths: {}, prunedBeforeMs: checkpoint.watermarkMs });
    const footfall = (of: TimeSeries) =>
      of.series({ siteId: 'mall', metric: 'footfall', interval: 'day', fromMs: START, toMs: END });
    const values = ({ series: points }: Awaited<ReturnType<typeof footfall>>) => points.map(({ value }) => value);
    expect(values(await footfall(into))).toEqual(values(await footfall(series)));
    const tables = await tablesOf(into.sql, 'mall');
    expect(await take(into, { dataDir })).toMatchObject({ rows: 0, alreadyThere: made.files.length });
    expect(await tablesOf(into.sql, 'mall')).toEqual(tables);
  });
});
