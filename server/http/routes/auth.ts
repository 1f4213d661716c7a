/** Signing in and out, accounts, API tokens. */
import { z } from 'zod';
import { mayGrant } from '../../auth/access.ts';
import type { PublicAccount, SessionCookie } from '../../auth/auth.ts';
import { SESSION_COOKIE } from '../../auth/auth.ts';
import { id, name } from '../../contract/model.ts';
import { AppError, badRequest, forbidden, notFound, unauthenticated } from '../../errors.ts';
import { actorOf } from '../../privacy/audit.ts';
import { type Grant, type Principal, Reply, type Route, type RouteContext, route } from '../route.ts';
import { named } from '../schemaNames.ts';
import type { Services } from '../services.ts';
import { instant } from '../times.ts';

const ACCOUNT_ROLES = ['owner', 'manager', 'retailer', 'installer', 'till'] as const;
const everyAccount = { roles: ACCOUNT_ROLES, scope: 'self' } as const;
const administrators = { roles: ['owner', 'manager'], scope: 'server' } as const;

const grant = named(
  'GrantInput',
  z
    .object({
      role: z.enum(ACCOUNT_ROLES),
      siteId: id.nullable().default(null),
      tenantId: id.nullable().default(null),
    })
    .check((ctx) => {
      const { role, siteId, tenantId } = ctx.value;
      const fault = (field: string, message: string) =>
        ctx.issues.push({ code: 'custom', input: ctx.value, path: [field], message });
      if (role !== 'owner' && siteId === null) fault('siteId', `must name the site of a ${role}`);
      if (role === 'owner' && siteId !== null) fault('siteId', 'must be null: an owner has every site');
      const ofTenant = role === 'retailer' || role === 'till';
      if (ofTenant && tenantId === null) fault('tenantId', `must name the tenant of a ${role}`);
      if (!ofTenant && tenantId !== null) fault('tenantId', `must be null: a ${role} belongs to no tenant`);
    }),
);
const grants = z.array(grant).min(1).max(50);
/** Sign-in name; an e-mail where the person has one. */
const email = z.string().trim().min(3).max(254);
/** Ten characters and no rules of composition, as NIST SP 800-63B advises. */
const password = z.string().min(10, 'must have at least 10 characters').max(200);

const grantAnswer = named(
  'Grant',
  z.object({ role: z.enum(ACCOUNT_ROLES), siteId: id.nullable(), tenantId: id.nullable() }),
);
const accountAnswer = named(
  'Account',
  z.object({
    id,
    email: z.string(),
    name: z.string().nullable(),
    grants: z.array(grantAnswer),
    hasPassword: z.boolean(),
    createdMs: z.number(),
    lastSignInMs: z.number().nullable(),
  }),
);

const tokenAnswer = named(
  'ApiToken',
  z.object({
    id,
    label: z.string(),
    grants: z.array(grantAnswer),
    createdBy: z.string(),
    createdMs: z.number(),
    expiresMs: z.number().nullable(),
    lastUsedMs: z.number().nullable(),
  }),
);

const signedIn = ({ account, cookie }: { account: PublicAccount; cookie: SessionCookie }): Reply =>
  new Reply(200, account, { cookies: [cookie] });

function accountIdOf(principal: Principal | undefined): string {
  if (principal?.kind !== 'account')
    throw new AppError(403, 'not-an-account', 'an API token has no account of its own');
  return principal.accountId;
}

/** A token that could make tokens or accounts would outlive its own revocation. */
function requireAccount(principal: Principal | undefined, to: string): string {
  if (principal?.kind !== 'account') throw forbidden(`an API token may not ${to}`);
  return principal.accountId;
}

function requireMayGrant(
  principal: Principal | undefined,
  wanted: readonly Grant[],
  registry: Services['registry'],
): void {
  wanted.forEach((one, i) => {
    if (one.siteId !== null && !registry.site(one.siteId))
      throw badRequest(`site ${one.siteId} does not exist`, `body.grants.${i}.siteId`);
    if (!principal || !mayGrant(principal, one))
      throw new AppError(403, 'forbidden', `you may not grant ${one.role} there`, `body.grants.${i}`);
  });
}

/** A manager sees and removes the accounts that the manager could have invited; the others do not exist for them. */
const manages = (principal: Principal | undefined, wanted: readonly Grant[]): boolean =>
  principal !== undefined && wanted.every((one) => mayGrant(principal, one));

export function authRoutes({ auth, audit, registry, publicUrl }: Services): Route[] {
  const linkTo = (token: string): string => `${publicUrl?.replace(/\/$/, '') ?? ''}/#/welcome?token=${token}`;
  const record = (context: Pick<RouteContext, 'principal' | 'ip'>, action: string, subject: string, detail?: string) =>
    audit.record({ actor: actorOf(context.principal), action, subject, detail: detail ?? null, ip: context.ip });

  const signing = [
    route({
      method: 'post',
      path: '/auth/welcome',
      summary: 'Sign in with a one-time link',
      access: { public: true, why: 'the link is the credential' },
      body: z.object({ token: z.string().min(1).max(200) }),
      response: accountAnswer,
      ratePerMinute: 30,
      async handler({ body, ip }) {
        const result = await auth.consumeLink(body.token);
        await audit.record({
          actor: { kind: 'account', id: result.account.id },
          action: 'sign-in.link',
          subject: result.account.id,
          ip,
        });
        return signedIn(result);
      },
    }),
    route({
      method: 'post',
      path: '/auth/sign-in',
      summary: 'Sign in with e-mail and password',
      access: { public: true, why: 'the password is the credential' },
      body: z.object({ email: z.string().max(254), password: z.string().max(200) }),
      response: accountAnswer,
      ratePerMinute: 20,
      async handler({ body, ip }) {
        try {
          const result = await auth.signIn(body.email, body.password);
          await audit.record({
            actor: { kind: 'account', id: result.account.id },
            action: 'sign-in.password',
            subject: result.account.id,
            ip,
          });
          return signedIn(result);
        } catch (error) {
          if (error instanceof AppError)
            await audit.record({
              actor: { kind: 'server', id: '' },
              action: 'sign-in.failed',
              subject: error.code,
              ip,
            });
          throw error;
        }
      },
    }),
    route({
      method: 'post',
      path: '/auth/sign-out',
      summary: 'End this session',
      access: everyAccount,
      async handler({ credential }) {
        if (credential) await auth.signOut(credential);
        return new Reply(204, undefined, { cookies: [{ name: SESSION_COOKIE, value: '', maxAgeSeconds: 0 }] });
      },
    }),
    route({
      method: 'get',
      path: '/auth/me',
      summary: 'Who is signed in, and what they may',
      access: everyAccount,
      response: accountAnswer,
      handler({ principal }) {
        if (principal?.kind === 'token')
          return {
            id: principal.tokenId,
            email: principal.label,
            name: null,
            grants: principal.grants,
            hasPassword: true,
            createdMs: 0,
            lastSignInMs: null,
          };
        const account = auth.account(accountIdOf(principal));
        if (!account) throw unauthenticated();
        return account;
      },
    }),
    route({
      method: 'patch',
      path: '/auth/me',
      summary: 'Change own name or e-mail',
      access: everyAccount,
      body: z.object({ email: email.optional(), name: name.nullable().optional() }),
      response: accountAnswer,
      handler: ({ principal, body }) =>
        auth.updateAccount(accountIdOf(principal), {
          ...(body.email === undefined ? {} : { email: body.email }),
          ...(body.name === undefined ? {} : { name: body.name }),
        }),
    }),
    route({
      method: 'put',
      path: '/auth/password',
      summary: 'Set or change the own password; every other session of the account ends',
      access: everyAccount,
      body: z.object({ email: email.optional(), current: z.string().max(200).optional(), password }),
      response: accountAnswer,
      ratePerMinute: 20,
      async handler(context) {
        const { principal, body, credential } = context;
        const accountId = accountIdOf(principal);
        // First, so that a refusal leaves the password as it was.
        if (body.email !== undefined) auth.requireFreeEmail(accountId, body.email);
        await auth.changePassword(accountId, body.current, body.password, credential);
        if (body.email !== undefined) await auth.updateAccount(accountId, { email: body.email });
        await record(context, 'password.changed', accountId);
        return auth.account(accountId);
      },
    }),
  ];

  const accounts = [
    route({
      method: 'get',
      path: '/accounts',
      summary: 'Accounts that the caller looks after',
      access: administrators,
      response: z.array(accountAnswer),
      async handler(context) {
        const seen = auth.accounts().filter((account) => manages(context.principal, account.grants));
        await record(context, 'accounts.read', `${seen.length} accounts`);
        return seen;
      },
    }),
    route({
      method: 'post',
      path: '/accounts',
      summary: 'Invite a person; the answer has the one-time link to hand over',
      access: administrators,
      body: z.object({ email, name: name.nullable().default(null), grants }),
      response: z.object({ account: accountAnswer, link: z.string(), expiresMs: z.number() }),
      statuses: [201],
      async handler(context) {
        const { body, principal } = context;
        requireAccount(principal, 'invite people');
        requireMayGrant(principal, body.grants, registry);
        const { account, token, expiresMs } = await auth.invite(body.email, body.name, body.grants);
        await record(context, 'account.invited', account.id, JSON.stringify(account.grants));
        return new Reply(201, { account, link: linkTo(token), expiresMs });
      },
    }),
    route({
      method: 'post',
      path: '/accounts/:account/link',
      summary: 'A new one-time link for a person who cannot sign in',
      access: administrators,
      response: z.object({ link: z.string(), expiresMs: z.number() }),
      params: z.object({ account: id }),
      async handler(context) {
        requireAccount(context.principal, 'hand out sign-in links');
        const account = auth.account(context.params.account);
        if (!account || !manages(context.principal, account.grants))
          throw notFound(`account ${context.params.account}`);
        const { token, expiresMs } = await auth.newLink(account.id);
        await record(context, 'account.link', account.id);
        return { link: linkTo(token), expiresMs };
      },
    }),
    route({
      method: 'delete',
      path: '/accounts/:account',
      summary: 'Remove an account; its sessions end at once',
      access: administrators,
      params: z.object({ account: id }),
      async handler(context) {
        const account = auth.account(context.params.account);
        if (!account || !manages(context.principal, account.grants))
          throw notFound(`account ${context.params.account}`);
        await auth.removeAccount(account.id);
        await record(context, 'account.removed', account.id);
      },
    }),
  ];

  const tokens = [
    route({
      method: 'get',
      path: '/tokens',
      summary: 'API tokens that the caller looks after, without their secrets',
      access: administrators,
      response: z.array(tokenAnswer),
      handler: ({ principal }) => auth.tokens().filter((token) => manages(principal, token.grants)),
    }),
    route({
      method: 'post',
      path: '/tokens',
      summary: 'Create an API token; its secret is told this once',
      access: administrators,
      body: z.object({ label: name, grants, expires: instant.nullable().default(null) }),
      response: tokenAnswer.extend({ token: z.string() }),
      statuses: [201],
      async handler(context) {
        const { body, principal, nowMs } = context;
        const by = requireAccount(principal, 'create API tokens');
        if (body.expires !== null && body.expires <= nowMs) throw badRequest('must lie in the future', 'body.expires');
        requireMayGrant(principal, body.grants, registry);
        const created = await auth.createToken(body.label, body.grants, by, body.expires);
        await record(context, 'token.created', created.id, JSON.stringify(body.grants));
        return new Reply(201, created);
      },
    }),
    route({
      method: 'delete',
      path: '/tokens/:token',
      summary: 'Revoke an API token',
      access: administrators,
      params: z.object({ token: id }),
      async handler(context) {
        const token = auth.tokens().find((one) => one.id === context.params.token);
        if (!token || !manages(context.principal, token.grants)) throw notFound(`token ${context.params.token}`);
        await auth.revokeToken(token.id);
        await record(context, 'token.revoked', token.id);
      },
    }),
  ];
  return [...signing, ...accounts, ...tokens];
}
