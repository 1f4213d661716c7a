/**
 * Which gateways' data is still to come: those that are out, and those that are back but still hand in what they kept. They
 * hand it in in the order of time, so what is missing lies behind the newest that came. Pure.
 */
import type { AwaitedGateway } from '../db/timeSeries.ts';
import { BACKLOG_BATCHES, type GatewayRecord, isOut } from './gatewayHealth.ts';

/** Half a minute of batches: every hour waits for that long anyway. */
const DRAINED_BATCHES = 30;
/** Without a word about its outbox a gateway has caught up once what it sends is as fresh as a heartbeat. */
const FRESH_MS = 30_000;

export interface GatewayNews {
  gatewayId: string;
  record: GatewayRecord;
  /** Newest event time that came of it since the start; undefined where none has. */
  newestMs: number | undefined;
}

interface Waiting {
  fromMs: number;
  /** When it was last found to be out. */
  outMs: number;
}

export class Awaited {
  #waiting = new Map<string, Waiting>();

  load(gateways: readonly AwaitedGateway[]): void {
    for (const { gatewayId, fromMs } of gateways) this.#waiting.set(gatewayId, { fromMs, outMs: 0 });
  }

  list(): AwaitedGateway[] {
    return [...this.#waiting]
      .map(([gatewayId, { fromMs }]) => ({ gatewayId, fromMs }))
      .sort((a, b) => (a.gatewayId < b.gatewayId ? -1 : 1));
  }

  /** `gateways` are the enabled ones. What is older than `keptMs` is not taken any more. True where the list has changed. */
  update(gateways: readonly GatewayNews[], nowMs: number, keptMs: number): boolean {
    const before = JSON.stringify(this.list());
    const next = new Map<string, Waiting>();
    for (const news of gateways) {
      const waiting = waitingOf(news, this.#waiting.get(news.gatewayId), nowMs, keptMs);
      if (waiting) next.set(news.gatewayId, waiting);
    }
    this.#waiting = next;
    return JSON.stringify(this.list()) !== before;
  }

  clear(): boolean {
    const had = this.#waiting.size > 0;
    this.#waiting.clear();
    return had;
  }
}

function waitingOf(
  { record, newestMs }: GatewayNews,
  known: Waiting | undefined,
  nowMs: number,
  keptMs: number,
): Waiting | undefined {
  // A server that was killed may not know any more when it heard it last.
  const lastSeenMs = record.lastSeenMs ?? known?.fromMs;
  // What it heard when its outage began would be refused, if it ever came back: it is gone, not late.
  if (lastSeenMs === undefined || nowMs - lastSeenMs > keptMs) return undefined;
  const fromMs = known?.fromMs ?? Math.min(newestMs ?? lastSeenMs, lastSeenMs);
  if (isOut(record, nowMs)) return { fromMs, outMs: nowMs };
  const { outboxBatches, outboxAtMs } = record;
  if (!known) return (outboxBatches ?? 0) > BACKLOG_BATCHES && outboxAtMs !== null ? { fromMs, outMs: 0 } : undefined;
  // What it said before the outage says nothing of what it has kept since.
  const said = outboxAtMs !== null && outboxAtMs > known.outMs;
  const drained =
    outboxBatches === null
      ? newestMs !== undefined && newestMs >= nowMs - FRESH_MS
      : said && outboxBatches <= DRAINED_BATCHES;
  return drained ? undefined : known;
}
