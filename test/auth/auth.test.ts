import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { decide, mayGrant } from '../../server/auth/access.ts';
import { type Auth, LINK_MS, openAuth, type Revocation, SESSION_MS } from '../../server/auth/auth.ts';
import { hashPassword, verifyPassword } from '../../server/auth/password.ts';
import { Duck } from '../../server/db/duckdb.ts';
import { migrate } from '../../server/db/migrations/index.ts';
import type { Grant, Principal } from '../../server/http/route.ts';

const NOW = Date.UTC(2026, 4, 4, 10);
const CHEAP = { n: 2 ** 10, r: 8, p: 1 };
const MANAGER: Grant = { role: 'manager', siteId: 'mall', tenantId: null };

let duck: Duck;
let nowMs: number;
let auth: Auth;
const open = () => openAuth(duck, () => nowMs, { scryptCost: CHEAP });
beforeEach(async () => {
  nowMs = NOW;
  duck = await Duck.open(':memory:', { threads: 1, memoryLimit: '200MB' });
  await migrate(duck, NOW);
  auth = await open();
});
afterEach(() => duck.close());

const signedIn = async () => {
  const { account, token } = await auth.invite('ann@example.com', 'Ann', [MANAGER]);
  const { cookie } = await auth.consumeLink(token);
  return { account, cookie: cookie.value };
};

describe('one-time links', () => {
  test('the first start gives one that works once, and makes an owner', async () => {
    const token = (await auth.createOwnerLinkIfNone())!;
    expect(Buffer.from(token, 'base64url')).toHaveLength(32);
    const { account, cookie } = await auth.consumeLink(token);
    expect(account).toMatchObject({ hasPassword: false, grants: [{ role: 'owner', siteId: null, tenantId: null }] });
    expect(auth.principalFromCredential(cookie.value)).toMatchObject({ kind: 'account', accountId: account.id });
    await expect(auth.consumeLink(token)).rejects.toMatchObject({ status: 401, code: 'link-expired' });
  });

  test('of ten that race with one link, one gets in', async () => {
    const token = (await auth.createOwnerLinkIfNone())!;
    const results = await Promise.allSettled(Array.from({ length: 10 }, () => auth.consumeLink(token)));
    expect(results.filter((one) => one.status === 'fulfilled')).toHaveLength(1);
  });

  test('a new start gives a new link and ends the old one, until an owner has a password', async () => {
    const first = (await auth.createOwnerLinkIfNone())!;
    auth = await open();
    const second = (await auth.createOwnerLinkIfNone())!;
    await expect(auth.consumeLink(first)).rejects.toThrow('used or has expired');
    const { account } = await auth.consumeLink(second);
    // Signed in, but without a password another browser would be locked out.
    expect(await auth.createOwnerLinkIfNone()).toBeDefined();
    await auth.changePassword(account.id, undefined, 'correct horse battery');
    auth = await open();
    expect(await auth.createOwnerLinkIfNone()).toBeUndefined();
    expect(auth.accounts()).toHaveLength(1);
  });

  test('it ends after 24 hours and at the removal of the account', async () => {
    const { token } = await auth.invite('a@example.com', null, [MANAGER]);
    nowMs += LINK_MS;
    await expect(auth.consumeLink(token)).rejects.toMatchObject({ status: 401 });
    const second = await auth.invite('b@example.com', null, [MANAGER]);
    await auth.removeAccount(second.account.id);
    await expect(auth.consumeLink(second.token)).rejects.toMatchObject({ status: 401 });
  });

  test('who forgot the password sets a new one behind a new link; the old one and its sessions have ended', async () => {
    const { account, token } = await auth.invite('a@example.com', null, [MANAGER]);
    await auth.consumeLink(token);
    await auth.changePassword(account.id, undefined, 'long forgotten');
    const before = await auth.signIn('a@example.com', 'long forgotten');
    const link = await auth.newLink(account.id);
    expect(auth.principalFromCredential(before.cookie.value)).toBeDefined();
    const after = await auth.consumeLink(link.token);
    expect(after.account.hasPassword).toBe(false);
    expect(auth.principalFromCredential(before.cookie.value)).toBeUndefined();
    expect(auth.principalFromCredential(after.cookie.value)).toBeDefined();
    await expect(auth.signIn('a@example.com', 'long forgotten')).rejects.toMatchObject({ status: 401 });
    await auth.changePassword(account.id, undefined, 'freshly chosen');
    await auth.signIn('a@example.com', 'freshly chosen');
  });

  test('a used one stays used after a restart', async () => {
    const { token } = await auth.invite('a@example.com', null, [MANAGER]);
    await auth.consumeLink(token);
    auth = await open();
    await expect(auth.consumeLink(token)).rejects.toMatchObject({ status: 401 });
  });
});

describe('sessions', () => {
  test('survive a restart, expire, and end by signing out', async () => {
    const { cookie } = await signedIn();
    auth = await open();
    expect(auth.principalFromCredential(cookie)).toBeDefined();
    nowMs += SESSION_MS - 1;
    expect(auth.principalFromCredential(cookie)).toBeDefined();
    nowMs += 1;
    expect(auth.principalFromCredential(cookie)).toBeUndefined();
    nowMs = NOW;
    await auth.signOut(cookie);
    expect(auth.principalFromCredential(cookie)).toBeUndefined();
    auth = await open();
    expect(auth.principalFromCredential(cookie)).toBeUndefined();
  });

  test('a new password ends the others, a removed account all, and both are told', async () => {
    const { account, cookie } = await signedIn();
    const { cookie: second } = await auth.consumeLink((await auth.newLink(account.id)).token);
    const told: Revocation[] = [];
    auth.onRevoked((what) => told.push(what));
    await auth.changePassword(account.id, undefined, 'correct horse battery', second.value);
    expect(auth.principalFromCredential(cookie)).toBeUndefined();
    expect(auth.principalFromCredential(second.value)).toBeDefined();
    expect(told).toHaveLength(1);
    await auth.createOwnerLinkIfNone();
    await auth.removeAccount(account.id);
    expect(auth.principalFromCredential(second.value)).toBeUndefined();
    expect(told.at(-1)).toEqual({ accountId: account.id });
  });

  test('an account keeps its twenty newest', async () => {
    const { account, cookie } = await signedIn();
    for (let i = 0; i < 20; i++) await auth.consumeLink((await auth.newLink(account.id)).token);
    expect(auth.principalFromCredential(cookie)).toBeUndefined();
    expect(await duck.get('select count(*) as n from sessions')).toEqual({ n: 20 });
  });

  test("a shopper's names the shopper and the site, and ends with the shopper", async () => {
    const cookie = await auth.issueShopperSession('s-1', 'mall');
    expect(cookie.name).toBe('promenade_shopper');
    expect(auth.principalFromCredential(cookie.value)).toEqual({ kind: 'shopper', shopperId: 's-1', siteId: 'mall' });
    await auth.revokeShopper('s-1');
    expect(auth.principalFromCredential(cookie.value)).toBeUndefined();
  });

  test('no secret is in the database', async () => {
    const { cookie } = await signedIn();
    const { token } = await auth.createToken('script', [MANAGER], 'a', null);
    const link = (await auth.createOwnerLinkIfNone())!;
    await auth.changePassword(auth.accounts()[0]!.id, undefined, 'correct horse battery', cookie);
    const tables = ['accounts', 'account_grants', 'sessions', 'one_time_links', 'api_tokens', 'audit'];
    let everything = '';
    for (const table of tables) everything += JSON.stringify(await duck.all(`select * from ${table}`));
    expect(everything).toContain('ann@example.com');
    for (const secret of [cookie, token, link, 'correct horse battery']) expect(everything).not.toContain(secret);
  });
});

describe('passwords', () => {
  test('are told apart, and hashed with a salt', async () => {
    const random = (bytes: number) => crypto.getRandomValues(new Uint8Array(bytes));
    const hash = await hashPassword('Ünïcode password', random, CHEAP);
    expect(await hashPassword('Ünïcode password', random, CHEAP)).not.toBe(hash);
    expect(await verifyPassword('Ünïcode password', hash)).toBe(true);
    expect(await verifyPassword('Ünïcode password'.normalize('NFD'), hash)).toBe(true);
    expect(await verifyPassword('unicode password', hash)).toBe(false);
    expect(await verifyPassword('', undefined, CHEAP)).toBe(false);
  });

  test('sign in by e-mail in any case; an unknown e-mail and a wrong password look the same', async () => {
    const { account } = await signedIn();
    await auth.changePassword(account.id, undefined, 'correct horse battery');
    const { cookie } = await auth.signIn(' ANN@example.com', 'correct horse battery');
    expect(auth.principalFromCredential(cookie.value)).toMatchObject({ accountId: account.id });
    const failures = await Promise.allSettled([
      auth.signIn('ann@example.com', 'wrong'),
      auth.signIn('nobody@example.com', 'wrong'),
    ]);
    expect(failures.map((one) => (one.status === 'rejected' ? { ...one.reason } : one))).toEqual(
      Array(2).fill(expect.objectContaining({ status: 401, code: 'wrong-credentials' })),
    );
  });

  test('a guesser is stopped after ten tries, even with the right one, and even in parallel', async () => {
    const { account } = await signedIn();
    await auth.changePassword(account.id, undefined, 'correct horse battery');
    const tries = await Promise.allSettled(Array.from({ length: 15 }, () => auth.signIn('ann@example.com', 'wrong')));
    const codes = tries.map((one) => one.status === 'rejected' && one.reason.status);
    expect(codes.filter((code) => code === 401)).toHaveLength(10);
    expect(codes.filter((code) => code === 429)).toHaveLength(5);
    await expect(auth.signIn('ann@example.com', 'correct horse battery')).rejects.toMatchObject({ status: 429 });
    nowMs += 15 * 60_000;
    await auth.signIn('ann@example.com', 'correct horse battery');
  });

  test('an account without one cannot be signed in to by any', async () => {
    await signedIn();
    for (const guess of ['', 'null', 'undefined'])
      await expect(auth.signIn('ann@example.com', guess)).rejects.toMatchObject({ status: 401 });
  });

  test('a change needs the current one', async () => {
    const { account } = await signedIn();
    await auth.changePassword(account.id, undefined, 'correct horse battery');
    await expect(auth.changePassword(account.id, 'wrong', 'another password')).rejects.toMatchObject({
      path: 'body.current',
    });
    await auth.changePassword(account.id, 'correct horse battery', 'another password');
    await auth.signIn('ann@example.com', 'another password');
  });
});

test('API tokens work until they expire or are revoked, and tell when they were used', async () => {
  const { token, id } = await auth.createToken('script', [MANAGER], 'a', NOW + 1_000);
  expect(token).toMatch(/^promenade_[\w-]{43}$/);
  expect(auth.principalFromCredential(token)).toMatchObject({ kind: 'token', tokenId: id, grants: [MANAGER] });
  expect(auth.tokens()).toMatchObject([{ id, lastUsedMs: NOW }]);
  nowMs += 1_000;
  expect(auth.principalFromCredential(token)).toBeUndefined();
  const second = await auth.createToken('script', [MANAGER], 'a', null);
  expect(await auth.revokeToken(second.id)).toBe(true);
  expect(auth.principalFromCredential(second.token)).toBeUndefined();
  auth = await open();
  expect(auth.principalFromCredential(second.token)).toBeUndefined();
});

test('the last owner stays', async () => {
  await auth.createOwnerLinkIfNone();
  const [owner] = auth.accounts();
  await expect(auth.removeAccount(owner!.id)).rejects.toMatchObject({ status: 409 });
  await auth.invite('second@example.com', null, [{ role: 'owner', siteId: null, tenantId: null }]);
  await auth.removeAccount(owner!.id);
  expect(auth.accounts()).toHaveLength(1);
});

describe('decisions', () => {
  const account = (...grants: Grant[]): Principal => ({ kind: 'account', accountId: 'a', email: 'a', grants });
  const retailer = (siteId: string, tenantId: string): Grant => ({ role: 'retailer', siteId, tenantId });

  test('the widest fitting role counts, with its tenant', () => {
    const access = { roles: ['manager', 'retailer'], scope: 'site' } as const;
    const both = account(retailer('mall', 'shoes'), MANAGER);
    expect(decide(access, both, 'mall')).toEqual({ ok: true, role: 'manager', siteId: 'mall', tenantId: null });
    expect(decide({ ...access, roles: ['retailer'] }, both, 'mall')).toMatchObject({ tenantId: 'shoes' });
    expect(decide(access, account(retailer('mall', 'shoes')), 'other')).toMatchObject({ error: { status: 404 } });
  });

  test('a retailer whose grant lacks the tenant is limited to none, not to all', () => {
    const broken = account({ role: 'retailer', siteId: 'mall', tenantId: null });
    expect(decide({ roles: ['retailer'], scope: 'site' }, broken, 'mall')).toMatchObject({ tenantId: '' });
  });

  test('a shopper is on one site only', () => {
    const shopper: Principal = { kind: 'shopper', shopperId: 's', siteId: 'mall' };
    const access = { roles: ['shopper'], scope: 'site' } as const;
    expect(decide(access, shopper, 'mall')).toMatchObject({ ok: true, siteId: 'mall' });
    expect(decide(access, shopper, 'other')).toMatchObject({ ok: false, error: { status: 404 } });
    expect(decide({ roles: ['manager'], scope: 'site' }, shopper, 'mall')).toMatchObject({ error: { status: 403 } });
    expect(decide({ roles: ['shopper'], scope: 'self' }, shopper, '')).toMatchObject({ ok: true, siteId: 'mall' });
  });

  test('a manager grants what is below, on own sites only', () => {
    const manager = account(MANAGER);
    expect(mayGrant(manager, retailer('mall', 'x'))).toBe(true);
    expect(mayGrant(manager, { role: 'till', siteId: 'mall', tenantId: 'x' })).toBe(true);
    expect(mayGrant(manager, retailer('other', 'x'))).toBe(false);
    expect(mayGrant(manager, MANAGER)).toBe(false);
    expect(mayGrant(manager, { role: 'owner', siteId: null, tenantId: null })).toBe(false);
    expect(mayGrant(account(retailer('mall', 'x')), retailer('mall', 'x'))).toBe(false);
    expect(mayGrant({ kind: 'shopper', shopperId: 's', siteId: 'mall' }, retailer('mall', 'x'))).toBe(false);
  });
});
