/** An app's identity begins with consent and ends with the pairing, whatever ends it; nothing of its secret is left then. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SLOT_MS, SLOT_SECONDS } from '../../server/contract/identity.ts';
import { type IdentityServices, openIdentities } from '../../server/identities/open.ts';
import { slotOf } from '../../server/identities/scheme.ts';
import { frameAt } from '../../simulators/rotatingBeacon.ts';
import { NOW, openWorld, SITE, type World } from '../campaigns/world.ts';
import { seededRandom } from '../support/random.ts';

let world: World;
let dataDir: string;
let apps: IdentityServices;
const problems: string[] = [];

function open(seed = 1): IdentityServices {
  const random = seededRandom(seed);
  return openIdentities({
    duck: world.duck,
    dataDir,
    registry: world.registry,
    pipeline: { phone: () => Promise.reject(new Error('no pipeline here')) },
    offers: world.services,
    clock: () => world.clock.nowMs,
    random: (bytes) => Buffer.from(Array.from({ length: bytes }, () => Math.floor(random() * 256))),
    onProblem: (what, error) => problems.push(`${what}: ${error.message}`),
  });
}

beforeEach(async () => {
  problems.length = 0;
  dataDir = mkdtempSync(join(tmpdir(), 'identities-'));
  world = await openWorld();
  apps = open();
  await apps.start();
});
afterEach(async () => {
  await apps.stop();
  await world.close();
  rmSync(dataDir, { recursive: true, force: true });
  expect(problems).toEqual([]);
});

const onDisk = (): string => {
  const dir = join(dataDir, 'identities');
  return readdirSync(dir)
    .map((file) => readFileSync(join(dir, file)).toString('hex'))
    .join('');
};
const resolve = (secretHex: string, atMs = world.clock.nowMs) => {
  const frame = frameAt({ uuid: 'any', secretHex, slotSeconds: SLOT_SECONDS }, atMs);
  return apps.identities
    .numbers(SITE)
    .resolve(slotOf(world.clock.nowMs), frame.major, frame.minor, { atMs, gatewayId: 'g1' })?.id;
};
async function enrolled(tag = 'c-1'): Promise<{ shopperId: string; carrierId: string; secretHex: string }> {
  const shopperId = await world.shopper(tag);
  const { identity, secret } = await apps.enrol(SITE, shopperId, 'advertise', world.clock.nowMs);
  return { shopperId, carrierId: identity.carrierId, secretHex: secret!.toString('hex') };
}

test('an app’s identity takes the place of the tag, and its numbers are the shopper’s', async () => {
  const { shopperId, carrierId, secretHex } = await enrolled();
  const { pairings } = world.services;
  expect(pairings.ofShopper(shopperId)?.carrierId).toBe(carrierId);
  expect(pairings.ofCarrier(SITE, 'c-1')).toBeUndefined();
  expect(carrierId).toMatch(/^c-[a-z2-7]{20}$/);
  expect(resolve(secretHex)).toBe(carrierId);
  expect(onDisk()).toContain(secretHex);
  expect(JSON.stringify(await world.duck.all('select * from app_identities'))).not.toContain(secretHex);
  expect(apps.identities.enrolled(SITE)).toEqual({ advertise: 1, listen: 0 });
  // Half an hour later the frames of now are old, and counted.
  world.clock.nowMs += 2 * SLOT_MS;
  await apps.identities.numbers(SITE).ready(slotOf(world.clock.nowMs));
  expect(resolve(secretHex, NOW)).toBeUndefined();
  expect(resolve(secretHex)).toBe(carrierId);
  expect(apps.identities.counts(SITE)).toMatchObject({ resolved: 2, replayed: 1, unknown: 0, ambiguous: 0 });
});

test.each([
  ['the app asks for it', (shopperId: string) => world.services.pairings.unpair(shopperId, NOW, 'shopper')],
  ['consent is withdrawn', (shopperId: string) => world.services.pairings.unpair(shopperId, NOW, 'consent')],
  [
    'a tag is paired instead',
    (shopperId: string) => world.services.pairings.pair(SITE, 'c-3', shopperId, NOW, { takeover: false }),
  ],
  ['the app is enrolled anew', (shopperId: string) => apps.enrol(SITE, shopperId, 'advertise', NOW)],
])('the identity ends at once when %s', async (_, end) => {
  const other = await enrolled('c-2');
  const { shopperId, secretHex } = await enrolled();
  const ending = end(shopperId);
  await ending;
  expect(resolve(secretHex)).toBeUndefined();
  await world.services.pairings.settled();
  expect(onDisk()).not.toContain(secretHex);
  expect(resolve(other.secretHex)).toBe(other.carrierId);
  expect(onDisk()).toContain(other.secretHex);
});

test('an erasure overwrites the secret before the receipt is given', async () => {
  const { shopperId, carrierId, secretHex } = await enrolled();
  const { removed } = await world.services.eraser.erase(shopperId, NOW);
  expect(onDisk()).not.toContain(secretHex);
  expect(resolve(secretHex)).toBeUndefined();
  expect(removed).toMatchObject({ pairings: 2, app: 1 });
  expect(await world.duck.all('select * from app_identities')).toEqual([]);
  expect(apps.identities.of(SITE, carrierId)).toBeUndefined();
});

test('identities outlive a restart; a secret that is nobody’s does not', async () => {
  const kept = await enrolled('c-1');
  const gone = await enrolled('c-2');
  await apps.stop();
  // A crash came between the end of the pairing and that of the secret.
  await world.duck.run('update pairings set to_ms = 1 where carrier_id = $1', [gone.carrierId]);
  expect(onDisk()).toContain(gone.secretHex);
  apps = open(2);
  await apps.start();
  expect(onDisk()).not.toContain(gone.secretHex);
  expect(resolve(gone.secretHex)).toBeUndefined();
  expect(resolve(kept.secretHex)).toBe(kept.carrierId);
  // The freed record is used again.
  const before = onDisk().length;
  await enrolled('c-3');
  expect(onDisk().length).toBe(before);
});

test('a consent that runs out after a year ends the identity with it', async () => {
  const { shopperId, secretHex } = await enrolled();
  const day = 86_400_000;
  await apps.expire(NOW + 364 * day);
  expect(resolve(secretHex)).toBeDefined();
  await apps.expire(NOW + 366 * day);
  expect(resolve(secretHex)).toBeUndefined();
  expect(world.services.pairings.ofShopper(shopperId)).toBeUndefined();
});

test('who withdraws while enrolling is not enrolled', async () => {
  const shopperId = await world.shopper('c-1');
  const [row] = await world.services.consents.rows(shopperId);
  const enrolling = apps.enrol(SITE, shopperId, 'advertise', NOW);
  await world.services.consents.append(shopperId, { ...row!, state: 'withdrawn', atMs: NOW });
  await expect(enrolling).rejects.toMatchObject({ code: 'no-consent' });
  expect(apps.identities.enrolled(SITE)).toEqual({ advertise: 0, listen: 0 });
  expect(onDisk()).toMatch(/^0*$/);
});

test('an app that enrols again and again is held up', async () => {
  const { shopperId } = await enrolled();
  for (let n = 0; n < 9; n++) await apps.enrol(SITE, shopperId, 'listen', NOW);
  await expect(apps.enrol(SITE, shopperId, 'listen', NOW)).rejects.toMatchObject({ status: 429 });
  expect(apps.identities.enrolled(SITE)).toEqual({ advertise: 0, listen: 1 });
});
