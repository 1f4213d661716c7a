/** Compares the server's heatmaps of a replayed site with the surveyed waypoints of the recorded data. */
import { parseArgs } from 'node:util';
import { getDefinitions, getHeatmap, listFloors, putDefinitions } from '../server/client/operations.ts';
import {
  type Cells,
  cellKey,
  compareFloor,
  evenHeat,
  floorConfusion,
  type TimedPoint,
  timeByCell,
} from './heatComparison.ts';
import { readWaypoints } from './recorded.ts';
import { replaySiteOf } from './replaySite.ts';
import { restClient, serverFault } from './rest.ts';
import { answerHelp, isUnknownOption } from './usage.ts';

const USAGE = `usage: compareHeat --data DIR --server URL --token T [options]
  --site ID      the replayed site (by the folder's name)
  --cell M       size of the compared cells in whole metres (5)
  --k N          sets the site's kAnonymity first: with the default of 10 few cells of single walks are shown
  --json         the result as JSON
`;
const HOUR_MS = 3_600_000;

const shown = (value: number | null, digits = 2): string => (value === null ? '–' : value.toFixed(digits)).padStart(7);

async function main(): Promise<void> {
  answerHelp(USAGE);
  const { values } = parseArgs({
    options: {
      data: { type: 'string' },
      server: { type: 'string' },
      // In the environment it is in no list of processes.
      token: { type: 'string', default: process.env.PROMENADE_TOKEN ?? '' },
      site: { type: 'string' },
      cell: { type: 'string', default: '5' },
      k: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  });
  const cellM = Number(values.cell);
  if (!values.data || !values.server || !values.token || !Number.isInteger(cellM) || cellM < 1) {
    process.stderr.write(`--data, --server and --token are needed, --cell must be whole metres\n\n${USAGE}`);
    process.exitCode = 1;
    return;
  }
  const client = restClient(values.server, values.token);
  const siteId = values.site ?? replaySiteOf(values.data.replace(/\/+$/, '').split('/').at(-1)!).siteId;
  if (values.k !== undefined) {
    const { definitions } = await getDefinitions(client, { site: siteId });
    if (definitions.kAnonymity !== Number(values.k))
      await putDefinitions(client, { site: siteId }, { ...definitions, kAnonymity: Number(values.k) });
  }
  const walks = new Map<string, TimedPoint[]>();
  for (const { carrier, ...point } of await readWaypoints(values.data)) {
    const walk = walks.get(carrier) ?? [];
    walk.push(point);
    walks.set(carrier, walk);
  }
  const truth = new Map<string, Cells>();
  let fromMs = Number.POSITIVE_INFINITY;
  let toMs = Number.NEGATIVE_INFINITY;
  for (const walk of walks.values()) {
    timeByCell(walk, cellM, truth);
    for (const { atMs } of walk) {
      fromMs = Math.min(fromMs, atMs);
      toMs = Math.max(toMs, atMs);
    }
  }
  // Heat is kept by whole quarter hours.
  const from = new Date(Math.floor(fromMs / HOUR_MS) * HOUR_MS).toISOString();
  const to = new Date(Math.ceil((toMs + 1) / HOUR_MS) * HOUR_MS).toISOString();
  const floors = await listFloors(client, { site: siteId });
  const rows = [];
  for (const floor of floors) {
    const { id } = floor;
    const heatmap = await getHeatmap(client, { site: siteId, floor: id, from, to, cellM, measure: 'dwell' });
    const heat: Cells = new Map(
      heatmap.cells.map(({ xM, yM, value }) => [cellKey(xM + cellM / 2, yM + cellM / 2, cellM), value * cellM * cellM]),
    );
    rows.push(
      compareFloor(id, truth.get(id) ?? new Map(), heat, cellM, heatmap.suppressedCells, evenHeat(floor, cellM)),
    );
  }
  const result = {
    site: siteId,
    cellM,
    walks: walks.size,
    from,
    to,
    floors: rows,
    floorConfusion: floorConfusion(rows),
  };
  if (values.json) {
    process.stdout.write(`${JSON.stringify(result)}\n`);
    return;
  }
  process.stdout.write(
    `${siteId}: ${walks.size} surveyed walks, cells of ${cellM} m\nfloor  walked s  heat s  within 5 m  (even)   10 m    corr  corr ${2 * cellM} m  JS bit  JS ${2 * cellM} m  suppressed\n`,
  );
  for (const row of rows)
    process.stdout.write(
      `${row.floorId.padEnd(5)} ${String(row.truthSeconds).padStart(9)} ${String(row.heatSeconds).padStart(7)}     ${shown(row.within5M)} ${shown(row.evenWithin5M)} ${shown(row.within10M)} ${shown(row.correlation)} ${shown(row.correlationCoarse)}   ${shown(row.jensenShannonBits)} ${shown(row.jensenShannonBitsCoarse)}  ${row.suppressedCells}\n`,
    );
  process.stdout.write(`share of time on the wrong floor, at least: ${shown(result.floorConfusion, 3).trim()}\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`${serverFault(error) ?? (error instanceof Error ? error.message : String(error))}\n`);
  if (isUnknownOption(error)) process.stderr.write(`\n${USAGE}`);
  process.exitCode = 1;
});
