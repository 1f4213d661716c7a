/** A site moved from one engine to the other and back answers every question as before, wherever a move was broken off. */
import { writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { openTimeSeries } from '../../server/db/duckTimeSeries.ts';
import { digestOf } from '../../server/db/moving/digest.ts';
import { type MoveError, moveSite, removeSource, rowsIn } from '../../server/db/moving/move.ts';
import { ProgressFile } from '../../server/db/moving/progress.ts';
import { duckSide, influxSide, type Side } from '../../server/db/moving/sides.ts';
import { SERIES_TABLES, seriesTable, type TableName } from '../../server/db/tables.ts';
import type { Registry } from '../../server/registry/types.ts';
import { closeLater, duckInMemory, type InfluxWorld, onInflux } from '../db/engines.ts';
import { memoryRegistry } from '../support/memoryRegistry.ts';
import { addMall, answersOf, END, fillMall, tablesOf } from '../support/movingWorld.ts';

onInflux('a move of a site', (world) => {
  async function mall(days?: number) {
    const registry = memoryRegistry();
    await addMall(registry, 'mall');
    await addMall(registry, 'other');
    const duck = await duckInMemory();
    const series = openTimeSeries(duck, registry);
    await fillMall(series, registry, 'mall', 7, days);
    // As rows are that were there before their certainty was kept.
    await duck.run('update visits set lag_ms = null, first_gap_ms = null where start_ms % 7 = 0');
    return { registry, duck, series, folder: world.newFolder() };
  }
  const influx = (w: InfluxWorld, registry: Registry, folder: string, database: string) =>
    duckInMemory().then(async (beside) => {
      const side = await influxSide(w.parts(beside, registry, folder, { database, workingRows: 20_000 }));
      closeLater(() => side.close());
      return side;
    });
  const partsOf = (source: Side, target: Side, folder: string) => ({
    source,
    target,
    progress: new ProgressFile(folder, 'mall', target.engine),
    nowMs: () => END,
  });

  test('moves all there is to InfluxDB and back, and every question answers as before', {
    timeout: 120_000,
  }, async () => {
    const { registry, duck, series, folder } = await mall();
    await fillMall(series, registry, 'other', 8, 1);
    const before = await answersOf(series, 'mall');
    expect((before['changelog all site'] as { entries: unknown[] }).entries.length).toBeGreaterThan(0);
    const source = duckSide(duck, registry);
    const total = await rowsIn(source, 'mall');
    const tables = await tablesOf(duck, 'mall');
    // Nothing is being computed anew.
    for (const { name } of SERIES_TABLES)
      if (!['recomputations', 'figures_before'].includes(name))
        expect(await duck.get(`select count(*) > 0 as some from ${name} where site_id = 'mall'`), name).toEqual({
          some: true,
        });

    const target = await influx(world, registry, folder, world.newDatabase());
    const told: string[] = [];
    const moved = await moveSite(
      {
        ...partsOf(source, target, folder),
        onProgress: (one) => told.push(`${one.table} ${one.rows}/${one.rowsTotal} ${one.pieces}/${one.piecesTotal}`),
      },
      'mall',
    );
    expect(moved).toMatchObject({ outcome: 'moved', rows: total, resumed: false });
    expect(told.at(-1)).toMatch(new RegExp(`^site_state ${total}/${total} (\\d+)/\\1$`));
    await target.lookAnew();
    expect(await answersOf(target.series, 'mall')).toEqual(before);
    expect(await rowsIn(target, 'other')).toBe(0);
    // The source was only read.
    expect(await tablesOf(duck, 'mall')).toEqual(tables);

    const duckBack = await duckInMemory();
    const back = duckSide(duckBack, registry);
    const returned = await moveSite(partsOf(target, back, folder), 'mall');
    expect(returned.tables).toEqual(moved.tables);
    expect(await answersOf(back.series, 'mall')).toEqual(before);

    // Nothing is removed unless told, and then only of this site.
    expect(await removeSource(partsOf(target, back, folder), 'mall')).toBe(total);
    await target.lookAnew();
    expect(await rowsIn(target, 'mall')).toBe(0);
    expect(await removeSource(partsOf(source, target, folder), 'mall').catch((e: MoveError) => e.message)).toMatch(
      /so nothing of the source is removed/,
    );
    expect(await rowsIn(source, 'mall')).toBe(total);
  });

  test('goes on where it was broken off', { timeout: 120_000 }, async () => {
    const { registry, duck, folder } = await mall(2);
    const source = duckSide(duck, registry);
    const database = world.newDatabase();
    const target = await influx(world, registry, folder, database);
    class Broken extends Error {}
    let pieces = 0;
    let tries = 0;
    let resumed = 0;
    for (;;) {
      tries += 1;
      let left = 9;
      try {
        const result = await moveSite(
          {
            ...partsOf(source, target, folder),
            onProgress: (one) => {
              pieces = Math.max(pieces, one.pieces);
              left -= 1;
              if (left === 0) throw new Broken();
            },
          },
          'mall',
        );
        if (result.resumed) resumed += 1;
        break;
      } catch (error) {
        // Of the pieces since the last look nothing is noted, so a broken move that never got that far begins them again.
        if (!(error instanceof Broken) || tries > 30) throw error;
        left = 9;
      }
      // Noted by piece where looking is forced.
      await note(target, folder, tries);
    }
    expect(tries).toBeGreaterThan(2);
    expect(resumed).toBe(1);
    await target.lookAnew();
    expect(await tablesOf(target.series.sql, 'mall')).toEqual(await tablesOf(duck, 'mall'));
  });

  /** What a crash right after a look leaves: the first pieces noted as found. */
  async function note(target: Side, folder: string, upTo: number): Promise<void> {
    const file = new ProgressFile(folder, 'mall', target.engine);
    const state = (await file.read())!;
    await target.lookAnew();
    for (const { table, pieces } of state.tables.slice(0, upTo * 5))
      for (const piece of pieces)
        piece.digest ??= await target.series.snapshot((sql) =>
          digestOf(sql, seriesTable(table as TableName), 'mall', piece.stretch),
        );
    await file.write(state);
  }

  test('tells what differs, and begins anew where the source has gone on or the notes are damaged', {
    timeout: 120_000,
  }, async () => {
    const { registry, duck, series, folder } = await mall(2);
    const source = duckSide(duck, registry);
    const database = world.newDatabase();
    const target = await influx(world, registry, folder, database);
    const parts = partsOf(source, target, folder);
    // A target that loses a row on the way.
    const losing: Side = {
      ...target,
      engine: 'influx',
      get series() {
        return target.series;
      },
      lookAnew: async () => {
        await target.series.change((sql) =>
          sql.remove('occupancy', { site_id: 'mall', bucket_ms: { below: END - 86_400_000 } }),
        );
        await target.lookAnew();
      },
    };
    const failure = await moveSite({ ...parts, target: losing }, 'mall').catch((error: Error) => error);
    expect(String(failure)).toMatch(
      /site mall: occupancy, bucket_ms from 2026-03-22T.* DuckDB has \d+ rows .* InfluxDB gives back \d+ .*The source is untouched/,
    );
    writeFileSync(parts.progress.file, 'promenade move 1 x\n{}');
    await expect(moveSite(parts, 'mall')).rejects.toThrow(/InfluxDB already has \d+ rows of it.*--replace/);
    await expect(moveSite({ ...parts, replace: true }, 'mall')).resolves.toMatchObject({
      outcome: 'moved',
      resumed: false,
    });
    await expect(moveSite(parts, 'mall')).resolves.toMatchObject({ outcome: 'already' });
    await series.commit({
      siteId: 'mall',
      rewoundToMs: null,
      rows: { visits: [], stays: [], heat: [], occupancy: [], coverage: [] },
      open: undefined,
      watermarkMs: END + 60_000,
      dirtyFromMs: null,
      checkpoint: '',
      committedMs: END + 60_000,
    });
    await expect(moveSite(parts, 'mall')).rejects.toThrow(/already has \d+ rows of it/);
    await expect(removeSource(parts, 'mall')).rejects.toThrow(/has gone on since the move/);
    await expect(moveSite({ ...parts, replace: true }, 'mall')).resolves.toMatchObject({ outcome: 'moved' });
    await target.lookAnew();
    expect(await tablesOf(target.series.sql, 'mall')).toEqual(await tablesOf(duck, 'mall'));
    const empty = duckSide(await duckInMemory(), registry);
    await expect(moveSite({ ...parts, source: empty }, 'mall')).resolves.toMatchObject({ outcome: 'nothing' });
  });
});
