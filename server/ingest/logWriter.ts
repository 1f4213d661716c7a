/**
 * Writes what ingest accepted into the site's log, in groups: while one group is on its way to the disk the next gathers.
 * A disk that refuses is tried again until it takes; nothing is acknowledged meanwhile.
 */
import type { SeqMark, SightingBatch } from '../log/batch.ts';
import { hourOf } from '../log/hourFile.ts';
import type { SiteLog } from '../log/siteLog.ts';
import { sleep } from './turns.ts';

export type LogItem =
  /** `more`: another message of its window follows. */
  | { kind: 'batch'; batch: SightingBatch; foreign?: ForeignBatch; more?: boolean }
  | { kind: 'mark'; mark: SeqMark; hourAtMs: number };

/** Of a gateway of another make: it wants no ack of ours. */
export interface ForeignBatch {
  /** Told when its second is long over, and the newest that its gateway told. */
  slow: boolean;
}

interface Waiting {
  item: LogItem;
  resolve: () => void;
  reject: (error: Error) => void;
}

const GROUP_ITEMS = 512;
/** Some 1.5 MB of record. */
const GROUP_SIGHTINGS = 100_000;
const RETRY_MS = 1_000;

export interface LogWriterParts {
  log: SiteLog;
  /** In the same turn in which the group counts as written. */
  onDurable: (items: LogItem[]) => void;
  /** Settles once there is room for more behind the log. */
  room: () => Promise<void>;
  onProblem: (error: Error) => void;
}

export class LogWriter {
  readonly #parts: LogWriterParts;
  #queue: Waiting[] = [];
  #pumping: Promise<void> | undefined;
  #stopped = false;
  /** The disk refused the last write. */
  failing = false;

  constructor(parts: LogWriterParts) {
    this.#parts = parts;
  }

  /** Settles when the item is durable. */
  write(item: LogItem): Promise<void> {
    if (this.#stopped) return Promise.reject(new Error('the log is closed'));
    return new Promise((resolve, reject) => {
      this.#queue.push({ item, resolve, reject });
      this.#pumping ??= this.#pump().finally(() => {
        this.#pumping = undefined;
      });
    });
  }

  /** Settles when all that waits now is durable. */
  async drained(): Promise<void> {
    while (this.#pumping) await this.#pumping;
  }

  /** What waits is refused; its senders keep it. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.drained();
    for (const waiting of this.#queue.splice(0)) waiting.reject(new Error('the log is closed'));
  }

  async #pump(): Promise<void> {
    // One turn, so that all messages of a piece that the socket gave go into one group.
    await new Promise<void>((resolve) => setImmediate(resolve));
    while (this.#queue.length > 0 && !this.#stopped) {
      await this.#parts.room();
      for (const [hourMs, group] of this.#nextGroup()) await this.#writeGroup(hourMs, group);
    }
  }

  #nextGroup(): Map<number, Waiting[]> {
    const byHour = new Map<number, Waiting[]>();
    let sightings = 0;
    let taken = 0;
    while (taken < this.#queue.length && taken < GROUP_ITEMS && sightings < GROUP_SIGHTINGS) {
      const waiting = this.#queue[taken++]!;
      const { item } = waiting;
      if (item.kind === 'batch') sightings += item.batch.carriers.length;
      const hourMs = hourOf(item.kind === 'batch' ? item.batch.fromMs : item.hourAtMs);
      const group = byHour.get(hourMs);
      if (group) group.push(waiting);
      else byHour.set(hourMs, [waiting]);
    }
    this.#queue.splice(0, taken);
    return byHour;
  }

  async #writeGroup(hourMs: number, group: Waiting[]): Promise<void> {
    const items = group.map((waiting) => waiting.item);
    const batches = items.flatMap((item) => (item.kind === 'batch' ? [item.batch] : []));
    const marks = items.flatMap((item) => (item.kind === 'mark' ? [item.mark] : []));
    for (;;) {
      try {
        await this.#parts.log.append(hourMs, batches, marks, () => this.#parts.onDurable(items));
        this.failing = false;
        break;
      } catch (error) {
        this.failing = true;
        this.#parts.onProblem(error as Error);
        if (this.#stopped) {
          for (const waiting of group) waiting.reject(error as Error);
          return;
        }
        await sleep(RETRY_MS);
      }
    }
    for (const waiting of group) waiting.resolve();
  }
}
