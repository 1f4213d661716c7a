/**
 * Whether proof keeps its word, on simulated campaigns whose effect is planted: how often the intervals hold it, how often an
 * effect is found where there is none, under one look and under continuous looking, beside the plain methods; the same through
 * the tables and the route; and the figures of shops. 95 ± 2 is the mark.
 */
import { parseArgs } from 'node:util';
import type { EffectScenario } from '../../simulators/effects.ts';
import { FIGURE_TRUTHS, type FigureName, runFigures } from '../support/figureWorld.ts';
import { peekAtSales, peekAtVariants } from '../support/peekWorld.ts';
import { type EffectVerdicts, runProof, runStored, type Verdict } from '../support/proofWorld.ts';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '200' },
    seed: { type: 'string', default: '1' },
    stored: { type: 'string', default: '20' },
    json: { type: 'boolean' },
  },
});
function whole(name: 'runs' | 'seed' | 'stored', least: number): number {
  const number = Number(values[name]);
  if (Number.isInteger(number) && number >= least) return number;
  process.stderr.write(
    `--${name} must be a whole number of at least ${least}, such as ${name === 'runs' ? 200 : 20}\n`,
  );
  process.exit(2);
}
const runs = whole('runs', 1);
const seed = whole('seed', 0);
const storedRuns = whole('stored', 0);

const NOMINAL = 0.95;
const out: unknown[] = [];
const say = (line: string): void => {
  if (!values.json) process.stdout.write(`${line}\n`);
};
const progress = (line: string): void => {
  process.stderr.write(`${line}\n`);
};
const share = <T>(all: readonly T[], of: (one: T) => boolean): number =>
  all.length === 0 ? Number.NaN : all.filter(of).length / all.length;
const percent = (part: number): string => (Number.isNaN(part) ? '–' : `${(100 * part).toFixed(1)} %`);
const cells = (texts: readonly string[], width = 9): string => texts.map((text) => text.padStart(width)).join('');
const seedOf = (cell: number, run: number): number => (seed * 1_000_003 + cell * 15_485_863 + run * 7_919) >>> 0;

const EFFECTS = [
  { effectOnVisits: 0, effectOnBuying: 0 },
  { effectOnVisits: 0.25, effectOnBuying: 0.1 },
  { effectOnVisits: 0.8, effectOnBuying: 0.3 },
];
const grid: Partial<EffectScenario>[] = [100, 300, 1_000, 4_000].flatMap((shoppers) =>
  [0.05, 0.1, 0.3].flatMap((controlShare) =>
    EFFECTS.map((effect) => ({ shoppers, controlShare, basketSigma: 1.1, dropout: 0.1, ...effect })),
  ),
);
for (const effect of EFFECTS) {
  grid.push({ shoppers: 2_000, controlShare: 0.1, basketSigma: 1.6, visitsShape: 0.4, dropout: 0.1, ...effect });
  grid.push({ shoppers: 4_000, controlShare: 0.1, buyShare: 0.05, dropout: 0.3, ...effect });
}
grid.push(
  { shoppers: 20_000, controlShare: 0.1, ...EFFECTS[0] },
  { shoppers: 20_000, controlShare: 0.05, ...EFFECTS[1] },
);

const pooled = { held: 0, told: 0, plainHeld: 0, called: 0, calledOf: 0, significant: 0, significantOf: 0 };

function line(name: string, scenario: Partial<EffectScenario>, verdicts: readonly Verdict[]): string {
  const told = verdicts.filter((one) => one.told);
  const isNone = scenario.effectOnVisits === 0 && scenario.effectOnBuying === 0;
  pooled.told += told.length;
  pooled.held += told.filter((one) => one.covered).length;
  pooled.plainHeld += told.filter((one) => one.plainCovered).length;
  if (isNone) {
    pooled.calledOf += told.length;
    pooled.called += told.filter((one) => one.called).length;
    pooled.significantOf += verdicts.length;
    pooled.significant += verdicts.filter((one) => one.significant).length;
  }
  const covered = share(told, (one) => one.covered);
  out.push({
    kind: 'coverage',
    of: name,
    ...scenario,
    runs: verdicts.length,
    told: told.length,
    covered,
    plain: share(told, (one) => one.plainCovered),
    called: share(told, (one) => one.called),
    significant: share(verdicts, (one) => one.significant),
  });
  return cells([
    name,
    percent(told.length / verdicts.length),
    percent(covered),
    Number.isNaN(covered) ? '–' : (covered / NOMINAL).toFixed(3),
    `(${percent(share(told, (one) => one.plainCovered))})`,
    percent(share(told, (one) => one.called)),
    percent(share(verdicts, (one) => one.significant)),
  ]);
}

say(`planted effects, ${runs} campaigns each; “plain” is Welch’s error with the normal distribution`);
say(
  `${cells(['shoppers', 'control', 'visits', 'buying', 'spread'])}${cells(['of', 'told', 'held', '÷ 95 %', '(plain)', 'not 0', 'sure'])}`,
);
const describe = (scenario: Partial<EffectScenario>): string =>
  cells([
    String(scenario.shoppers),
    percent(scenario.controlShare!),
    `+${percent(scenario.effectOnVisits!)}`,
    `+${percent(scenario.effectOnBuying!)}`,
    String(scenario.basketSigma ?? 0.9),
  ]);
function tell(scenario: Partial<EffectScenario>, all: readonly EffectVerdicts[]): void {
  const visits = all.map((one) => one.visits);
  const sales = all.map((one) => one.sales);
  say(`${describe(scenario)}${line('visits', scenario, visits)}`);
  say(`${' '.repeat(45)}${line('sales', scenario, sales)}`);
}
for (const [cell, scenario] of grid.entries()) {
  tell(
    scenario,
    Array.from({ length: runs }, (_, run) => runProof(seedOf(cell, run), scenario)),
  );
  progress(`${cell + 1} of ${grid.length} kinds of campaigns`);
}
say(
  `all together: held ${percent(pooled.held / pooled.told)} of ${pooled.told} (÷ 95 %: ${(pooled.held / pooled.told / NOMINAL).toFixed(3)}; plain ${percent(pooled.plainHeld / pooled.told)}); without effect: not 0 ${percent(pooled.called / pooled.calledOf)}, sure ${percent(pooled.significant / pooled.significantOf)}`,
);
out.push({ kind: 'pooled', ...pooled });

if (storedRuns > 0) {
  say(`\nthrough tables and route, ${storedRuns} campaigns each`);
  for (const [cell, effect] of EFFECTS.entries()) {
    const scenario = { shoppers: 1_000, controlShare: 0.2, dropout: 0.1, ...effect };
    const all: Awaited<ReturnType<typeof runStored>>[] = [];
    for (let run = 0; run < storedRuns; run++) all.push(await runStored(seedOf(1_000 + cell, run), scenario));
    tell(scenario, all);
    const alike = share(
      all,
      ({ answer, pure }) =>
        JSON.stringify([answer.incrementalVisits, answer.incrementalSalesMinor]) ===
        JSON.stringify([pure.incrementalVisits, pure.incrementalSalesMinor]),
    );
    say(`${' '.repeat(45)}answers that are what the shoppers did: ${percent(alike)}`);
    out.push({ kind: 'stored', ...scenario, alike });
    progress(`${cell + 1} of ${EFFECTS.length} through the tables`);
  }
}

say(
  `\nsales looked at all the time, ${runs} campaigns of 4,000 shoppers each; “plain” is |z| > 1.96 at any of 40 looks`,
);
say(cells(['control', 'visits', 'betting', '(plain)', '(one look)'], 12));
for (const [cell, scenario] of [0.05, 0.1, 0.3]
  .flatMap((controlShare) => [0, 0.4].map((effectOnVisits) => ({ controlShare, effectOnVisits })))
  .entries()) {
  const all = Array.from({ length: runs }, (_, run) =>
    peekAtSales(seedOf(2_000 + cell, run), { shoppers: 4_000, basketSigma: 1.2, ...scenario }),
  );
  const [betting, naive, fixed] = (['betting', 'naive', 'fixed'] as const).map((of) => share(all, (one) => one[of]));
  say(
    cells(
      [
        percent(scenario.controlShare),
        `+${percent(scenario.effectOnVisits)}`,
        percent(betting!),
        `(${percent(naive!)})`,
        `(${percent(fixed!)})`,
      ],
      12,
    ),
  );
  out.push({ kind: 'peeking', ...scenario, betting, naive, fixed });
  progress(`${cell + 1} of 6 looked at all the time`);
}

const variantRuns = runs * 5;
say(`\nvariants looked at after every ten of 4,000 shoppers, ${variantRuns} campaigns each; “plain” is |z| > 1.96`);
say(cells(['rate', 'more', 'called', 'of shoppers', 'CI held', '(plain)', '(one look)'], 12));
for (const [cell, { rate, more }] of [0.02, 0.1, 0.4]
  .flatMap((rate) => [0, 0.3].map((relative) => ({ rate, more: rate * relative })))
  .entries()) {
  const all = Array.from({ length: variantRuns }, (_, run) =>
    peekAtVariants(seedOf(3_000 + cell, run), rate, more, 4_000),
  );
  const called = all.filter((one) => one.decision !== 'undecided');
  const result = {
    called: called.length / all.length,
    shoppers: called.reduce((sum, one) => sum + one.shoppers, 0) / Math.max(1, called.length),
    covered: share(all, (one) => one.covered),
    naive: share(all, (one) => one.naive),
    fixed: share(all, (one) => one.fixed),
  };
  say(
    cells(
      [
        percent(rate),
        `+${percent(more)}`,
        percent(result.called),
        called.length === 0 ? '–' : result.shoppers.toFixed(0),
        percent(result.covered),
        `(${percent(result.naive)})`,
        `(${percent(result.fixed)})`,
      ],
      12,
    ),
  );
  out.push({ kind: 'variants', rate, more, ...result });
}

say(`\nfigures of a shop: intervals that hold the truth, ${runs} shops each`);
const names = Object.keys(FIGURE_TRUTHS) as FigureName[];
say(`${'customers'.padStart(12)}${cells(names, 24)}`);
for (const [cell, customers] of [15, 50, 300].entries()) {
  const all = Array.from({ length: runs }, (_, run) => runFigures(seedOf(4_000 + cell, run), customers));
  const held = names.map((name) => {
    const told = all.filter((one) => one[name] !== undefined);
    return share(told, (one) => one[name] === true);
  });
  say(`${String(customers).padStart(12)}${cells(held.map(percent), 24)}`);
  out.push({ kind: 'figures', customers, ...Object.fromEntries(names.map((name, i) => [name, held[i]])) });
}
if (values.json) process.stdout.write(`${JSON.stringify({ runs, seed, results: out })}\n`);
