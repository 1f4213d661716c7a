import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadVapidKeys, newVapidKeys, Vapid } from '../../server/push/vapid.ts';
import { vapidClaims } from './stub.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'promenade-vapid-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const NOW = Date.parse('2026-05-06T12:00:00Z');
const HOUR_MS = 3_600_000;

test('keys are made once, for the owner of the file alone, and stay', async () => {
  const file = join(folder, 'data', 'vapid.json');
  const keys = await loadVapidKeys(file);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(await loadVapidKeys(file)).toEqual(keys);
  expect(newVapidKeys()).not.toEqual(newVapidKeys());
});

test('a file that cannot be read stops the start: other keys would end every subscription', async () => {
  const file = join(folder, 'vapid.json');
  writeFileSync(file, '{"publicKey":"torn');
  await expect(loadVapidKeys(file)).rejects.toThrow(/vapid\.json .*restore it from a backup/);
  expect(readFileSync(file, 'utf8')).toBe('{"publicKey":"torn');
});

test('a token is signed for the push service alone, for less than a day, and renewed in time', () => {
  const keys = newVapidKeys();
  const vapid = new Vapid(keys, 'https://mall.example');
  const endpoint = new URL('https://push.example/send/abc?x=1');
  const first = vapid.authorization(endpoint, NOW);
  const { claims, publicKey } = vapidClaims(first);
  expect(publicKey).toBe(keys.publicKey);
  expect(claims).toEqual({
    aud: 'https://push.example',
    exp: (NOW + 12 * HOUR_MS) / 1_000,
    sub: 'https://mall.example',
  });
  expect(vapid.authorization(new URL('https://push.example/send/other'), NOW + HOUR_MS)).toBe(first);
  expect(vapidClaims(vapid.authorization(endpoint, NOW + 7 * HOUR_MS)).claims.exp).toBe((NOW + 19 * HOUR_MS) / 1_000);
  expect(vapidClaims(vapid.authorization(new URL('https://other.example/'), NOW)).claims.aud).toBe(
    'https://other.example',
  );
  expect(vapidClaims(new Vapid(keys, null).authorization(endpoint, NOW)).claims).not.toHaveProperty('sub');
});
