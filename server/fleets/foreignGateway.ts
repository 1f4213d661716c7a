/** One gateway of another make that is on the plan: its clocks, its open seconds, and whether it is alive. Pure. */
import type { ForeignReading } from '../ingest/adapters/types.ts';
import type { Told } from './durable.ts';
import { type ClockVerdict, ForeignClock } from './foreignClock.ts';
import type { HeardGateway } from './heardGateways.ts';
import { ForeignWindows } from './windows.ts';

/** Messages whose time is in doubt wait for the next one, which comes within a second or a minute. */
const HELD_MS = 65_000;
const MAX_HELD = 64;
/** An embedded broker reads nothing more of a sender that waits, not even the message that would tell. */
const ACK_HELD_MS = 3_000;
/** One reading whose time is nonsense must not stand for the clock: the newest counts that most of the others are near to. */
const NEAR_MS = 60_000;

export type TimeKind = 'own' | 'uptime' | 'arrival';

/** Readings of one message that go by one clock. */
export interface Timed {
  kind: TimeKind;
  readings: readonly ForeignReading[];
  arrivedMs: number;
  /** To be called once all of them have been looked at; undefined where nobody waits. */
  waiter: Told | undefined;
  /** One more that the message waits for. */
  part: (() => Told) | undefined;
}

const ownTimeOf = (kind: TimeKind, reading: ForeignReading, arrivedMs: number): number =>
  kind === 'own' ? reading.atMs! : kind === 'uptime' ? reading.uptimeMs! : arrivedMs;

export function newestTime({ kind, readings, arrivedMs }: Timed): number {
  const times = readings.map((reading) => ownTimeOf(kind, reading, arrivedMs)).sort((a, b) => a - b);
  const median = times[times.length >> 1]!;
  return times.findLast((time) => time <= median + NEAR_MS)!;
}

/** By the clock that they go by, and without times where there are none. */
export function byClock(
  readings: readonly ForeignReading[],
  arrivedMs: number,
  useOwn: boolean,
  part: (() => Told) | undefined,
): Timed[] {
  const kinds = new Map<TimeKind, ForeignReading[]>();
  for (const reading of readings) {
    const kind = !useOwn
      ? 'arrival'
      : reading.atMs !== undefined
        ? 'own'
        : reading.uptimeMs !== undefined
          ? 'uptime'
          : 'arrival';
    const list = kinds.get(kind);
    if (list) list.push(reading);
    else kinds.set(kind, [reading]);
  }
  // What has no time is not handed over again: nobody waits for it.
  return [...kinds].map(([kind, list]) => {
    const waits = kind === 'arrival' ? undefined : part;
    return { kind, readings: list, arrivedMs, waiter: waits?.(), part: waits };
  });
}

export class ForeignGateway {
  readonly heard: HeardGateway;
  readonly windows = new ForeignWindows();
  /** Settles once a start of the server will know it and its clock: what it heard is written after that. */
  known: Promise<void> | undefined;
  readonly #clocks: { own: ForeignClock; uptime: ForeignClock };
  #held: Timed[] = [];
  /** Newest corrected time that it told. */
  newestMs = Number.NEGATIVE_INFINITY;
  aliveUntilMs = Number.NEGATIVE_INFINITY;
  /** Up to here the log says that it listened. */
  coveredToMs = Number.NEGATIVE_INFINITY;
  online = false;
  version: string | null = null;
  /** Readings since the last status. */
  adverts = 0;
  statusAtMs = Number.NEGATIVE_INFINITY;

  /** `newestMs`: by its own clock, what the log has of it. */
  constructor(heard: HeardGateway, newestMs?: number) {
    this.heard = heard;
    this.#clocks = {
      own: new ForeignClock(heard.clockMs ?? undefined, newestMs),
      uptime: new ForeignClock(heard.bootMs ?? undefined, newestMs),
    };
  }

  get id(): string {
    return this.heard.gatewayId;
  }

  /** To be added to its own times; undefined while it tells none. */
  get clockMs(): number | undefined {
    return this.#clocks.own.offsetMs;
  }

  get bootMs(): number | undefined {
    return this.#clocks.uptime.offsetMs;
  }

  offsetOf(kind: TimeKind): number {
    return kind === 'arrival' ? 0 : (this.#clocks[kind].offsetMs ?? 0);
  }

  ownTimeOf = ownTimeOf;

  measure(kind: 'own' | 'uptime', newestMs: number, arrivedMs: number): ClockVerdict {
    return this.#clocks[kind].sample(newestMs, arrivedMs);
  }

  /** Returns what has to go for it. */
  hold(timed: Timed): Timed[] {
    this.#held.push(timed);
    return this.#held.length > MAX_HELD ? this.#held.splice(0, 1) : [];
  }

  release(): Timed[] {
    return this.#held.splice(0);
  }

  /** Those whose senders have waited for long enough. */
  *waiting(nowMs: number): Generator<Timed> {
    for (const one of this.#held) if (nowMs - one.arrivedMs > ACK_HELD_MS) yield one;
  }

  /** Those for which the next message never came. */
  givenUp(nowMs: number): Timed[] {
    const old = this.#held.filter(({ arrivedMs }) => nowMs - arrivedMs > HELD_MS);
    if (old.length > 0) this.#held = this.#held.filter((one) => !old.includes(one));
    return old;
  }

  /** Something shows that its radio listens. */
  alive(nowMs: number, forMs: number): void {
    if (nowMs > this.aliveUntilMs) this.coveredToMs = nowMs;
    this.aliveUntilMs = nowMs + forMs;
    this.online = true;
  }

  gone(): void {
    this.aliveUntilMs = Number.NEGATIVE_INFINITY;
    this.online = false;
  }
}
