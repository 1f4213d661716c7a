/** What is durable of each gateway's epochs, and how far it may be acknowledged. Pure. */
import { type Range, SeqRanges } from './seqRanges.ts';

/** A gateway starts anew once a day or so, and its outbox holds days: older epochs are closed. */
const MAX_EPOCHS = 32;
/** Only a hostile or broken gateway leaves this many holes; the lowest is then given up. */
const MAX_RANGES = 4_096;
/** An epoch whose first number is not 1 may have its start still on the way: the ack waits this long for it. */
const BASE_SETTLE_MS = 3_000;

interface EpochState {
  durable: SeqRanges;
  inFlight: Set<number>;
  /** Where the contiguous part starts. */
  base: number;
  firstSeenMs: number;
  lastSeenMs: number;
}

export type ReceivedJson = Record<string, Record<string, { base: number; ranges: Range[] }>>;
export type Verdict = 'new' | 'duplicate' | 'in-flight' | 'stale-epoch';

export class Received {
  readonly #gateways = new Map<string, Map<number, EpochState>>();

  constructor(json: ReceivedJson = {}, nowMs = 0) {
    for (const [gatewayId, epochs] of Object.entries(json)) {
      for (const [epoch, { base, ranges }] of Object.entries(epochs)) {
        const durable = new SeqRanges(ranges);
        const state = { durable, inFlight: new Set<number>(), base, firstSeenMs: nowMs, lastSeenMs: nowMs };
        this.#epochs(gatewayId).set(Number(epoch), state);
      }
    }
  }

  /** Takes a new one as in flight; the caller makes it durable or gives it back. */
  take(gatewayId: string, epoch: number, seq: number, nowMs: number): Verdict {
    const state = this.#open(gatewayId, epoch, seq, nowMs);
    if (!state) return 'stale-epoch';
    if (state.durable.has(seq)) return 'duplicate';
    if (state.inFlight.has(seq)) return 'in-flight';
    state.inFlight.add(seq);
    return 'new';
  }

  /** One that could not be brought to the disk: it may come again. */
  release(gatewayId: string, epoch: number, seq: number): void {
    this.#gateways.get(gatewayId)?.get(epoch)?.inFlight.delete(seq);
  }

  /** After the disk has it. Also used in recovery. */
  durable(gatewayId: string, epoch: number, fromSeq: number, toSeq: number, nowMs: number): void {
    const state = this.#open(gatewayId, epoch, fromSeq, nowMs);
    if (!state) return;
    if (fromSeq === toSeq) state.inFlight.delete(fromSeq);
    state.durable.add(fromSeq, toSeq);
    while (state.durable.size > MAX_RANGES) state.durable.fillLowestHole();
  }

  /** Of a gateway whose numbers are given here; undefined where it has none yet. */
  newestEpoch(gatewayId: string): number | undefined {
    const epochs = this.#gateways.get(gatewayId);
    return epochs && epochs.size > 0 ? Math.max(...epochs.keys()) : undefined;
  }

  /** How many of these numbers were neither received nor given up before. */
  missing(gatewayId: string, epoch: number, fromSeq: number, toSeq: number): number {
    const state = this.#gateways.get(gatewayId)?.get(epoch);
    return state ? state.durable.missing(fromSeq, toSeq) : toSeq - fromSeq + 1;
  }

  /** Up to where everything is durable, from the first number on and below `belowSeq`; undefined while nothing may be acknowledged. */
  ackable(gatewayId: string, epoch: number, nowMs: number, belowSeq = Number.POSITIVE_INFINITY): number | undefined {
    const state = this.#gateways.get(gatewayId)?.get(epoch);
    if (!state) return undefined;
    if (state.base > 1 && nowMs - state.firstSeenMs < BASE_SETTLE_MS) return undefined;
    const endSeq = state.durable.endOf(state.base);
    if (endSeq === undefined || endSeq < belowSeq) return endSeq;
    // Below the base a gateway may keep what was never sent.
    return belowSeq > state.base ? belowSeq - 1 : undefined;
  }

  /** How long until `ackable` may say more by itself. */
  settlesInMs(gatewayId: string, epoch: number, nowMs: number): number {
    const state = this.#gateways.get(gatewayId)?.get(epoch);
    return state && state.base > 1 ? Math.max(0, state.firstSeenMs + BASE_SETTLE_MS - nowMs) : 0;
  }

  /** Forgets those of a kind that were not heard of for so long; for senders that come and go. */
  forget(isOfKind: (gatewayId: string) => boolean, silentMs: number, nowMs: number): void {
    for (const [gatewayId, epochs] of this.#gateways) {
      if (!isOfKind(gatewayId)) continue;
      let newestMs = Number.NEGATIVE_INFINITY;
      for (const { lastSeenMs } of epochs.values()) newestMs = Math.max(newestMs, lastSeenMs);
      if (nowMs - newestMs > silentMs) this.#gateways.delete(gatewayId);
    }
  }

  toJSON(): ReceivedJson {
    const json: ReceivedJson = {};
    for (const [gatewayId, epochs] of this.#gateways) {
      const of: ReceivedJson[string] = {};
      for (const [epoch, { base, durable }] of epochs) {
        if (durable.size > 0) of[epoch] = { base, ranges: durable.toJSON() };
      }
      json[gatewayId] = of;
    }
    return json;
  }

  #epochs(gatewayId: string): Map<number, EpochState> {
    let epochs = this.#gateways.get(gatewayId);
    if (!epochs) {
      epochs = new Map();
      this.#gateways.set(gatewayId, epochs);
    }
    return epochs;
  }

  #open(gatewayId: string, epoch: number, seq: number, nowMs: number): EpochState | undefined {
    const epochs = this.#epochs(gatewayId);
    let state = epochs.get(epoch);
    if (!state) {
      if (epochs.size >= MAX_EPOCHS) {
        const oldest = Math.min(...epochs.keys());
        if (epoch < oldest) return undefined;
        epochs.delete(oldest);
      }
      state = { durable: new SeqRanges(), inFlight: new Set(), base: seq, firstSeenMs: nowMs, lastSeenMs: nowMs };
      epochs.set(epoch, state);
    }
    state.lastSeenMs = nowMs;
    // Later ones below the base are taken as well, but an ack may have passed them already.
    if (seq < state.base && nowMs - state.firstSeenMs < BASE_SETTLE_MS) state.base = seq;
    return state;
  }
}
