/** Secrets of webhooks in the database: sealed under a key beside it, usable after a restart, not to be had without the key. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadSealer, Sealer } from '../../server/auth/sealing.ts';
import { Duck } from '../../server/db/duckdb.ts';
import { until } from '../support/until.ts';
import { isSigned, Receiver } from './receiver.ts';
import { type OutWorld, openOutWorld, SITE, tellRedemptions } from './world.ts';

let folder: string;
let receiver: Receiver;
const opened: OutWorld[] = [];
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sealed-'));
  receiver = await new Receiver().start();
});
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
  await receiver.stop();
  rmSync(folder, { recursive: true });
});
const keyFile = (): string => join(folder, 'secrets.key');
async function start(): Promise<OutWorld> {
  const out = await openOutWorld({ duck: await Duck.open(join(folder, 'promenade.duckdb')), keyFile: keyFile() });
  opened.push(out);
  return out;
}
const stop = (): Promise<void> => opened.pop()!.close();
const stored = (out: OutWorld) =>
  out.world.duck.get<{ secret: string; previous: string | null }>(
    'select secret, previous_secret as previous from webhooks',
  );
const filesOfDatabase = (): Buffer =>
  Buffer.concat(
    readdirSync(folder)
      .filter((name) => name.startsWith('promenade.duckdb'))
      .map((name) => readFileSync(join(folder, name))),
  );

test('no file of the database tells a secret, and after a restart deliveries are signed as before', async () => {
  const first = await start();
  const made = await first.webhook({ url: receiver.url });
  const rotated = await first.outgoing.webhooks.rotate(made, first.time.nowMs());
  for (const secret of [made.secret, rotated.secret]) expect(filesOfDatabase().includes(secret)).toBe(false);
  await stop();
  for (const secret of [made.secret, rotated.secret]) expect(filesOfDatabase().includes(secret)).toBe(false);
  // The scan would see one.
  expect(filesOfDatabase().includes(made.id)).toBe(true);
  expect(statSync(keyFile()).mode & 0o777).toBe(0o600);

  const second = await start();
  await tellRedemptions(second, 1);
  await until(() => receiver.received.length).toBe(1);
  for (const secret of [made.secret, rotated.secret]) expect(isSigned(receiver.received[0]!, secret)).toBe(true);
  expect([...first.errors, ...second.errors]).toEqual([]);
});

test('secrets that an earlier version left in plain go on working and are sealed at the next start', async () => {
  const first = await start();
  const made = await first.webhook({ url: receiver.url });
  const rotated = await first.outgoing.webhooks.rotate(made, first.time.nowMs());
  await first.world.duck.run('update webhooks set secret = $1, previous_secret = $2', [rotated.secret, made.secret]);
  await stop();
  rmSync(keyFile());

  const second = await start();
  const now = await stored(second);
  expect([now!.secret, now!.previous]).toEqual([
    expect.stringMatching(/^sealed:1:/),
    expect.stringMatching(/^sealed:1:/),
  ]);
  await tellRedemptions(second, 1);
  await until(() => receiver.received.length).toBe(1);
  for (const secret of [made.secret, rotated.secret]) expect(isSigned(receiver.received[0]!, secret)).toBe(true);
  expect(second.errors).toEqual([]);
});

test('without its key a webhook waits and says why, until the file is back or a new secret is made', async () => {
  const first = await start();
  const made = await first.webhook({ url: receiver.url });
  await stop();
  renameSync(keyFile(), join(folder, 'elsewhere'));

  const second = await start();
  expect(second.errors.join()).toMatch(new RegExp(`^webhooks: .*secrets\\.key.*${made.id}`));
  const { webhooks, outbox } = second.outgoing;
  await webhooks.change(webhooks.get(SITE, made.id)!, { ...made, name: 'changed meanwhile' });
  await tellRedemptions(second, 1);
  const last = async (out: OutWorld) => (await out.outgoing.outbox.list(made.id, { limit: 1 }))[0];
  await until(async () => (await last(second))?.lastError).toMatch(/make a new secret/);
  expect(await last(second)).toMatchObject({ state: 'pending' });
  expect(outbox.pending(made.id)).toBe(1);
  expect(receiver.received).toEqual([]);
  await stop();

  renameSync(join(folder, 'elsewhere'), keyFile());
  const third = await start();
  expect(third.errors).toEqual([]);
  expect(third.outgoing.webhooks.get(SITE, made.id)).toMatchObject({ name: 'changed meanwhile', secret: made.secret });
  third.time.aheadMs += 3_600_000;
  third.outgoing.webhooks.all(SITE).forEach((one) => void third.outgoing.webhooks.change(one, one));
  await until(() => receiver.received.length).toBe(1);
  expect(isSigned(receiver.received[0]!, made.secret)).toBe(true);
  await stop();

  rmSync(keyFile());
  const fourth = await start();
  await tellRedemptions(fourth, 2);
  await until(async () => (await last(fourth))?.lastError).toMatch(/make a new secret/);
  fourth.time.aheadMs += 7_200_000;
  const closed = fourth.outgoing.webhooks.get(SITE, made.id)!;
  const anew = await fourth.outgoing.webhooks.rotate(closed, fourth.time.nowMs());
  await until(() => receiver.received.length).toBe(2);
  expect(isSigned(receiver.received[1]!, anew.secret)).toBe(true);
});

test('a key file that is none stops the start and stays', async () => {
  for (const text of ['', 'not a key\n', randomBytes(31).toString('base64url')]) {
    writeFileSync(keyFile(), text);
    await expect(loadSealer(keyFile(), randomBytes)).rejects.toThrow(/secrets\.key does not hold the key/);
    expect(readFileSync(keyFile(), 'utf8')).toBe(text);
  }
});

test('what is sealed opens under its key, for its owner, unchanged; and never looks alike', () => {
  const sealer = new Sealer(randomBytes);
  const sealed = sealer.seal('whsec_ž', 'wh-1');
  expect(sealer.open(sealed, 'wh-1')).toBe('whsec_ž');
  expect(sealer.seal('whsec_ž', 'wh-1')).not.toBe(sealed);
  expect(sealer.open(sealed, 'wh-2')).toBeUndefined();
  expect(new Sealer(randomBytes).open(sealed, 'wh-1')).toBeUndefined();
  const changed = Buffer.from(sealed.slice('sealed:1:'.length), 'base64url');
  changed[14]! ^= 1;
  expect(sealer.open(`sealed:1:${changed.toString('base64url')}`, 'wh-1')).toBeUndefined();
  for (const rubbish of ['', 'whsec_x', 'sealed:1:', 'sealed:1:AAAA'])
    expect(sealer.open(rubbish, 'wh-1')).toBeUndefined();
});
