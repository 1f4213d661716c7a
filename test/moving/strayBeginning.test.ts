/** A move that was broken off, and a server that then went on with what was there: its rows are nobody's to remove unasked. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { openTimeSeries } from '../../server/db/duckTimeSeries.ts';
import { type MoveError, moveSite, rowsIn } from '../../server/db/moving/move.ts';
import { ProgressFile } from '../../server/db/moving/progress.ts';
import { duckSide, type Side } from '../../server/db/moving/sides.ts';
import type { TimeSeries } from '../../server/db/timeSeries.ts';
import { duckInMemory } from '../db/engines.ts';
import { addSite, commitOf, DAY, gatewayNamed, HOUR, MINUTE, visit, zoneNamed } from '../db/rows.ts';
import { memoryRegistry } from '../support/memoryRegistry.ts';

const folder = mkdtempSync(join(tmpdir(), 'stray-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const NOW = Date.UTC(2026, 2, 10, 12);
const dayOf = (series: TimeSeries, atMs: number): Promise<unknown> =>
  series.commit(
    commitOf('mall', atMs + HOUR, {
      visits: Array.from({ length: 5 }, (_, i) => visit(`c-${i}`, atMs + i * MINUTE, 5 * MINUTE)),
    }),
  );

test('what a server wrote after a move was broken off goes only where it is told to', async () => {
  const registry = memoryRegistry();
  await addSite(registry, 'mall', 'UTC', [zoneNamed('a')], [gatewayNamed('g1')]);
  const [from, to] = [await duckInMemory(), await duckInMemory()];
  await dayOf(openTimeSeries(from, registry), NOW);
  const source: Side = duckSide(from, registry);
  const target: Side = { ...duckSide(to, registry), engine: 'influx' };
  const progress = new ProgressFile(folder, 'mall', 'influx');
  const parts = { source, target, progress, nowMs: () => NOW };
  const breakOff = () => {
    throw new Error('broken off');
  };
  await expect(moveSite({ ...parts, onProgress: breakOff }, 'mall')).rejects.toThrow('broken off');

  // Somebody sets the other engine, and the mall is open for two days.
  await dayOf(target.series, NOW + DAY);
  await dayOf(target.series, NOW + 2 * DAY);
  const there = await rowsIn(target, 'mall');
  const refused = (await moveSite(parts, 'mall').catch((error: Error) => error)) as MoveError;
  expect(refused.message).toMatch(/already has \d+ rows of it\. If these may go, start with --replace/);
  expect(await rowsIn(target, 'mall')).toBe(there);

  await expect(moveSite({ ...parts, replace: true }, 'mall')).resolves.toMatchObject({ outcome: 'moved' });
});
