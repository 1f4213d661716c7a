/** Accounts, sessions, one-time links and API tokens: held in memory, written through. */
import { randomBytes } from 'node:crypto';
import type { Duck } from '../db/duckdb.ts';
import { AppError, badRequest, conflict, notFound, tooMany } from '../errors.ts';
import type { Grant, Principal } from '../http/route.ts';
import type { Clock } from '../ingest/types.ts';
import {
  type Account,
  type ApiToken,
  insertLink,
  insertSession,
  insertToken,
  loadAccess,
  type OneTimeLink,
  removeAccount,
  type Session,
  type StoredAccess,
  writeAccount,
} from './accountStore.ts';
import { hashPassword, SCRYPT_COST, type ScryptCost, verifyPassword } from './password.ts';
import { hashToken, newId, newToken, type RandomBytes } from './secrets.ts';

export const SESSION_COOKIE = 'promenade_session';
export const SHOPPER_COOKIE = 'promenade_shopper';
const DAY_MS = 86_400_000;
export const SESSION_MS = 14 * DAY_MS;
/** As long as a consent holds, and a month to renew it. */
export const SHOPPER_SESSION_MS = 395 * DAY_MS;
export const LINK_MS = DAY_MS;
/** A person has a few browsers; the oldest sessions beyond that go. */
const SESSIONS_PER_ACCOUNT = 20;
/** A person mistypes a few times; a guesser of common passwords needs thousands. */
const FAILURES_ALLOWED = 10;
const FAILURES_WINDOW_MS = 15 * 60_000;
const FAILURES_KEPT = 10_000;

export interface Authenticated {
  principal: Principal;
  /** Names the session or token without being it. */
  credentialId: string;
  expiresMs: number | null;
}
export interface SessionCookie {
  name: string;
  value: string;
  maxAgeSeconds: number;
}
/** What ended: sockets and caches that rest on it are to be dropped. */
export type Revocation = { credentialId: string } | { accountId: string } | { shopperId: string };
export type PublicAccount = Omit<Account, 'passwordHash'> & { hasPassword: boolean };
export type PublicToken = Omit<ApiToken, 'tokenHash'>;
/** A token that is used all the time is written down this often. */
const LAST_USED_EVERY_MS = 5 * 60_000;

export interface AuthOptions {
  random?: RandomBytes;
  scryptCost?: ScryptCost;
}

const publicAccount = ({ passwordHash, ...account }: Account): PublicAccount => ({
  ...account,
  hasPassword: passwordHash !== null,
});
const publicToken = ({ tokenHash: _, ...token }: ApiToken): PublicToken => token;
const foldEmail = (email: string): string => email.trim().toLowerCase();

export class Auth {
  readonly #duck: Duck;
  readonly #clock: Clock;
  readonly #random: RandomBytes;
  readonly #scryptCost: ScryptCost;
  readonly #accounts: Map<string, Account>;
  readonly #sessions: Map<string, Session>;
  readonly #links: Map<string, OneTimeLink>;
  readonly #tokens: Map<string, ApiToken>;
  readonly #failures = new Map<string, { count: number; untilMs: number }>();
  readonly #listeners = new Set<(what: Revocation) => void>();
  #purgedMs = 0;

  constructor(duck: Duck, clock: Clock, stored: StoredAccess, options: AuthOptions) {
    this.#duck = duck;
    this.#clock = clock;
    this.#random = options.random ?? randomBytes;
    this.#scryptCost = options.scryptCost ?? SCRYPT_COST;
    this.#accounts = new Map(stored.accounts.map((account) => [account.id, account]));
    this.#sessions = new Map(stored.sessions.map((session) => [session.tokenHash, session]));
    this.#links = new Map(stored.links.map((link) => [link.tokenHash, link]));
    this.#tokens = new Map(stored.tokens.map((token) => [token.tokenHash, token]));
  }

  // ── who is it ──

  authenticate(credential: string | undefined): Authenticated | undefined {
    if (!credential || credential.length > 200) return undefined;
    const nowMs = this.#clock();
    const hash = hashToken(credential);
    const session = this.#sessions.get(hash);
    if (session) {
      if (session.expiresMs <= nowMs) return undefined;
      const principal = this.#principalOf(session);
      return principal && { principal, credentialId: hash, expiresMs: session.expiresMs };
    }
    const token = this.#tokens.get(hash);
    if (!token || (token.expiresMs !== null && token.expiresMs <= nowMs)) return undefined;
    if (nowMs - (token.lastUsedMs ?? 0) >= LAST_USED_EVERY_MS) this.#noteUse(token, nowMs);
    const { id: tokenId, label, grants, expiresMs } = token;
    return { principal: { kind: 'token', tokenId, label, grants }, credentialId: hash, expiresMs };
  }

  #noteUse(token: ApiToken, nowMs: number): void {
    token.lastUsedMs = nowMs;
    // Merely informative: a server that closes meanwhile loses it.
    this.#duck.run('update api_tokens set last_used_ms = $2 where id = $1', [token.id, nowMs]).catch(() => {});
  }

  principalFromCredential(credential: string | undefined): Principal | undefined {
    return this.authenticate(credential)?.principal;
  }

  /** By the clock that sessions expire by. */
  msUntil(atMs: number): number {
    return atMs - this.#clock();
  }

  #principalOf(session: Session): Principal | undefined {
    if (session.kind === 'shopper')
      return { kind: 'shopper', shopperId: session.subjectId, siteId: session.siteId ?? '' };
    const account = this.#accounts.get(session.subjectId);
    return account && { kind: 'account', accountId: account.id, email: account.email, grants: account.grants };
  }

  /** Told of what ended, after it has. Returns the way to stop. */
  onRevoked(listener: (what: Revocation) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
  #tell(what: Revocation): void {
    for (const listener of this.#listeners) listener(what);
  }

  // ── sessions ──

  async #openSession(kind: Session['kind'], subjectId: string, siteId: string | null, lifeMs: number) {
    await this.#purge();
    const nowMs = this.#clock();
    const value = newToken(this.#random);
    const tokenHash = hashToken(value);
    const session: Session = { tokenHash, kind, subjectId, siteId, createdMs: nowMs, expiresMs: nowMs + lifeMs };
    await this.#duck.transaction((sql) => insertSession(sql, session));
    this.#sessions.set(tokenHash, session);
    return { value, maxAgeSeconds: Math.floor(lifeMs / 1000) };
  }

  async issueShopperSession(shopperId: string, siteId: string): Promise<SessionCookie> {
    return { name: SHOPPER_COOKIE, ...(await this.#openSession('shopper', shopperId, siteId, SHOPPER_SESSION_MS)) };
  }

  async #issueAccountSession(account: Account): Promise<SessionCookie> {
    const cookie = await this.#openSession('account', account.id, null, SESSION_MS);
    const own = [...this.#sessions.values()].filter((one) => one.kind === 'account' && one.subjectId === account.id);
    for (const old of own.slice(0, Math.max(0, own.length - SESSIONS_PER_ACCOUNT))) await this.#endSession(old);
    await this.#save({ ...account, lastSignInMs: this.#clock() });
    return { name: SESSION_COOKIE, ...cookie };
  }

  async #endSession(session: Session): Promise<void> {
    await this.#duck.run('delete from sessions where token_hash = $1', [session.tokenHash]);
    this.#sessions.delete(session.tokenHash);
    this.#tell({ credentialId: session.tokenHash });
  }

  async #endSessions(kind: Session['kind'], subjectId: string, exceptHash?: string): Promise<void> {
    for (const session of [...this.#sessions.values()])
      if (session.kind === kind && session.subjectId === subjectId && session.tokenHash !== exceptHash)
        await this.#endSession(session);
  }

  async signOut(credential: string): Promise<void> {
    const session = this.#sessions.get(hashToken(credential));
    if (session) await this.#endSession(session);
  }

  /** Ends every session of a shopper, as an erasure must. */
  async revokeShopper(shopperId: string): Promise<void> {
    await this.#endSessions('shopper', shopperId);
    this.#tell({ shopperId });
  }

  async #purge(): Promise<void> {
    const nowMs = this.#clock();
    if (nowMs - this.#purgedMs < 3_600_000) return;
    this.#purgedMs = nowMs;
    for (const [hash, session] of this.#sessions) if (session.expiresMs <= nowMs) this.#sessions.delete(hash);
    for (const [hash, link] of this.#links) if (link.expiresMs <= nowMs) this.#links.delete(hash);
    await this.#duck.run('delete from sessions where expires_ms <= $1', [nowMs]);
    await this.#duck.run('delete from one_time_links where expires_ms <= $1', [nowMs]);
  }

  // ── signing in ──

  async signIn(email: string, password: string): Promise<{ account: PublicAccount; cookie: SessionCookie }> {
    const name = foldEmail(email);
    const nowMs = this.#clock();
    const failed = this.#failures.get(name);
    if (failed && failed.untilMs > nowMs && failed.count >= FAILURES_ALLOWED)
      throw tooMany('too many failed sign-ins for this account; wait a quarter of an hour');
    // Counted before the slow check: parallel guesses would otherwise all start under the limit.
    const running = failed && failed.untilMs > nowMs ? failed : { count: 0, untilMs: nowMs + FAILURES_WINDOW_MS };
    this.#failures.delete(name);
    this.#failures.set(name, { ...running, count: running.count + 1 });
    if (this.#failures.size > FAILURES_KEPT) this.#failures.delete(this.#failures.keys().next().value!);
    const account = this.#byEmail(name);
    const good = await verifyPassword(password, account?.passwordHash ?? undefined, this.#scryptCost);
    if (!good || !account) throw new AppError(401, 'wrong-credentials', 'the e-mail or the password is wrong');
    this.#failures.delete(name);
    const cookie = await this.#issueAccountSession(account);
    return { account: publicAccount(this.#accounts.get(account.id)!), cookie };
  }

  #byEmail(email: string): Account | undefined {
    for (const account of this.#accounts.values()) if (account.email === email) return account;
    return undefined;
  }

  /** A link replaces the account's earlier ones. */
  async #issueLink(accountId: string): Promise<{ token: string; expiresMs: number }> {
    const nowMs = this.#clock();
    const token = newToken(this.#random);
    const link: OneTimeLink = { tokenHash: hashToken(token), accountId, expiresMs: nowMs + LINK_MS };
    await this.#duck.transaction(async (sql) => {
      await sql.run('delete from one_time_links where account_id = $1', [accountId]);
      await insertLink(sql, link, nowMs);
    });
    for (const [hash, old] of this.#links) if (old.accountId === accountId) this.#links.delete(hash);
    this.#links.set(link.tokenHash, link);
    return { token, expiresMs: link.expiresMs };
  }

  /** Works once: of two that race, one finds it gone. */
  async consumeLink(token: string): Promise<{ account: PublicAccount; cookie: SessionCookie }> {
    const hash = hashToken(token);
    const link = this.#links.get(hash);
    this.#links.delete(hash);
    const account = link && link.expiresMs > this.#clock() ? this.#accounts.get(link.accountId) : undefined;
    if (!account)
      throw new AppError(
        401,
        'link-expired',
        'this sign-in link was used or has expired; ask for a new one, or restart the server for a new first link',
      );
    await this.#duck.run('update one_time_links set used_ms = $2 where token_hash = $1', [hash, this.#clock()]);
    // Whoever was handed a link has no password that they know: the next one is set without it.
    if (account.passwordHash !== null) {
      await this.#save({ ...account, passwordHash: null });
      await this.#endSessions('account', account.id);
    }
    const cookie = await this.#issueAccountSession(this.#accounts.get(account.id)!);
    return { account: publicAccount(this.#accounts.get(account.id)!), cookie };
  }

  /**
   * The token of a one-time link for the first owner, as long as no owner could sign in with a password; a start after
   * that gives none. Each call makes the earlier links worthless.
   */
  async createOwnerLinkIfNone(): Promise<string | undefined> {
    const owners = [...this.#accounts.values()].filter((account) => account.grants.some((one) => one.role === 'owner'));
    if (owners.some((owner) => owner.passwordHash !== null)) return undefined;
    let owner = owners[0];
    if (!owner) {
      owner = {
        id: newId(this.#random, 'a'),
        email: 'owner',
        name: null,
        passwordHash: null,
        grants: [{ role: 'owner', siteId: null, tenantId: null }],
        createdMs: this.#clock(),
        lastSignInMs: null,
      };
      await this.#save(owner);
    }
    return (await this.#issueLink(owner.id)).token;
  }

  // ── accounts ──

  accounts(): PublicAccount[] {
    return [...this.#accounts.values()].map(publicAccount);
  }
  account(accountId: string): PublicAccount | undefined {
    const account = this.#accounts.get(accountId);
    return account && publicAccount(account);
  }

  async #save(account: Account): Promise<void> {
    await this.#duck.transaction((sql) => writeAccount(sql, account));
    this.#accounts.set(account.id, account);
  }

  /** A new account, or a new link (and other grants) for one that exists. */
  async invite(email: string, name: string | null, grants: Grant[]) {
    const folded = foldEmail(email);
    if (this.#byEmail(folded))
      throw conflict(`an account ${folded} exists already; remove it first or use its new-link`, 'body.email');
    const account: Account = {
      id: newId(this.#random, 'a'),
      email: folded,
      name,
      passwordHash: null,
      grants,
      createdMs: this.#clock(),
      lastSignInMs: null,
    };
    await this.#save(account);
    return { account: publicAccount(account), ...(await this.#issueLink(account.id)) };
  }

  /** For one who forgot the password: whoever may remove the account may hand out a new link. */
  async newLink(accountId: string) {
    if (!this.#accounts.has(accountId)) throw notFound(`account ${accountId}`);
    return this.#issueLink(accountId);
  }

  /** @throws AppError 409 where another account signs in with it. */
  requireFreeEmail(accountId: string, email: string): void {
    const holder = this.#byEmail(foldEmail(email));
    if (holder && holder.id !== accountId) throw conflict(`another account has the e-mail ${email}`, 'body.email');
  }

  async updateAccount(accountId: string, change: { email?: string; name?: string | null }): Promise<PublicAccount> {
    const account = this.#accounts.get(accountId);
    if (!account) throw notFound(`account ${accountId}`);
    const email = change.email === undefined ? account.email : foldEmail(change.email);
    this.requireFreeEmail(accountId, email);
    const updated = { ...account, email, name: change.name === undefined ? account.name : change.name };
    await this.#save(updated);
    return publicAccount(updated);
  }

  /** `keepCredential` stays signed in; every other session of the account ends. */
  async changePassword(accountId: string, current: string | undefined, next: string, keepCredential?: string) {
    const account = this.#accounts.get(accountId);
    if (!account) throw notFound(`account ${accountId}`);
    if (account.passwordHash !== null && !(await verifyPassword(current ?? '', account.passwordHash, this.#scryptCost)))
      throw badRequest('the current password is wrong', 'body.current');
    const passwordHash = await hashPassword(next, this.#random, this.#scryptCost);
    await this.#save({ ...this.#accounts.get(accountId)!, passwordHash });
    await this.#endSessions('account', accountId, keepCredential && hashToken(keepCredential));
  }

  async removeAccount(accountId: string): Promise<void> {
    const account = this.#accounts.get(accountId);
    if (!account) throw notFound(`account ${accountId}`);
    const isOwner = (one: Account) => one.grants.some((grant) => grant.role === 'owner');
    if (isOwner(account) && [...this.#accounts.values()].filter(isOwner).length === 1)
      throw conflict('the last owner cannot be removed; invite another owner first');
    await this.#duck.transaction(async (sql) => {
      await removeAccount(sql, accountId);
      await sql.run('delete from one_time_links where account_id = $1', [accountId]);
    });
    this.#accounts.delete(accountId);
    for (const [hash, link] of this.#links) if (link.accountId === accountId) this.#links.delete(hash);
    await this.#endSessions('account', accountId);
    this.#tell({ accountId });
  }

  // ── API tokens ──

  tokens(): PublicToken[] {
    return [...this.#tokens.values()].map(publicToken);
  }

  /** The token itself is told this once. */
  async createToken(label: string, grants: Grant[], createdBy: string, expiresMs: number | null) {
    const token = newToken(this.#random, 'promenade_');
    const stored: ApiToken = {
      id: newId(this.#random, 't'),
      tokenHash: hashToken(token),
      label,
      grants,
      createdBy,
      createdMs: this.#clock(),
      expiresMs,
      lastUsedMs: null,
    };
    await this.#duck.transaction((sql) => insertToken(sql, stored));
    this.#tokens.set(stored.tokenHash, stored);
    return { token, ...publicToken(stored) };
  }

  async revokeToken(tokenId: string): Promise<boolean> {
    const token = [...this.#tokens.values()].find((one) => one.id === tokenId);
    if (!token) return false;
    await this.#duck.run('update api_tokens set revoked_ms = $2 where id = $1', [tokenId, this.#clock()]);
    this.#tokens.delete(token.tokenHash);
    this.#tell({ credentialId: token.tokenHash });
    return true;
  }
}

export async function openAuth(duck: Duck, clock: Clock, options: AuthOptions = {}): Promise<Auth> {
  return new Auth(duck, clock, await loadAccess(duck, clock()), options);
}
