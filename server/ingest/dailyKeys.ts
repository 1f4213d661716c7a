/**
 * The random key of each local day under which unknown carriers are hashed. A key lies in memory and in a small file of its
 * own, for a database never promises that what was deleted is gone; at destruction the file is overwritten and removed, and
 * a tombstone row says that the day's key existed.
 */
import { mkdir, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Duck } from '../db/duckdb.ts';
import { writePrivateFile } from '../log/privateFile.ts';
import { syncDirectory } from '../log/siteLog.ts';
import { localDayOf } from './localDays.ts';

const KEY_BYTES = 32;

export interface DailyKey {
  id: string;
  key: Buffer;
  day: string;
  /** End of the local day. */
  untilMs: number;
}

interface KeyRow {
  local_day: string;
  key_id: string;
  destroyed_ms: number | null;
}

export class DailyKeys {
  readonly #duck: Duck;
  readonly #siteId: string;
  readonly #dir: string;
  readonly #random: (bytes: number) => Buffer;
  readonly #live = new Map<string, DailyKey>();
  readonly #destroyed = new Set<string>();
  #tail: Promise<unknown> = Promise.resolve();

  constructor(duck: Duck, siteId: string, dir: string, random: (bytes: number) => Buffer) {
    this.#duck = duck;
    this.#siteId = siteId;
    this.#dir = dir;
    this.#random = random;
  }

  async start(timezone: string): Promise<void> {
    await mkdir(this.#dir, { recursive: true, mode: 0o700 });
    const rows = await this.#duck.all<KeyRow>(
      'select local_day, key_id, destroyed_ms from daily_keys where site_id = $1',
      [this.#siteId],
    );
    for (const row of rows) {
      const key =
        row.destroyed_ms === null ? await readFile(this.#path(row.local_day)).catch(() => undefined) : undefined;
      if (key?.length !== KEY_BYTES) {
        this.#destroyed.add(row.local_day);
        // Destruction is the file's end; a crash may have come before the tombstone.
        if (row.destroyed_ms !== null) await this.#shred(row.local_day);
        continue;
      }
      const untilMs = localDayOf(timezone, Date.parse(`${row.local_day}T12:00:00Z`)).endMs;
      this.#live.set(row.local_day, { id: row.key_id, key, day: row.local_day, untilMs });
    }
  }

  /** Undefined where the day's key was destroyed. */
  async forDay(day: string, untilMs: number, nowMs: number): Promise<DailyKey | undefined> {
    if (!this.#live.has(day) && !this.#destroyed.has(day)) await this.#serially(() => this.#make(day, untilMs, nowMs));
    return this.#live.get(day);
  }

  /** Without making one. */
  ofDay(day: string): DailyKey | undefined {
    return this.#live.get(day);
  }

  isDestroyed(day: string): boolean {
    return this.#destroyed.has(day);
  }

  byId(keyId: string): DailyKey | undefined {
    for (const key of this.#live.values()) if (key.id === keyId) return key;
    return undefined;
  }

  /** Destroys the keys of days that ended before `endedBeforeMs`; returns the days. */
  async destroy(endedBeforeMs: number, nowMs: number): Promise<string[]> {
    const due = [...this.#live.values()].filter((key) => key.untilMs <= endedBeforeMs);
    for (const key of due) await this.#serially(() => this.#destroy(key, nowMs));
    return due.map((key) => key.day);
  }

  async #make(day: string, untilMs: number, nowMs: number): Promise<void> {
    if (this.#live.has(day)) return;
    const key = this.#random(KEY_BYTES);
    const id = `${day}-${this.#random(4).toString('hex')}`;
    const path = this.#path(day);
    await writePrivateFile(path, key);
    await this.#duck.run('insert into daily_keys values ($1, $2, $3, $4, null)', [this.#siteId, day, id, nowMs]);
    this.#live.set(day, { id, key, day, untilMs });
  }

  async #destroy(key: DailyKey, nowMs: number): Promise<void> {
    this.#live.delete(key.day);
    this.#destroyed.add(key.day);
    key.key.fill(0);
    await this.#shred(key.day);
    await this.#duck.run('update daily_keys set destroyed_ms = $3 where site_id = $1 and local_day = $2', [
      this.#siteId,
      key.day,
      nowMs,
    ]);
  }

  async #shred(day: string): Promise<void> {
    const path = this.#path(day);
    const handle = await open(path, 'r+').catch(() => undefined);
    if (handle) {
      try {
        await handle.write(Buffer.alloc(KEY_BYTES), 0, KEY_BYTES, 0);
        await handle.sync();
      } finally {
        await handle.close();
      }
    }
    await rm(path, { force: true });
    await syncDirectory(this.#dir);
  }

  #serially(work: () => Promise<void>): Promise<void> {
    const result = this.#tail.then(work);
    this.#tail = result.catch(() => {});
    return result;
  }

  #path(day: string): string {
    return join(this.#dir, `${day}.key`);
  }
}
