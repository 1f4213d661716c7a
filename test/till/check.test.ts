/** What the till decides alone, by the page's own code. */
import jsqr from 'jsqr';
import QRCode from 'qrcode';
import { beforeAll, describe, expect, test } from 'vitest';
import { OfferKeys, refOf } from '../../server/campaigns/offerKeys.ts';
import { readToken, writeToken } from '../../server/contract/offerToken.ts';
import { Duck } from '../../server/db/duckdb.ts';
import { migrate } from '../../server/db/migrations/index.ts';
import { checkOffline, type KeptKit, KIT_LASTS_MS } from '../../web/till/offline/check.ts';
import { canVerify, verify } from '../../web/till/offline/ed25519.ts';

const NOW = Date.parse('2026-05-06T12:00:00Z');
const OFFER = `o-${'ab'.repeat(12)}`;
const MINUTE_MS = 60_000;

let kept: KeptKit;
let code: string;
let foreign: string;
let later: string;
beforeAll(async () => {
  const duck = await Duck.open(':memory:');
  await migrate(duck, NOW);
  const keys = new OfferKeys(duck);
  const sign = await keys.signer('mall', NOW);
  const offer = {
    id: OFFER,
    siteId: 'mall',
    tenantId: 'cafe',
    campaignId: 'coffee',
    variant: 'b',
    expiresMs: NOW + 30 * MINUTE_MS,
  };
  code = sign(offer);
  foreign = sign({ ...offer, tenantId: 'shoes' });
  const face = (variant: string) => ({
    campaignRef: refOf('campaign', 'mall', 'coffee'),
    variant,
    title: `Coffee ${variant}`,
    text: 'One.',
    terms: null,
  });
  const known = (await keys.keys('mall')).map(({ keyId, publicKey }) => ({ id: keyId, publicKey }));
  await keys.rotate('mall', NOW + 1, { revoke: false });
  later = (await keys.signer('mall', NOW + 1))(offer);
  kept = {
    fetchedMs: NOW,
    behindMs: 0,
    kit: {
      serverMs: NOW,
      sites: [
        {
          site: { id: 'mall', name: 'Mall', timezone: 'Europe/Prague', currency: 'CZK' },
          keys: known,
          tenants: [refOf('tenant', 'mall', 'cafe')],
          faces: [face('a'), face('b')],
          used: [],
        },
      ],
    },
  };
  await duck.close();
});

const check = (text: string, given: { nowMs?: number; kept?: KeptKit | undefined; usedMs?: number } = {}) =>
  checkOffline(text, {
    kept: 'kept' in given ? given.kept : kept,
    nowMs: given.nowMs ?? NOW + MINUTE_MS,
    usedHere: async (offerId) => (offerId === OFFER ? given.usedMs : undefined),
    verify,
  });

describe('a signed code without a network', () => {
  test('is good for the face that was issued, however it is typed', async () => {
    expect(await canVerify()).toBe(true);
    for (const text of [code, code.toLowerCase(), (code.match(/.{1,6}/g) ?? []).join(' ')])
      expect(await check(text)).toMatchObject({ ok: true, face: { title: 'Coffee b' }, claims: { offerId: OFFER } });
  });

  test('ends by the server’s clock, not by the till’s', async () => {
    const endMs = NOW + 30 * MINUTE_MS;
    expect(await check(code, { nowMs: endMs - 1 })).toMatchObject({ ok: true });
    expect(await check(code, { nowMs: endMs })).toMatchObject({ ok: false, why: 'expired', atMs: endMs });
    const slow = { ...kept, behindMs: 10 * MINUTE_MS };
    expect(await check(code, { nowMs: endMs - 10 * MINUTE_MS, kept: slow })).toMatchObject({ why: 'expired' });
    const fast = { ...kept, behindMs: -10 * MINUTE_MS };
    expect(await check(code, { nowMs: endMs + 9 * MINUTE_MS, kept: fast })).toMatchObject({ ok: true });
  });

  test('is used once, here or where the server knew of it', async () => {
    expect(await check(code, { usedMs: NOW })).toMatchObject({ why: 'already-redeemed', atMs: NOW });
    const [site] = kept.kit.sites;
    const told = { ...kept, kit: { ...kept.kit, sites: [{ ...site!, used: [{ offerId: OFFER, atMs: NOW - 5 }] }] } };
    expect(await check(code, { kept: told })).toMatchObject({ why: 'already-redeemed', atMs: NOW - 5 });
  });

  test('of another shop, altered in any character, or signed by nobody known is refused', async () => {
    expect(await check(foreign)).toEqual({ ok: false, why: 'unknown' });
    const { claims, signature } = readToken(code)!;
    expect(await check(writeToken({ ...claims, expiresMs: claims.expiresMs + 1_000 }, signature))).toMatchObject({
      why: 'unknown',
    });
    for (let i = 0; i < code.length; i++) {
      const altered = `${code.slice(0, i)}${code[i] === 'Z' ? 'Y' : 'Z'}${code.slice(i + 1)}`;
      expect((await check(altered)).ok, `character ${i}`).toBe(false);
    }
  });

  test('that the till cannot judge needs the network', async () => {
    const needs = { ok: false, why: 'needs-network' };
    expect(await check('ABCD-EFGH')).toEqual(needs);
    expect(await check('abcdefghijklmnopqrstuv')).toEqual(needs);
    expect(await check(later)).toEqual(needs);
    expect(await check(code, { kept: undefined })).toEqual(needs);
    expect(await check(code, { kept: { ...kept, fetchedMs: NOW - KIT_LASTS_MS } })).toEqual(needs);
    // A clock that was set back says nothing of how old the keys are.
    expect(await check(code, { nowMs: NOW - 1 })).toEqual(needs);
  });
});

test('its QR code is small enough for a phone and is read at five pixels a module', async () => {
  const { modules, version } = QRCode.create(code, { errorCorrectionLevel: 'M' });
  expect([version, modules.size]).toEqual([6, 41]);
  const [modulePx, quiet] = [5, 4];
  const side = (modules.size + 2 * quiet) * modulePx;
  const pixels = new Uint8ClampedArray(side * side * 4).fill(255);
  for (let y = 0; y < side; y++)
    for (let x = 0; x < side; x++) {
      const [row, column] = [Math.floor(y / modulePx) - quiet, Math.floor(x / modulePx) - quiet];
      const inside = row >= 0 && column >= 0 && row < modules.size && column < modules.size;
      if (inside && modules.get(row, column)) pixels.fill(20, (y * side + x) * 4, (y * side + x) * 4 + 3);
    }
  // Its types say that the function is `default.default`; what a bundler hands over is the function.
  const decode = (typeof jsqr === 'function' ? jsqr : jsqr.default) as unknown as typeof jsqr.default;
  expect(decode(pixels, side, side)?.data).toBe(code);
});
