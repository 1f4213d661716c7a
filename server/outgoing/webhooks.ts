/** Webhooks: held in memory, written through; their secrets are sealed in the database. */
import { isSealed, loadSealer, Sealer } from '../auth/sealing.ts';
import { newId, type RandomBytes } from '../auth/secrets.ts';
import { type OccupancyThreshold, type WebhookInput, webhookInput } from '../contract/outgoing.ts';
import type { Duck } from '../db/duckdb.ts';
import { conflict, notFound } from '../errors.ts';
import { newSecret } from './signature.ts';

export interface Webhook extends WebhookInput {
  id: string;
  siteId: string;
  /** Null: the mall's. */
  tenantId: string | null;
  disabledReason: 'gone' | null;
  /** Null: sealed under a key that is not here. */
  secret: string | null;
  previousSecret: string | null;
  previousUntilMs: number | null;
  createdMs: number;
}
export type WithSecret = Webhook & { secret: string };
/** Beside what the outbox counts on. */
export interface StoredWebhook extends Webhook {
  nextSeq: number;
  dropped: number;
}

/** Each has a queue of its own; a mall has a handful of systems to tell. */
const MAX_PER_SITE = 50;
const MAX_PER_TENANT = 5;
/** Receivers change theirs in a working day. */
export const BOTH_SECRETS_MS = 24 * 3_600_000;

/** As in the database. */
type SealedSecrets = Pick<Row, 'secret' | 'previousSecret'>;
type Change = { webhook: Webhook; what: 'put' | 'removed' };

interface Row {
  id: string;
  siteId: string;
  tenantId: string | null;
  settings: string;
  disabledReason: 'gone' | null;
  secret: string;
  previousSecret: string | null;
  previousUntilMs: number | null;
  nextSeq: number;
  dropped: number;
  createdMs: number;
}

export class Webhooks {
  readonly #duck: Duck;
  readonly #random: RandomBytes;
  readonly #bySite = new Map<string, Map<string, Webhook>>();
  readonly #listeners = new Set<(change: Change) => Promise<void> | void>();
  readonly #sealed = new Map<string, SealedSecrets>();
  readonly #keyFile: string | undefined;
  #sealer: Sealer;
  #tail: Promise<unknown> = Promise.resolve();

  /** @param keyFile undefined: a key of this run alone */
  constructor(duck: Duck, random: RandomBytes, keyFile: string | undefined) {
    this.#duck = duck;
    this.#random = random;
    this.#keyFile = keyFile;
    this.#sealer = new Sealer(random);
  }

  /** With what the outbox counts on. */
  async start(): Promise<StoredWebhook[]> {
    if (this.#keyFile !== undefined) this.#sealer = await loadSealer(this.#keyFile, this.#random);
    const rows = await this.#duck.all<Row>(
      `select id, site_id as "siteId", tenant_id as "tenantId", settings, disabled_reason as "disabledReason", secret,
         previous_secret as "previousSecret", previous_until_ms as "previousUntilMs", next_seq as "nextSeq", dropped,
         created_ms as "createdMs"
       from webhooks order by created_ms, id`,
    );
    await this.#sealPlain(rows);
    const stored = rows.map(({ settings, ...row }): StoredWebhook => {
      const { id, secret, previousSecret } = row;
      this.#sealed.set(id, { secret, previousSecret });
      return {
        ...row,
        ...webhookInput.parse(JSON.parse(settings)),
        secret: this.#opened(id, secret),
        previousSecret: this.#opened(id, previousSecret),
      };
    });
    for (const one of stored) this.#hold(one);
    return stored;
  }

  /** What an earlier version wrote; in place. */
  async #sealPlain(rows: Row[]): Promise<void> {
    const isPlain = (secret: string | null): boolean => secret !== null && !isSealed(secret);
    const plain = rows.filter(({ secret, previousSecret }) => isPlain(secret) || isPlain(previousSecret));
    for (const row of plain)
      for (const name of ['secret', 'previousSecret'] as const)
        if (isPlain(row[name])) row[name] = this.#sealer.seal(row[name]!, row.id);
    if (plain.length > 0)
      await this.#duck.transaction(async (sql) => {
        for (const { id, secret, previousSecret } of plain)
          await sql.run('update webhooks set secret = $2, previous_secret = $3 where id = $1', [
            id,
            secret,
            previousSecret,
          ]);
      });
  }

  #opened(id: string, sealed: string | null): string | null {
    return sealed === null ? null : (this.#sealer.open(sealed, id) ?? null);
  }

  /** Called after the write. */
  onChange(listener: (change: Change) => Promise<void> | void): void {
    this.#listeners.add(listener);
  }

  all(siteId: string): Webhook[] {
    return [...(this.#bySite.get(siteId)?.values() ?? [])];
  }
  get(siteId: string, id: string): Webhook | undefined {
    return this.#bySite.get(siteId)?.get(id);
  }
  siteIds(): string[] {
    return [...this.#bySite.keys()];
  }

  create(siteId: string, tenantId: string | null, input: WebhookInput, nowMs: number): Promise<WithSecret> {
    return this.#serial(async () => {
      const siblings = this.all(siteId);
      if (siblings.length >= MAX_PER_SITE) throw conflict(`a site has at most ${MAX_PER_SITE} webhooks`);
      if (tenantId !== null && siblings.filter((one) => one.tenantId === tenantId).length >= MAX_PER_TENANT)
        throw conflict(`a tenant has at most ${MAX_PER_TENANT} webhooks`);
      const made: WithSecret = {
        ...input,
        id: newId(this.#random, 'wh'),
        siteId,
        tenantId,
        disabledReason: null,
        secret: newSecret(this.#random),
        previousSecret: null,
        previousUntilMs: null,
        createdMs: nowMs,
      };
      const secret = this.#sealer.seal(made.secret, made.id);
      await this.#duck.run('insert into webhooks values ($1, $2, $3, $4, null, $5, null, null, 1, 0, $6)', [
        made.id,
        siteId,
        tenantId,
        JSON.stringify(input),
        secret,
        nowMs,
      ]);
      this.#sealed.set(made.id, { secret, previousSecret: null });
      this.#hold(made);
      await this.#tell({ webhook: made, what: 'put' });
      return made;
    });
  }

  change(one: Webhook, input: WebhookInput): Promise<Webhook> {
    return this.#put(one, (before) => ({
      ...webhookInput.parse(input),
      disabledReason: input.enabled ? null : before.disabledReason,
    }));
  }

  async disable(one: Webhook, reason: 'gone'): Promise<void> {
    await this.#put(one, () => ({ enabled: false, disabledReason: reason }));
  }

  /** For a day deliveries are signed with both. */
  async rotate(one: Webhook, nowMs: number): Promise<WithSecret> {
    const secret = newSecret(this.#random);
    const next = await this.#put(one, (before) => ({
      secret,
      previousSecret: before.secret,
      previousUntilMs: before.secret === null ? null : nowMs + BOTH_SECRETS_MS,
    }));
    return { ...next, secret };
  }

  remove(webhook: Webhook): Promise<void> {
    return this.#serial(async () => {
      this.#bySite.get(webhook.siteId)?.delete(webhook.id);
      this.#sealed.delete(webhook.id);
      await this.#duck.transaction(async (sql) => {
        await sql.run('delete from webhooks where id = $1', [webhook.id]);
        await sql.run('delete from webhook_deliveries where webhook_id = $1', [webhook.id]);
        await sql.run('delete from webhook_thresholds where webhook_id = $1', [webhook.id]);
      });
      await this.#tell({ webhook, what: 'removed' });
    });
  }

  /** A secret that is no longer used is no longer kept. */
  async expire(nowMs: number): Promise<void> {
    for (const siteId of this.siteIds())
      for (const one of this.all(siteId))
        if (one.previousUntilMs !== null && one.previousUntilMs <= nowMs)
          await this.#put(one, () => ({ previousSecret: null, previousUntilMs: null }));
  }

  /** One change after another, each of what the one before it left. */
  #serial<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#tail.then(work);
    this.#tail = result.catch(() => {});
    return result;
  }

  #put({ siteId, id }: Webhook, change: (before: Webhook) => Partial<Webhook>): Promise<Webhook> {
    return this.#serial(async () => {
      const before = this.get(siteId, id);
      if (before === undefined) throw notFound(`webhook ${id}`);
      const next = { ...before, ...change(before) };
      const sealed = this.#sealedOf(before, next);
      await this.#duck.run(
        `update webhooks set settings = $2, disabled_reason = $3, secret = $4, previous_secret = $5,
           previous_until_ms = $6 where id = $1`,
        [
          id,
          JSON.stringify(webhookInput.parse(next)),
          next.disabledReason,
          sealed.secret,
          sealed.previousSecret,
          next.previousUntilMs,
        ],
      );
      this.#sealed.set(id, sealed);
      this.#hold(next);
      await this.#tell({ webhook: next, what: 'put' });
      return next;
    });
  }

  /** What did not change stays as it is, also where it cannot be opened. */
  #sealedOf(before: Webhook, next: Webhook): SealedSecrets {
    const kept = this.#sealed.get(next.id)!;
    const sealed = (secret: string | null) => (secret === null ? null : this.#sealer.seal(secret, next.id));
    return {
      secret: next.secret === before.secret ? kept.secret : sealed(next.secret)!,
      previousSecret:
        next.previousSecret === before.previousSecret && next.previousUntilMs === before.previousUntilMs
          ? kept.previousSecret
          : sealed(next.previousSecret),
    };
  }

  #hold(webhook: Webhook): void {
    const ofSite = this.#bySite.get(webhook.siteId) ?? new Map<string, Webhook>();
    ofSite.set(webhook.id, webhook);
    this.#bySite.set(webhook.siteId, ofSite);
  }

  async #tell(change: Change): Promise<void> {
    for (const listener of this.#listeners) await listener(change);
  }
}

export const thresholdKey = ({ zone, limit, hysteresis }: OccupancyThreshold): string =>
  `${zone ?? ''}/${limit}/${hysteresis}`;

/** The secrets that deliveries are signed with now, the newest first; none where it cannot be opened. */
export function secretsOf({ secret, previousSecret, previousUntilMs }: Webhook, nowMs: number): string[] {
  if (secret === null) return [];
  return previousSecret !== null && previousUntilMs !== null && nowMs < previousUntilMs
    ? [secret, previousSecret]
    : [secret];
}
