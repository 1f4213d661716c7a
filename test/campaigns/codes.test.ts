import { expect, test } from 'vitest';
import { Attempts } from '../../server/campaigns/attempts.ts';
import { codeHash, crockford, grouped, longCode, normalise, readOfferCode } from '../../server/campaigns/codes.ts';
import { seededRandom } from '../support/random.ts';

test('a code survives being read aloud: case, spaces, dashes, O for 0, I and L for 1', () => {
  expect(normalise('abcd-ef01', 8)).toBe('ABCDEF01');
  expect(normalise(' AB CD EFOL ', 8)).toBe('ABCDEF01');
  expect(normalise('ABCDEFU1', 8)).toBeUndefined();
  expect(normalise('ABCDEF0', 8)).toBeUndefined();
  expect(normalise('', 8)).toBeUndefined();
});

test('codes use all 32 letters evenly', () => {
  const random = seededRandom(3);
  const code = crockford(Uint8Array.from({ length: 64_000 }, () => Math.floor(random() * 256)));
  const counts = new Map<string, number>();
  for (const char of code) counts.set(char, (counts.get(char) ?? 0) + 1);
  expect(counts.size).toBe(32);
  // 2,000 each; six standard deviations are 264.
  for (const count of counts.values()) expect(Math.abs(count - 2_000)).toBeLessThan(264);
});

test('tells what a scanner read from what a cashier typed', () => {
  const long = longCode(new Uint8Array(16).fill(255));
  expect(long).toHaveLength(22);
  expect(readOfferCode(` ${long}\n`)).toEqual({ kind: 'long', code: long });
  expect(readOfferCode('abcd ef01')).toEqual({ kind: 'short', code: 'ABCDEF01' });
  expect(readOfferCode("'; drop table offers")).toBeUndefined();
  expect(grouped('ABCDEF01')).toBe('ABCD-EF01');
  expect(grouped('ABCDEFGH01')).toBe('ABCDE-FGH01');
});

test('one code on two sites, or of two kinds, has two hashes', () => {
  const hashes = [codeHash('a', 'short', 'X'), codeHash('b', 'short', 'X'), codeHash('a', 'tag', 'X')];
  expect(new Set(hashes).size).toBe(3);
});

test('failed tries are limited in a sliding window, successes are not, and keys do not disturb each other', () => {
  const attempts = new Attempts({ max: 2, windowMs: 1_000 });
  attempts.begin('a', 0);
  attempts.begin('a', 400);
  expect(attempts.allowed('a', 999)).toBe(false);
  expect(attempts.allowed('b', 999)).toBe(true);
  expect(attempts.allowed('a', 1_000)).toBe(true);
  for (let i = 0; i < 10; i++) {
    attempts.begin('c', i);
    attempts.succeeded('c');
  }
  expect(attempts.allowed('c', 10)).toBe(true);
});
