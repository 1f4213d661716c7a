/** False and missed flags of copied identities over many simulated carrier-hours. */
import { parseArgs } from 'node:util';
import { runCloneWorld } from '../support/cloneWorld.ts';

const { values } = parseArgs({ options: { hours: { type: 'string', default: '10000' } } });
const hours = Number(values.hours);
if (!(hours > 0)) {
  process.stderr.write('--hours must be a number of carrier-hours, such as 10000\n');
  process.exit(2);
}
const CARRIERS = 100;
let simulated = 0;
let flagged = 0;
let runs = 0;
while (simulated < hours) {
  // Every third hall reflects, with beacons of very different power.
  const hard = runs % 3 === 0 ? { powerSigmaDb: 5, shadowSigmaDb: 6, pathLossExponent: 1.8 } : {};
  const world = { seed: `hall-${runs}`, carriers: CARRIERS, cloned: 0, seconds: 3_600, intervalMs: 1_500, ...hard };
  const { found, carrierHours } = runCloneWorld(world);
  simulated += carrierHours;
  flagged += found.length;
  runs++;
  process.stderr.write(`${Math.round(simulated)} of ${hours} carrier-hours, ${flagged} flagged\n`);
}
let found = 0;
const COPIES = 20;
for (let i = 0; i < COPIES; i++) {
  const world = { seed: `copy-${i}`, carriers: 1, cloned: 1, seconds: 1_800, intervalMs: 4_000 };
  found += runCloneWorld(world).found.length;
}
process.stdout.write(
  `${flagged} false flags in ${Math.round(simulated)} carrier-hours (limit: 1 in 10,000); ${found} of ${COPIES} copies found within half an hour\n`,
);
