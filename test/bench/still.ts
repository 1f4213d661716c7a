/** Entered and exited events of carriers that stand still next to a border: each one is flapping. */
import { parseArgs } from 'node:util';
import { createGridPositioner } from '../../server/positioning/gridPositioner.ts';
import { createPositioner } from '../../server/positioning/index.ts';
import type { CreatePositioner, Positioner } from '../../server/positioning/types.ts';
import { BORDERS, runStillWorld, type StillCarrier } from '../support/stillWorld.ts';
import { createCentroidPositioner } from './positions/centroidPositioner.ts';

const TRACKERS: Readonly<Record<string, CreatePositioner>> = {
  'in-use': createPositioner,
  grid: (model, siteState) => createGridPositioner(model, siteState),
  centroid: (model) => createCentroidPositioner(model) as Positioner,
};

const { values } = parseArgs({
  options: {
    tracker: { type: 'string', default: 'in-use' },
    seeds: { type: 'string', default: '20' },
    first: { type: 'string', default: '1' },
    seconds: { type: 'string', default: '3600' },
    walkers: { type: 'string', default: '0' },
    warm: { type: 'string', default: '0' },
    json: { type: 'boolean', default: false },
  },
});
const positioner = TRACKERS[values.tracker];
if (!positioner) {
  process.stderr.write(`bench:still: --tracker must be one of ${Object.keys(TRACKERS).join(', ')}\n`);
  process.exit(2);
}
const seconds = Number(values.seconds);
const walkers = Number(values.walkers);
const warmSeconds = Number(values.warm);
const first = Number(values.first);
const print = (text: string): void => {
  if (!values.json) process.stdout.write(`${text}\n`);
};
const median = (list: readonly number[]): number => [...list].sort((a, b) => a - b)[list.length >> 1] ?? Number.NaN;

print(
  `tracker ${values.tracker}, ${seconds} s, ${walkers} walkers, warm ${warmSeconds} s; entered and exited events after the first minute`,
);
print(`seed  spacing  ${BORDERS.map((border) => border.padStart(22)).join('')}`);
const all: StillCarrier[] = [];
const startedMs = performance.now();
for (let seed = first; seed < first + Number(values.seeds); seed++) {
  const { carriers, spacingM } = runStillWorld({ seed, seconds, positioner, walkers, warmSeconds });
  all.push(...carriers);
  const cell = (one: StillCarrier): string =>
    `${one.events.length} at ${one.offM.toFixed(1)} m, ${median(one.errorsM).toFixed(1)} off`.padStart(22);
  print(`${String(seed).padStart(4)}  ${spacingM.toFixed(1).padStart(5)} m  ${carriers.map(cell).join('')}`);
}
const events = all.reduce((sum, one) => sum + one.events.length, 0);
const hours = (all.length * seconds) / 3_600;
const result = {
  tracker: values.tracker,
  carrierHours: hours,
  events,
  restless: all.filter((one) => one.events.length > 0).length,
  carriers: all.length,
  byBorder: Object.fromEntries(
    BORDERS.map((border) => [
      border,
      all.filter((one) => one.border === border).reduce((sum, one) => sum + one.events.length, 0),
    ]),
  ),
  medianErrorM: Number(median(all.flatMap((one) => one.errorsM)).toFixed(2)),
  within: Number((all.reduce((sum, one) => sum + one.within, 0) / all.length).toFixed(3)),
  secondsTaken: Number(((performance.now() - startedMs) / 1_000).toFixed(1)),
};
if (values.json) process.stdout.write(`${JSON.stringify(result)}\n`);
else
  print(
    `${events} events in ${hours.toFixed(0)} carrier-hours; ${result.restless} of ${result.carriers} carriers had any; ` +
      `median error ${result.medianErrorM} m, within accuracyM ${(100 * result.within).toFixed(0)} %; ${result.secondsTaken} s`,
  );
