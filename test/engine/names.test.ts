import { expect, test } from 'vitest';
import { createEngine } from '../../server/engine/engine.ts';
import type { EngineRows } from '../../server/engine/types.ts';
import { batchesOf, NOW, seeded, siteModel, walking } from './support.ts';

/** Ids are drawn at random: the same day under other ids is the same day. */
test('what carriers are called, and so in which order they are stepped, shows in nobody’s rows', () => {
  const model = siteModel();
  const rowsUnder = (idOf: (i: number) => string): EngineRows => {
    const random = seeded(9);
    const walkers = Array.from({ length: 30 }, (_, i) => ({
      carrierId: idOf(i),
      at: walking(
        Array.from({ length: 4 }, (): [number, number] => [random() * 40, random() * 20]),
        NOW + Math.floor(random() * 600_000),
        40_000,
      ),
    }));
    const engine = createEngine(model, undefined);
    for (const batch of batchesOf(model, walkers, NOW, NOW + 900_000, seeded(1))) engine.add(batch);
    return engine.advance(NOW + 4_000_000).rows;
  };
  const up = (i: number): string => `c-${100 + i}`;
  const down = (i: number): string => `c-${999 - i}`;
  const renamed = (rows: EngineRows): string[] =>
    [...rows.visits, ...rows.stays, ...rows.heat]
      .map((row) => JSON.stringify({ ...row, carrierId: up(999 - Number(row.carrierId.slice(2))) }))
      .sort();
  const first = rowsUnder(up);
  expect(first.stays.length).toBeGreaterThan(30);
  expect(renamed(rowsUnder(down))).toEqual(
    [...first.visits, ...first.stays, ...first.heat].map((row) => JSON.stringify(row)).sort(),
  );
});
