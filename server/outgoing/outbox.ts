/** Events on their way to receivers: written before anything is sent, kept until they were taken or given up. */
import { newId, type RandomBytes } from '../auth/secrets.ts';
import type { DeliveryState, OutgoingData, OutgoingType } from '../contract/outgoing.ts';
import { Batches } from '../db/batches.ts';
import type { Duck, SqlValue, WriteSql } from '../db/duckdb.ts';
import { GIVE_UP_AFTER_MS } from './backoff.ts';
import type { StoredWebhook, Webhook } from './webhooks.ts';

/** A receiver that is down for a day in a busy mall; about ten megabytes. */
export const MAX_PENDING = 10_000;
/** Events of all webhooks that are not written yet: the database is behind. */
const MAX_UNWRITTEN = 20_000;
/** Where somebody is, is of no use an hour later, and not to be kept for it. */
export const PERSON_EXPIRES_MS = 15 * 60_000;
/** For a replay after a receiver lost what it had taken. */
const DELIVERED_KEPT_MS = 3 * 86_400_000;
/** For whoever looks after the receiver to come back from a week off. */
const ENDED_KEPT_MS = 7 * 86_400_000;

export interface OutgoingEvent<T extends OutgoingType = OutgoingType> {
  webhook: Webhook;
  type: T;
  /** When it happened. */
  atMs: number;
  data: OutgoingData<T>;
  /** Of a person: withdrawn with the consent, and never kept once it was sent. */
  shopperId?: string;
}

export interface Due {
  id: string;
  seq: number;
  type: string;
  atMs: number;
  body: string;
  shopperId: string | null;
  attempts: number;
  queuedMs: number;
  expiresMs: number;
}

export interface DeliveryRow {
  id: string;
  sequence: number;
  type: string;
  state: DeliveryState;
  atMs: number;
  attempts: number;
  lastMs: number | null;
  nextMs: number | null;
  lastStatus: number | null;
  lastError: string | null;
  replayable: boolean;
}

/** What became of one attempt. */
export interface Settlement {
  id: string;
  state: DeliveryState;
  /** Of the next attempt, where it is still pending. */
  nextMs: number | null;
  /** Null: nothing was sent. */
  lastMs: number | null;
  lastStatus: number | null;
  lastError: string | null;
}

interface Book {
  webhook: Webhook;
  nextSeq: number;
  /** Not yet told to the receiver. */
  untold: number;
  dropped: number;
  pending: number;
}
interface NewRow {
  id: string;
  webhook_id: string;
  seq: number;
  type: string;
  at_ms: number;
  body: string;
  shopper_id: string | null;
  queued_ms: number;
  expires_ms: number;
}
const ROW_TYPES = JSON.stringify([
  {
    id: 'VARCHAR',
    webhook_id: 'VARCHAR',
    seq: 'BIGINT',
    type: 'VARCHAR',
    at_ms: 'BIGINT',
    body: 'VARCHAR',
    shopper_id: 'VARCHAR',
    queued_ms: 'BIGINT',
    expires_ms: 'BIGINT',
  },
]);
const SETTLEMENT_TYPES = JSON.stringify([
  {
    id: 'VARCHAR',
    state: 'VARCHAR',
    nextMs: 'BIGINT',
    lastMs: 'BIGINT',
    lastStatus: 'BIGINT',
    lastError: 'VARCHAR',
  },
]);
const rowsOf = (param: string, types: string): string =>
  `(select unnest(from_json(${param}, '${types}'), recursive := true))`;

export interface OutboxParts {
  duck: Duck;
  clock: () => number;
  random: RandomBytes;
  onProblem: (error: Error) => void;
}

export class Outbox {
  readonly #parts: OutboxParts;
  readonly #books = new Map<string, Book>();
  readonly #writes: Batches<OutgoingEvent, undefined>;
  readonly #settlements: Batches<Settlement, undefined>;
  #unwritten = 0;
  /** Written within transactions of others, which may still be undone. */
  readonly #uncounted = new Set<string>();
  #after: Promise<void> | undefined;
  #wake: (webhookId: string) => void = () => {};

  constructor(parts: OutboxParts) {
    this.#parts = parts;
    this.#writes = new Batches(async (events) => {
      await parts.duck.transaction((sql) => this.#insert(sql, events));
      for (const { webhook } of events) this.#wake(webhook.id);
      return events.map(() => undefined);
    });
    this.#settlements = new Batches(async (all) => {
      await this.#settle(all);
      return all.map(() => undefined);
    });
  }

  /** `wake` is called once something of the webhook is written. */
  async start(webhooks: readonly StoredWebhook[], wake: (webhookId: string) => void): Promise<void> {
    const counts = await this.#parts.duck.all<{ webhookId: string; pending: number; newest: number }>(
      `select webhook_id as "webhookId", count(*) filter (where state = 'pending') as pending, max(seq) as newest
       from webhook_deliveries group by webhook_id`,
    );
    const byId = new Map(counts.map((row) => [row.webhookId, row]));
    for (const webhook of webhooks) {
      const { pending = 0, newest = 0 } = byId.get(webhook.id) ?? {};
      this.#books.set(webhook.id, {
        webhook,
        nextSeq: Math.max(webhook.nextSeq, newest + 1),
        untold: webhook.dropped,
        dropped: webhook.dropped,
        pending,
      });
    }
    this.#wake = wake;
  }

  follow(webhook: Webhook): void {
    const book = this.#books.get(webhook.id);
    if (book) book.webhook = webhook;
    else this.#books.set(webhook.id, { webhook, nextSeq: 1, untold: 0, dropped: 0, pending: 0 });
  }
  forget(webhookId: string): void {
    this.#books.delete(webhookId);
  }

  pending(webhookId: string): number {
    return this.#books.get(webhookId)?.pending ?? 0;
  }
  dropped(webhookId: string): number {
    return this.#books.get(webhookId)?.dropped ?? 0;
  }

  /** Holds nobody up: what cannot be taken is counted. Settles once it is durable or counted as dropped. */
  async add(events: readonly OutgoingEvent[]): Promise<void> {
    await Promise.all(
      events.map(async (event) => {
        const book = this.#books.get(event.webhook.id);
        if (book === undefined || !book.webhook.enabled) return;
        if (this.#unwritten >= MAX_UNWRITTEN || book.pending >= MAX_PENDING) {
          this.#drop(book);
          return;
        }
        this.#unwritten += 1;
        book.pending += 1;
        try {
          await this.#writes.add(event);
        } catch (error) {
          book.pending -= 1;
          this.#drop(book);
          this.#parts.onProblem(error as Error);
        } finally {
          this.#unwritten -= 1;
        }
      }),
    );
  }

  /** In the transaction of what it tells: both are durable, or neither. */
  async addWithin(sql: WriteSql, events: readonly OutgoingEvent[]): Promise<void> {
    const taken = events.filter(({ webhook }) => {
      const book = this.#books.get(webhook.id);
      if (book === undefined || !book.webhook.enabled) return false;
      if (book.pending < MAX_PENDING) return true;
      this.#drop(book);
      return false;
    });
    if (taken.length === 0) return;
    await this.#insert(sql, taken);
    for (const { webhook } of taken) this.#uncounted.add(webhook.id);
    this.#after ??= this.#afterThis();
  }

  /** Transactions run one after another: once this one runs, those before it were committed or undone. */
  async #afterThis(): Promise<void> {
    const ids: string[] = [];
    try {
      await this.#parts.duck.transaction(async (sql) => {
        this.#after = undefined;
        ids.push(...this.#uncounted);
        this.#uncounted.clear();
        for (const id of ids) await this.#recount(sql, id);
      });
    } catch (error) {
      this.#after = undefined;
      this.#parts.onProblem(error as Error);
    }
    for (const id of ids) this.#wake(id);
  }

  #drop(book: Book): void {
    book.dropped += 1;
    book.untold += 1;
    // Its place in the sequence stays empty.
    book.nextSeq += 1;
  }

  async #recount(sql: WriteSql, webhookId: string): Promise<void> {
    const book = this.#books.get(webhookId);
    const row = await sql.get<{ n: number }>(
      "select count(*) as n from webhook_deliveries where webhook_id = $1 and state = 'pending'",
      [webhookId],
    );
    if (book) book.pending = row!.n;
  }

  async #insert(sql: WriteSql, events: readonly OutgoingEvent[]): Promise<void> {
    const { random, clock } = this.#parts;
    const nowMs = clock();
    const told = new Map<Book, number>();
    const rows = events.flatMap(({ webhook, type, atMs, data, shopperId }): NewRow[] => {
      const book = this.#books.get(webhook.id);
      // Removed meanwhile.
      if (book === undefined) return [];
      const sequence = book.nextSeq++;
      const dropped = told.has(book) ? 0 : book.untold;
      told.set(book, (told.get(book) ?? 0) + dropped);
      const body = {
        type,
        timestamp: new Date(atMs).toISOString(),
        site: webhook.siteId,
        webhook: webhook.id,
        sequence,
        dropped,
        data,
      };
      return [
        {
          id: newId(random, 'msg'),
          webhook_id: webhook.id,
          seq: sequence,
          type,
          at_ms: Math.round(atMs),
          body: JSON.stringify(body),
          shopper_id: shopperId ?? null,
          queued_ms: nowMs,
          expires_ms: shopperId === undefined ? nowMs + GIVE_UP_AFTER_MS : Math.round(atMs) + PERSON_EXPIRES_MS,
        },
      ];
    });
    if (rows.length === 0) return;
    // Of somebody who was erased meanwhile nothing is written.
    await sql.run(
      `insert into webhook_deliveries
       select r.id, r.webhook_id, r.seq, r.type, r.at_ms, 'pending', r.body, r.shopper_id, 0, r.queued_ms, r.queued_ms,
         r.expires_ms, null, null, null
       from ${rowsOf('$1', ROW_TYPES)} as r
       where r.shopper_id is null or r.shopper_id in (select id from shoppers)`,
      [JSON.stringify(rows)],
    );
    for (const [book, dropped] of told) {
      book.untold -= dropped;
      await sql.run('update webhooks set next_seq = $2, dropped = $3 where id = $1', [
        book.webhook.id,
        book.nextSeq,
        book.untold,
      ]);
    }
  }

  /** What is to be sent now, the oldest first. */
  due(webhookId: string, nowMs: number, limit: number): Promise<Due[]> {
    return this.#parts.duck.all<Due>(
      `select id, seq, type, at_ms as "atMs", body, shopper_id as "shopperId", attempts, queued_ms as "queuedMs",
         expires_ms as "expiresMs"
       from webhook_deliveries where webhook_id = $1 and state = 'pending' and next_ms <= $2
       order by seq limit ${Math.trunc(limit)}`,
      [webhookId, nowMs],
    );
  }

  /** When the next one is due; undefined where none waits. */
  async nextDueMs(webhookId: string): Promise<number | undefined> {
    const row = await this.#parts.duck.get<{ nextMs: number | null }>(
      `select min(next_ms) as "nextMs" from webhook_deliveries where webhook_id = $1 and state = 'pending'`,
      [webhookId],
    );
    return row?.nextMs ?? undefined;
  }

  async settle(webhookId: string, settlement: Settlement): Promise<void> {
    await this.#settlements.add(settlement);
    const book = this.#books.get(webhookId);
    if (book && settlement.state !== 'pending') book.pending = Math.max(0, book.pending - 1);
  }

  async #settle(all: readonly Settlement[]): Promise<void> {
    // Of a person nothing stays once it is over; the rest stays for a replay.
    await this.#parts.duck.run(
      `update webhook_deliveries d set
         state = s."state", next_ms = s."nextMs",
         attempts = d.attempts + case when s."lastMs" is null then 0 else 1 end,
         last_ms = coalesce(s."lastMs", d.last_ms),
         last_status = case when s."lastMs" is null then d.last_status else s."lastStatus" end,
         last_error = coalesce(s."lastError", case when s."lastMs" is null then d.last_error end),
         body = case when s."state" = 'pending' or (d.shopper_id is null and s."state" in ('delivered', 'dead')) then d.body end,
         shopper_id = case when s."state" = 'pending' then d.shopper_id end
       from ${rowsOf('$1', SETTLEMENT_TYPES)} as s where d.id = s."id" and d.state = 'pending'`,
      [JSON.stringify(all)],
    );
  }

  /** All that waits, with the last answer: the receiver is gone. */
  async giveUp(webhookId: string, status: number | null, error: string): Promise<void> {
    await this.#parts.duck.run(
      `update webhook_deliveries set state = 'dead', next_ms = null, last_status = $2, last_error = $3,
         body = case when shopper_id is null then body end, shopper_id = null
       where webhook_id = $1 and state = 'pending'`,
      [webhookId, status, error],
    );
    const book = this.#books.get(webhookId);
    if (book) book.pending = 0;
  }

  /** What waits of a person who has withdrawn. */
  async withdraw(shopperId: string): Promise<void> {
    const withdrawn = await this.#parts.duck.transaction((sql) =>
      sql.all<{ webhookId: string }>(
        `update webhook_deliveries set state = 'withdrawn', next_ms = null, body = null, shopper_id = null
         where shopper_id = $1 returning webhook_id as "webhookId"`,
        [shopperId],
      ),
    );
    for (const { webhookId } of withdrawn) {
      const book = this.#books.get(webhookId);
      if (book) book.pending = Math.max(0, book.pending - 1);
    }
  }

  async list(
    webhookId: string,
    filter: { state?: DeliveryState; beforeSeq?: number; limit: number },
  ): Promise<DeliveryRow[]> {
    return this.#parts.duck.all<DeliveryRow>(
      `select id, seq as "sequence", type, state, at_ms as "atMs", attempts, last_ms as "lastMs", next_ms as "nextMs",
         last_status as "lastStatus", last_error as "lastError", body is not null as "replayable"
       from webhook_deliveries
       where webhook_id = $1 and state = coalesce($2, state) and seq < $3
       order by seq desc limit ${Math.trunc(filter.limit)}`,
      [webhookId, filter.state ?? null, filter.beforeSeq ?? Number.MAX_SAFE_INTEGER],
    );
  }

  /** Once more, with a day of its own; under the same id, so that a receiver knows what it has. Returns how many. */
  async replay(webhookId: string, which: { id: string } | { deadSinceMs: number }, nowMs: number): Promise<number> {
    const [where, params]: [string, SqlValue[]] =
      'id' in which
        ? ["id = $4 and state <> 'pending'", [which.id]]
        : ["at_ms >= $4 and state = 'dead'", [which.deadSinceMs]];
    const rows = await this.#parts.duck.transaction(async (sql) => {
      const replayed = await sql.all(
        `update webhook_deliveries set state = 'pending', attempts = 0, queued_ms = $2, next_ms = $2, expires_ms = $3
         where webhook_id = $1 and body is not null and ${where} returning id`,
        [webhookId, nowMs, nowMs + GIVE_UP_AFTER_MS, ...params],
      );
      await this.#recount(sql, webhookId);
      return replayed;
    });
    if (rows.length > 0) this.#wake(webhookId);
    return rows.length;
  }

  async counts(webhookId: string, nowMs: number): Promise<{ dead: number; delivered: number }> {
    const row = await this.#parts.duck.get<{ dead: number; delivered: number }>(
      `select count(*) filter (where state = 'dead') as dead,
         count(*) filter (where state = 'delivered' and last_ms >= $2) as delivered
       from webhook_deliveries where webhook_id = $1`,
      [webhookId, nowMs - 86_400_000],
    );
    return row!;
  }

  async expire(nowMs: number): Promise<void> {
    const { duck } = this.#parts;
    await duck.run(
      `update webhook_deliveries set state = case when shopper_id is null then 'dead' else 'expired' end, next_ms = null,
         body = case when shopper_id is null then body end, shopper_id = null
       where state = 'pending' and expires_ms < $1`,
      [nowMs],
    );
    await duck.run(
      `delete from webhook_deliveries where state <> 'pending'
         and coalesce(last_ms, queued_ms) < case when state = 'delivered' then $1 else $2 end`,
      [nowMs - DELIVERED_KEPT_MS, nowMs - ENDED_KEPT_MS],
    );
    await duck.transaction(async (sql) => {
      for (const webhookId of this.#books.keys()) await this.#recount(sql, webhookId);
    });
  }
}
