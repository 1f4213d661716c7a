/** Rows on their way from the engine to the database. Pure. */
import type { EngineRows } from '../engine/types.ts';

export const emptyRows = (): EngineRows => ({ visits: [], stays: [], heat: [], occupancy: [], coverage: [] });

export const countRows = (rows: EngineRows): number =>
  rows.visits.length + rows.stays.length + rows.heat.length + rows.occupancy.length + rows.coverage.length;

export function appendRows(to: EngineRows, from: EngineRows): void {
  for (const row of from.visits) to.visits.push(row);
  for (const row of from.stays) to.stays.push(row);
  for (const row of from.heat) to.heat.push(row);
  for (const row of from.occupancy) to.occupancy.push(row);
  for (const row of from.coverage) to.coverage.push(row);
}
