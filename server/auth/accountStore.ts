/** The tables of access: accounts, sessions, links, tokens. Of every secret only the hash. */
import type { Duck, WriteSql } from '../db/duckdb.ts';
import type { Grant } from '../http/route.ts';

export interface Account {
  id: string;
  /** What one signs in with. */
  email: string;
  name: string | null;
  passwordHash: string | null;
  grants: Grant[];
  createdMs: number;
  lastSignInMs: number | null;
}
export interface Session {
  tokenHash: string;
  kind: 'account' | 'shopper';
  subjectId: string;
  siteId: string | null;
  createdMs: number;
  expiresMs: number;
}
export interface OneTimeLink {
  tokenHash: string;
  accountId: string;
  expiresMs: number;
}
export interface ApiToken {
  id: string;
  tokenHash: string;
  label: string;
  grants: Grant[];
  createdBy: string;
  createdMs: number;
  expiresMs: number | null;
  lastUsedMs: number | null;
}

export interface StoredAccess {
  accounts: Account[];
  sessions: Session[];
  links: OneTimeLink[];
  tokens: ApiToken[];
}

export async function loadAccess(duck: Duck, nowMs: number): Promise<StoredAccess> {
  const grants = await duck.all<Grant & { accountId: string }>(
    'select account_id as "accountId", role, site_id as "siteId", tenant_id as "tenantId" from account_grants',
  );
  const accounts = await duck.all<Omit<Account, 'grants'>>(
    `select id, email, name, password_hash as "passwordHash", created_ms as "createdMs",
      last_sign_in_ms as "lastSignInMs" from accounts`,
  );
  const sessions = await duck.all<Session>(
    `select token_hash as "tokenHash", kind, subject_id as "subjectId", site_id as "siteId",
      created_ms as "createdMs", expires_ms as "expiresMs" from sessions where expires_ms > $1`,
    [nowMs],
  );
  const links = await duck.all<OneTimeLink>(
    `select token_hash as "tokenHash", account_id as "accountId", expires_ms as "expiresMs"
      from one_time_links where used_ms is null and expires_ms > $1`,
    [nowMs],
  );
  const tokens = await duck.all<Omit<ApiToken, 'grants'> & { grants: string }>(
    `select id, token_hash as "tokenHash", label, grants, created_by as "createdBy", created_ms as "createdMs",
      expires_ms as "expiresMs", last_used_ms as "lastUsedMs" from api_tokens where revoked_ms is null`,
  );
  return {
    accounts: accounts.map((account) => ({
      ...account,
      grants: grants
        .filter((grant) => grant.accountId === account.id)
        .map(({ role, siteId, tenantId }) => ({ role, siteId, tenantId })),
    })),
    sessions,
    links,
    tokens: tokens.map((token) => ({ ...token, grants: JSON.parse(token.grants) as Grant[] })),
  };
}

export async function writeAccount(sql: WriteSql, account: Account): Promise<void> {
  await removeAccount(sql, account.id);
  await sql.run('insert into accounts values ($1, $2, $3, $4, $5, $6)', [
    account.id,
    account.email,
    account.name,
    account.passwordHash,
    account.createdMs,
    account.lastSignInMs,
  ]);
  for (const grant of account.grants)
    await sql.run('insert into account_grants values ($1, $2, $3, $4)', [
      account.id,
      grant.role,
      grant.siteId,
      grant.tenantId,
    ]);
}
export async function removeAccount(sql: WriteSql, accountId: string): Promise<void> {
  await sql.run('delete from accounts where id = $1', [accountId]);
  await sql.run('delete from account_grants where account_id = $1', [accountId]);
}

export const insertSession = (sql: WriteSql, session: Session): Promise<void> =>
  sql.run('insert into sessions values ($1, $2, $3, $4, $5, $6)', [
    session.tokenHash,
    session.kind,
    session.subjectId,
    session.siteId,
    session.createdMs,
    session.expiresMs,
  ]);

export const insertLink = (sql: WriteSql, link: OneTimeLink, nowMs: number): Promise<void> =>
  sql.run('insert into one_time_links values ($1, $2, $3, $4, null)', [
    link.tokenHash,
    link.accountId,
    nowMs,
    link.expiresMs,
  ]);

export const insertToken = (sql: WriteSql, token: ApiToken): Promise<void> =>
  sql.run('insert into api_tokens values ($1, $2, $3, $4, $5, $6, $7, null, null)', [
    token.id,
    token.tokenHash,
    token.label,
    JSON.stringify(token.grants),
    token.createdBy,
    token.createdMs,
    token.expiresMs,
  ]);
