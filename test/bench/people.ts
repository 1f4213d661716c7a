/**
 * How often the interval of estimated people holds the truth, on simulated sites: hours of one door, and whole days of the
 * site. Beside it the plain ratio, people ÷ carriers of all counts, with the interval of a Poisson count.
 */
import { parseArgs } from 'node:util';
import { runPeopleWorld, type Verdict } from '../support/peopleWorld.ts';

const { values } = parseArgs({ options: { runs: { type: 'string', default: '400' }, json: { type: 'boolean' } } });
const runs = Number(values.runs);
if (!Number.isInteger(runs) || runs < 1) {
  process.stderr.write('--runs must be a whole number of at least 1, such as 400\n');
  process.exit(2);
}

const share = (verdicts: readonly Verdict[], test: (verdict: Verdict) => boolean): number =>
  verdicts.filter(test).length / verdicts.length;
const median = (numbers: number[]): number => numbers.sort((a, b) => a - b)[numbers.length >> 1] ?? Number.NaN;

const lines = [0.05, 0.1, 0.2, 0.3, 0.45, 0.6].map((carriage) => {
  const all = Array.from({ length: runs }, (_, i) => runPeopleWorld(7_919 * (i + 1), { carriage }));
  const of = (verdicts: Verdict[]) => ({
    covered: share(verdicts, (verdict) => verdict.covered),
    plain: share(verdicts, (verdict) => verdict.plainCovered),
    width: median(verdicts.map((verdict) => verdict.relativeWidth)),
    bias: verdicts.reduce((sum, verdict) => sum + verdict.bias, 0) / verdicts.length,
  });
  process.stderr.write(`carriage ${carriage}: ${runs} sites\n`);
  return { carriage, hour: of(all.flatMap((run) => run.hours)), day: of(all.flatMap((run) => run.days)) };
});

if (values.json) process.stdout.write(`${JSON.stringify({ runs, lines })}\n`);
else {
  process.stdout.write(`truth within the 95 % interval, ${runs} simulated sites each\n`);
  process.stdout.write('carriage   hour   (plain)   width    day   (plain)   width   bias\n');
  const percent = (part: number) => `${(100 * part).toFixed(1)} %`;
  for (const { carriage, hour, day } of lines)
    process.stdout.write(
      `${[percent(carriage), percent(hour.covered), `(${percent(hour.plain)})`, percent(hour.width), percent(day.covered), `(${percent(day.plain)})`, percent(day.width), day.bias.toFixed(3)].map((cell) => cell.padStart(8)).join(' ')}\n`,
    );
}
