/** Messages that can never be read, with their reason: the newest are kept, all are counted. */
import type { Duck } from '../db/duckdb.ts';
import type { DeadLetter } from './types.ts';

/** Some weeks of a gateway that errs now and then, an hour of one that errs with each message. */
export const DEAD_LETTERS_KEPT = 10_000;
const FLUSH_EVERY_MS = 1_000;
/** Beyond this between two flushes they are counted and not kept. */
const MAX_WAITING = 1_000;
const MAX_TOPIC_CHARS = 200;

export class DeadLetters {
  readonly #duck: Duck;
  readonly #kept: number;
  readonly counts: Record<string, number> = {};
  #waiting: Omit<DeadLetter, 'id'>[] = [];
  #nextId = 1;
  #timer: NodeJS.Timeout | undefined;
  #tail: Promise<void> = Promise.resolve();

  constructor(duck: Duck, kept = DEAD_LETTERS_KEPT) {
    this.#duck = duck;
    this.#kept = kept;
  }

  async start(): Promise<void> {
    const row = await this.#duck.get<{ top: number | null }>('select max(id) as top from dead_letters');
    this.#nextId = (row?.top ?? 0) + 1;
  }

  add(letter: Omit<DeadLetter, 'id'>): void {
    this.count(letter.reason);
    if (this.#waiting.length >= MAX_WAITING) return;
    this.#waiting.push({ ...letter, topic: printable(letter.topic) });
    this.#timer ??= setTimeout(() => void this.flush(), FLUSH_EVERY_MS);
  }

  count(reason: string): void {
    this.counts[reason] = (this.counts[reason] ?? 0) + 1;
  }

  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#tail = this.#tail.then(() => this.#write());
    return this.#tail;
  }

  /** Newest first; an empty siteId asks for those that belong to no site. */
  async latest(siteId: string, limit: number): Promise<DeadLetter[]> {
    await this.flush();
    const rows = await this.#duck.all<{
      id: number;
      at_ms: number;
      site_id: string | null;
      gateway_id: string | null;
      topic: string;
      reason: string;
      detail: string;
    }>(
      `select id, at_ms, site_id, gateway_id, topic, reason, detail from dead_letters
       where site_id = $1 or ($1 = '' and site_id is null) order by id desc limit $2`,
      [siteId, limit],
    );
    return rows.map((row) => ({
      id: row.id,
      atMs: row.at_ms,
      siteId: row.site_id,
      gatewayId: row.gateway_id,
      topic: row.topic,
      reason: row.reason,
      detail: row.detail,
    }));
  }

  async #write(): Promise<void> {
    const letters = this.#waiting.splice(0).map((letter) => ({ id: this.#nextId++, ...letter }));
    if (letters.length === 0) return;
    const column = <K extends keyof DeadLetter>(key: K) => letters.map((letter) => letter[key]);
    await this.#duck
      .transaction(async (sql) => {
        await sql.append('dead_letters', {
          id: { type: 'BIGINT', values: column('id') },
          at_ms: { type: 'BIGINT', values: column('atMs') },
          site_id: { type: 'VARCHAR', values: column('siteId') },
          gateway_id: { type: 'VARCHAR', values: column('gatewayId') },
          topic: { type: 'VARCHAR', values: column('topic') },
          reason: { type: 'VARCHAR', values: column('reason') },
          detail: { type: 'VARCHAR', values: column('detail') },
        });
        await sql.run('delete from dead_letters where id <= $1', [this.#nextId - 1 - this.#kept]);
      })
      // The counts stand; a database that refuses shows in the commits, which are retried.
      .catch(() => {});
  }
}

/** Hostile topics are shown as they are, less what a terminal or a page would act on. */
const printable = (topic: string): string => topic.slice(0, MAX_TOPIC_CHARS).replace(/[^\x20-\x7e]/g, '?');
