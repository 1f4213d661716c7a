/** Rotating numbers of many shoppers: making the tables, the longest pause that it costs, looking up, memory, shared numbers. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { beaconNumber, slotMessage } from '../../server/identities/scheme.ts';
import { SiteSlots } from '../../server/identities/siteSlots.ts';
import { createRandom } from '../../simulators/random.ts';

const { values } = parseArgs({ options: { identities: { type: 'string', default: '100000' } } });
const count = Number(values.identities);
if (!(count >= 1 && count <= 1_000_000)) {
  process.stderr.write('--identities must be a number from 1 to 1000000, such as 100000\n');
  process.exit(2);
}
const SLOT = 2_000_000;
const LOOKUPS = 2_000_000;
/** As the server does it: a slice, then whatever else there is to do. */
const EVERY_MS = 5;

const random = createRandom('identities');
const secrets = Array.from({ length: count }, () =>
  Buffer.from(Array.from({ length: 32 }, () => Math.floor(random() * 256))),
);
const before = process.memoryUsage();
const slots = new SiteSlots();
secrets.forEach((secret, i) => {
  slots.add({ id: `c-${i}`, kind: 'shopper' }, secret);
});

const said = (text: string): void => void process.stdout.write(`${text}\n`);
const ms = (value: number): string => `${value.toFixed(1)} ms`;

const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
let startedMs = performance.now();
await slots.ready(SLOT);
said(`start: three tables of ${count} in ${ms(performance.now() - startedMs)}, longest pause ${ms(delay.max / 1e6)}`);

delay.reset();
startedMs = performance.now();
const slices: number[] = [];
for (let more = true; more; ) {
  const sliceMs = performance.now();
  more = slots.prepare(SLOT);
  slices.push(performance.now() - sliceMs);
  await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
}
delay.disable();
slices.sort((a, b) => a - b);
const workedMs = slices.reduce((sum, one) => sum + one, 0);
const slice = (share: number): string => ms(slices[Math.min(slices.length - 1, Math.floor(share * slices.length))]!);
said(
  `each slot: ${ms(workedMs)} of work in ${slices.length} slices of ${slice(0.5)} (p50), ${slice(0.99)} (p99), ${slice(1)} (longest); that is ${((workedMs / 900_000) * 100).toFixed(3)} % of a core`,
);

const heard = Array.from({ length: 100_000 }, () => secrets[Math.floor(random() * count)]!).map((secret) =>
  beaconNumber(secret, slotMessage(SLOT)),
);
const lookUp = (numbers: readonly number[]): number => {
  const beganMs = performance.now();
  for (let n = 0; n < LOOKUPS; n++) slots.resolve(SLOT, numbers[n % numbers.length]!);
  return ((performance.now() - beganMs) * 1e6) / LOOKUPS;
};
lookUp(heard);
const map = new Map(heard.map((number, i) => [number, i]));
let found = 0;
const mapMs = performance.now();
for (let n = 0; n < LOOKUPS; n++) found += map.get(heard[n % heard.length]!) === undefined ? 0 : 1;
const mapNs = ((performance.now() - mapMs) * 1e6) / LOOKUPS;
const ambiguous = heard.filter((number) => slots.resolve(SLOT, number) === 'ambiguous').length;
said(
  `look-up in three slots: ${lookUp(heard).toFixed(0)} ns, beside ${mapNs.toFixed(0)} ns of a plain Map of one slot (${found} found); ${ambiguous} of ${heard.length} shared`,
);
const invented = Array.from({ length: 100_000 }, () => Math.floor(random() * 2 ** 32));
said(`look-up of an invented number, in all tables: ${lookUp(invented).toFixed(0)} ns`);
const after = process.memoryUsage();
said(
  `memory: ${((after.rss - before.rss) / 2 ** 20).toFixed(0)} MB more than the secrets alone, ${((after.arrayBuffers - before.arrayBuffers) / 2 ** 20).toFixed(0)} MB of it tables`,
);
