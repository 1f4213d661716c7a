/** The same people heard by gateways of our own and by those of other makes: where they seem to be, and for how long. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { FORMATS, type Format } from '../../server/contract/fleets.ts';
import { Duck } from '../../server/db/duckdb.ts';
import { ADAPTERS } from '../../server/ingest/adapters/index.ts';
import { IMITATORS } from '../../simulators/fleets/index.ts';
import { createOpenMqttGateway, DELIVERED_SETTINGS } from '../../simulators/fleets/openMqttGateway.ts';
import { createShelly } from '../../simulators/fleets/shelly.ts';
import type { CreateImitator } from '../../simulators/fleets/types.ts';
import { makeHall } from './fleets/hall.ts';
import { hearForeign, hearOwn } from './fleets/hearing.ts';
import type { Score } from './fleets/tracking.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    halls: { type: 'string', default: '2' },
    carriers: { type: 'string', default: '8' },
    seconds: { type: 'string', default: '900' },
    format: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
if (values.format !== undefined && !FORMATS.includes(values.format as Format)) {
  process.stderr.write(`bench:fleets: --format must be one of ${FORMATS.join(', ')}\n`);
  process.exit(2);
}
const seed = Number(values.seed);
const halls = Array.from({ length: Number(values.halls) }, (_, i) =>
  makeHall(seed + i, Number(values.carriers), Number(values.seconds)),
);
const print = (text: string): void => {
  if (!values.json) process.stdout.write(`${text}\n`);
};
const quantile = (list: readonly number[], share: number): number =>
  [...list].sort((a, b) => a - b)[Math.min(list.length - 1, Math.floor(share * list.length))] ?? Number.NaN;

interface Result {
  title: string;
  medianM: number;
  p90M: number;
  lostShare: number;
  staysFoundShare: number;
  inventedStays: number;
  dwellMedianSeconds: number;
  dwellP90Seconds: number;
}
function resultOf(title: string, scores: readonly Score[]): Result {
  const errorsM = scores.flatMap((score) => score.errorsM);
  const dwell = scores.flatMap((score) => score.dwellErrorsSeconds);
  const sum = (of: (score: Score) => number): number => scores.reduce((total, score) => total + of(score), 0);
  const round = (value: number, digits: number): number => Number(value.toFixed(digits));
  return {
    title,
    medianM: round(quantile(errorsM, 0.5), 2),
    p90M: round(quantile(errorsM, 0.9), 2),
    lostShare: round(sum((score) => score.lost) / (errorsM.length + sum((score) => score.lost)), 3),
    staysFoundShare: round(dwell.length / (dwell.length + sum((score) => score.missed)), 3),
    inventedStays: sum((score) => score.invented),
    dwellMedianSeconds: round(quantile(dwell, 0.5), 0),
    dwellP90Seconds: round(quantile(dwell, 0.9), 0),
  };
}

const rows: { title: string; format: Format; create: CreateImitator }[] = FORMATS.map((format) => ({
  title: ADAPTERS[format].title,
  format,
  create: IMITATORS[format],
}));
rows.push(
  {
    title: 'OpenMQTTGateway as delivered (10 s of 65)',
    format: 'openmqttgateway',
    create: createOpenMqttGateway(DELIVERED_SETTINGS),
  },
  { title: 'Shelly, scan window = interval', format: 'shelly', create: createShelly({ scanWindowMs: 320 }) },
);

const stays = halls.reduce((sum, hall) => sum + hall.stays.length, 0);
print(
  `${values.halls} halls of 48 × 30 m, 15 gateways each, ${values.carriers} carriers for ${values.seconds} s, ${stays} stays; seeds from ${seed}`,
);
print(`${''.padEnd(42)} position error      no fix   stays of 60 s and more   dwell error`);
print(`${''.padEnd(42)} median     p90               found   invented         median     p90`);
const show = (result: Result): void =>
  print(
    `${result.title.padEnd(42)} ${result.medianM.toFixed(2).padStart(6)} ${result.p90M.toFixed(2).padStart(7)} m ` +
      `${(100 * result.lostShare).toFixed(1).padStart(7)} % ${(100 * result.staysFoundShare).toFixed(0).padStart(9)} % ` +
      `${String(result.inventedStays).padStart(10)} ${String(result.dwellMedianSeconds).padStart(12)} ${String(result.dwellP90Seconds).padStart(7)} s`,
  );
const startedMs = performance.now();
const results = [
  resultOf(
    'Promenade gateway',
    halls.map((hall) => hearOwn(hall)),
  ),
];
show(results[0]!);
const dir = await mkdtemp(join(tmpdir(), 'promenade-fleets-'));
const duck = await Duck.open(join(dir, 'db.duckdb'), { threads: 1, memoryLimit: '128MB' });
try {
  for (const { title, format, create } of rows) {
    if (values.format !== undefined && values.format !== format) continue;
    const scores: Score[] = [];
    for (const [i, hall] of halls.entries()) scores.push(await hearForeign(hall, format, create, seed + i, duck));
    const result = resultOf(title, scores);
    results.push(result);
    show(result);
  }
} finally {
  await duck.close();
  await rm(dir, { recursive: true, force: true });
}
const secondsTaken = Number(((performance.now() - startedMs) / 1_000).toFixed(1));
if (values.json) process.stdout.write(`${JSON.stringify({ results, secondsTaken })}\n`);
else print(`${secondsTaken} s`);
