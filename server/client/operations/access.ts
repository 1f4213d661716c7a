/** Access. Written by `npm run client` from the OpenAPI document: not to be changed by hand. */
import { type CallOptions, type Client, call } from '../core.ts';
import type {
  Account,
  ApiToken,
  ChangeMeBody,
  CreateAccountLinkAnswer,
  CreateTokenAnswer,
  CreateTokenBody,
  InviteAccountAnswer,
  InviteAccountBody,
  ListServerAuditAnswerItem,
  ListSiteAuditAnswerItem,
  SetPasswordBody,
  SignInBody,
  SignInByLinkBody,
} from '../types.ts';

/**
 * Sign in with a one-time link.
 *
 * Public: the link is the credential. `POST /api/v1/auth/welcome`
 * @throws {ApiError} 400, 409, 413, 415, 429
 */
export function signInByLink(client: Client, body: SignInByLinkBody, options?: CallOptions): Promise<Account> {
  return call(client, 'POST', '/api/v1/auth/welcome', undefined, body, options);
}

/**
 * Sign in with e-mail and password.
 *
 * Public: the password is the credential. `POST /api/v1/auth/sign-in`
 * @throws {ApiError} 400, 409, 413, 415, 429
 */
export function signIn(client: Client, body: SignInBody, options?: CallOptions): Promise<Account> {
  return call(client, 'POST', '/api/v1/auth/sign-in', undefined, body, options);
}

/**
 * End this session.
 *
 * For owner, manager, retailer, installer, till. `POST /api/v1/auth/sign-out`
 * @throws {ApiError} 401, 403, 409, 429
 */
export function signOut(client: Client, options?: CallOptions): Promise<void> {
  return call(client, 'POST', '/api/v1/auth/sign-out', undefined, undefined, options);
}

/**
 * Who is signed in, and what they may.
 *
 * For owner, manager, retailer, installer, till. `GET /api/v1/auth/me`
 * @throws {ApiError} 401, 403, 429
 */
export function getMe(client: Client, options?: CallOptions): Promise<Account> {
  return call(client, 'GET', '/api/v1/auth/me', undefined, undefined, options);
}

/**
 * Change own name or e-mail.
 *
 * For owner, manager, retailer, installer, till. `PATCH /api/v1/auth/me`
 * @throws {ApiError} 400, 401, 403, 409, 413, 415, 429
 */
export function changeMe(client: Client, body: ChangeMeBody, options?: CallOptions): Promise<Account> {
  return call(client, 'PATCH', '/api/v1/auth/me', undefined, body, options);
}

/**
 * Set or change the own password; every other session of the account ends.
 *
 * For owner, manager, retailer, installer, till. `PUT /api/v1/auth/password`
 * @throws {ApiError} 400, 401, 403, 409, 413, 415, 429
 */
export function setPassword(client: Client, body: SetPasswordBody, options?: CallOptions): Promise<Account> {
  return call(client, 'PUT', '/api/v1/auth/password', undefined, body, options);
}

/**
 * Accounts that the caller looks after.
 *
 * For owner, manager. `GET /api/v1/accounts`
 * @throws {ApiError} 401, 403, 429
 */
export function listAccounts(client: Client, options?: CallOptions): Promise<Account[]> {
  return call(client, 'GET', '/api/v1/accounts', undefined, undefined, options);
}

/**
 * Invite a person; the answer has the one-time link to hand over.
 *
 * For owner, manager. `POST /api/v1/accounts`
 * @throws {ApiError} 400, 401, 403, 409, 413, 415, 429
 */
export function inviteAccount(
  client: Client,
  body: InviteAccountBody,
  options?: CallOptions,
): Promise<InviteAccountAnswer> {
  return call(client, 'POST', '/api/v1/accounts', undefined, body, options);
}

/**
 * A new one-time link for a person who cannot sign in.
 *
 * For owner, manager. `POST /api/v1/accounts/{account}/link`
 * @throws {ApiError} 400, 401, 403, 404, 409, 429
 */
export function createAccountLink(
  client: Client,
  params: {
    account: string;
  },
  options?: CallOptions,
): Promise<CreateAccountLinkAnswer> {
  return call(client, 'POST', '/api/v1/accounts/{account}/link', params, undefined, options);
}

/**
 * Remove an account; its sessions end at once.
 *
 * For owner, manager. `DELETE /api/v1/accounts/{account}`
 * @throws {ApiError} 400, 401, 403, 404, 409, 429
 */
export function deleteAccount(
  client: Client,
  params: {
    account: string;
  },
  options?: CallOptions,
): Promise<void> {
  return call(client, 'DELETE', '/api/v1/accounts/{account}', params, undefined, options);
}

/**
 * API tokens that the caller looks after, without their secrets.
 *
 * For owner, manager. `GET /api/v1/tokens`
 * @throws {ApiError} 401, 403, 429
 */
export function listTokens(client: Client, options?: CallOptions): Promise<ApiToken[]> {
  return call(client, 'GET', '/api/v1/tokens', undefined, undefined, options);
}

/**
 * Create an API token; its secret is told this once.
 *
 * For owner, manager. `POST /api/v1/tokens`
 * @throws {ApiError} 400, 401, 403, 409, 413, 415, 429
 */
export function createToken(client: Client, body: CreateTokenBody, options?: CallOptions): Promise<CreateTokenAnswer> {
  return call(client, 'POST', '/api/v1/tokens', undefined, body, options);
}

/**
 * Revoke an API token.
 *
 * For owner, manager. `DELETE /api/v1/tokens/{token}`
 * @throws {ApiError} 400, 401, 403, 404, 409, 429
 */
export function deleteToken(
  client: Client,
  params: {
    token: string;
  },
  options?: CallOptions,
): Promise<void> {
  return call(client, 'DELETE', '/api/v1/tokens/{token}', params, undefined, options);
}

/**
 * Who read or changed what on this site, the newest first.
 *
 * For owner, manager. `GET /api/v1/sites/{site}/audit`
 * @throws {ApiError} 400, 401, 403, 404, 429
 */
export function listSiteAudit(
  client: Client,
  params: {
    site: string;
    /** 1 to 1000. Default: 100. */
    limit?: number | undefined;
  },
  options?: CallOptions,
): Promise<ListSiteAuditAnswerItem[]> {
  return call(client, 'GET', '/api/v1/sites/{site}/audit', params, undefined, options);
}

/**
 * Who read or changed what on this server, the newest first.
 *
 * For owner. `GET /api/v1/audit`
 * @throws {ApiError} 400, 401, 403, 429
 */
export function listServerAudit(
  client: Client,
  params: {
    /** 1 to 1000. Default: 100. */
    limit?: number | undefined;
  } = {},
  options?: CallOptions,
): Promise<ListServerAuditAnswerItem[]> {
  return call(client, 'GET', '/api/v1/audit', params, undefined, options);
}
