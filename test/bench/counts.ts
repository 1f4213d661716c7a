/**
 * Counts and their bands against the simulator's truth, over seeded mall-days with outages, skewed clocks, dead gateways,
 * staff, carts, people with two carriers and carriers that leave and come back. What is measured is the product: engine,
 * time series and questions; only MQTT is left out. What the truth is, test/bench/counts/truth.ts says.
 *
 *   npm run bench:counts -- [--days 24] [--family tuning|validation] [--by-trouble] [--threads N] [--kept DIR] [--json]
 *
 * Half of the days are of the family that bands and estimators were made on, half of one they were not. A day takes five to
 * ten seconds of a core; 200 and more say something of coverage. With --kept what was simulated is kept in DIR and used again.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { type Family, type MallDay, mallDay, TROUBLES, type Trouble } from './counts/malls.ts';
import { type Recorded, recordDay } from './counts/play.ts';
import { type Case, MEASURES, type Measure, type Summary, score, summarize } from './counts/score.ts';

const PROGRESS_EVERY_MS = 5_000;
const FAMILIES: readonly Family[] = ['tuning', 'validation'];
/** Seeds of the families do not overlap either. */
const FIRST_SEED: Record<Family, number> = { tuning: 1, validation: 90_001 };

/** What is asked for, of days the tuning did not see. */
const ASKED_ERROR: Partial<Record<Measure, number>> = {
  'footfall, hour': 0.03,
  'unique visitors, day': 0.01,
  'median dwell, day': 0.05,
  'mean occupancy, hour': 0.03,
};

export interface DayResult {
  family: Family;
  seed: number;
  trouble: Trouble;
  sightings: number;
  cases: Case[];
}

/** With `kept` a day that was recorded before is read from there; what the simulator or the engine make of it may have changed since. */
async function recorded(day: MallDay, kept: string | undefined): Promise<Recorded> {
  if (kept === undefined) return recordDay(day);
  const path = join(kept, `${day.family}-${day.seed}.json`);
  if (existsSync(path)) return JSON.parse(readFileSync(path, 'utf8')) as Recorded;
  const made = await recordDay(day);
  mkdirSync(kept, { recursive: true });
  writeFileSync(path, JSON.stringify(made));
  return made;
}

async function playDay({ family, number, kept }: WantedDay): Promise<DayResult> {
  const day = mallDay(family, FIRST_SEED[family] + number);
  const made = await recorded(day, kept);
  const cases = await score(day, made);
  return { family, seed: day.seed, trouble: day.trouble, sightings: made.sightings, cases };
}

interface WantedDay {
  family: Family;
  number: number;
  kept: string | undefined;
}

/** Days are independent of each other: a thread for each core takes the next one. */
async function playAll(
  wanted: readonly WantedDay[],
  cores: number,
  onResult: (result: DayResult) => void,
): Promise<void> {
  let next = 0;
  const threads = Math.min(wanted.length, cores);
  await Promise.all(
    Array.from({ length: threads }, () => {
      const worker = new Worker(new URL(import.meta.url));
      return new Promise<void>((resolve, reject) => {
        const give = (): void => {
          const day = wanted[next++];
          if (day) worker.postMessage(day);
          else void worker.terminate().then(() => resolve());
        };
        worker.on('message', (result: DayResult) => {
          onResult(result);
          give();
        });
        worker.on('error', reject);
        give();
      });
    }),
  );
}

const percent = (share: number, digits = 1): string => `${(100 * share).toFixed(digits)} %`;

const maybe = (share: number | null): string => (share === null ? '–' : percent(share));

function line(measure: Measure, summary: Summary | undefined): string {
  if (!summary) return `  ${measure.padEnd(31)} no cases`;
  const asked = ASKED_ERROR[measure];
  return [
    `  ${measure.padEnd(31)}`,
    String(summary.cases).padStart(6),
    percent(summary.error, 2).padStart(9),
    (asked === undefined ? '' : percent(asked, 0)).padStart(6),
    percent(summary.bias, 2).padStart(9),
    percent(summary.within).padStart(9),
    percent(summary.below).padStart(8),
    percent(summary.above).padStart(8),
    percent(summary.width).padStart(8),
    summary.meanWidth.toPrecision(2).padStart(7),
    percent(summary.points).padStart(9),
    maybe(summary.withinOthers).padStart(8),
    maybe(summary.withinNarrower).padStart(9),
  ].join(' ');
}

const LEGEND = `  error, bias: of the values, by sums of truths. within: truths from low to high; below, above: the others. width: of the
  band, by mean truth, and as it is. one: bands of a single number, as nothing is in doubt. others: of the bands that are
  wider, those that hold the truth. less: those that would with one number less; where that is below 95 %, a band of whole
  numbers cannot be narrower.`;

const of = (results: readonly DayResult[], measure: Measure): Summary | undefined =>
  summarize(results.flatMap((result) => result.cases.filter((one) => one.measure === measure)));

function table(title: string, results: readonly DayResult[]): string {
  const head = `  ${''.padEnd(31)}  cases     error  asked      bias    within   below    above    width   width       one   others      less`;
  return [title, head, ...MEASURES.map((measure) => line(measure, of(results, measure)))].join('\n');
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      days: { type: 'string', default: '24' },
      family: { type: 'string' },
      'by-trouble': { type: 'boolean', default: false },
      threads: { type: 'string', default: String(availableParallelism()) },
      kept: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  });
  const days = Number(values.days);
  const families = FAMILIES.filter((family) => values.family === undefined || values.family === family);
  if (!Number.isInteger(days) || days < families.length || families.length === 0) {
    process.stderr.write('bench:counts: --days must be a whole number of 2 or more, --family tuning or validation\n');
    process.exitCode = 2;
    return;
  }
  const results: DayResult[] = [];
  const startedMs = performance.now();
  let saidMs = startedMs;
  const wanted = Array.from(
    { length: days },
    (_, i): WantedDay => ({
      family: families[i % families.length]!,
      number: Math.floor(i / families.length),
      kept: values.kept,
    }),
  );
  await playAll(wanted, Number(values.threads), (result) => {
    results.push(result);
    const nowMs = performance.now();
    if (nowMs - saidMs < PROGRESS_EVERY_MS) return;
    saidMs = nowMs;
    const leftSeconds = ((nowMs - startedMs) / 1_000 / results.length) * (days - results.length);
    process.stderr.write(`${results.length} of ${days} mall-days, ${leftSeconds.toFixed(0)} s left\n`);
  });
  if (values.json) {
    const entries = families.map((family) => {
      const own = results.filter((result) => result.family === family);
      return [family, Object.fromEntries(MEASURES.map((measure) => [measure, of(own, measure)]))];
    });
    process.stdout.write(`${JSON.stringify({ days, ...Object.fromEntries(entries) })}\n`);
    return;
  }
  const say = (text: string): void => void process.stdout.write(`${text}\n\n`);
  for (const family of families) {
    const own = results.filter((result) => result.family === family);
    say(table(`${family}: ${own.length} mall-days (aim: within 95 % ± 2)`, own));
    if (!values['by-trouble']) continue;
    for (const trouble of TROUBLES) {
      const some = own.filter((result) => result.trouble === trouble);
      if (some.length > 0) say(table(`${family}, trouble: ${trouble}, ${some.length} mall-days`, some));
    }
  }
  say(LEGEND);
  const sightings = results.reduce((sum, result) => sum + result.sightings, 0);
  const seconds = (performance.now() - startedMs) / 1_000;
  say(`${results.length} mall-days, ${(sightings / 1e6).toFixed(1)} million sightings, ${seconds.toFixed(0)} s`);
}

if (!isMainThread)
  parentPort?.on('message', (day: WantedDay) => {
    void playDay(day).then((result) => parentPort?.postMessage(result));
  });
else if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) await main();
