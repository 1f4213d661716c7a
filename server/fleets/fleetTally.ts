/** What came of a fleet's messages, by reason; of what nobody can read one masked sample each. Pure. */
import { maskPayload, maskReason, maskTopic } from './masks.ts';

/** Reasons are words of decoders; more kinds of them than this are one. */
const MAX_REASONS = 40;
const OTHER = 'other';
/** A new sample is worth its making now and then. */
const SAMPLE_EVERY_MS = 10_000;

export interface Unknown {
  count: number;
  sample: { atMs: number; topic: string; payload: string } | null;
}

export class FleetTally {
  readonly sinceMs: number;
  messages = 0;
  readings = 0;
  used = 0;
  sightings = 0;
  lastHeardMs: number | null = null;
  readonly ignored = new Map<string, number>();
  readonly unknown = new Map<string, Unknown>();

  constructor(sinceMs: number) {
    this.sinceMs = sinceMs;
  }

  ignore(why: string, count = 1): void {
    if (count <= 0) return;
    const reason = this.ignored.size < MAX_REASONS || this.ignored.has(why) ? why : OTHER;
    this.ignored.set(reason, (this.ignored.get(reason) ?? 0) + count);
  }

  /** `shown`: what it was, for a sample. */
  notKnown(why: string, shown: { topic: string; filter: string; payload: Uint8Array; atMs: number }, count = 1): void {
    const masked = maskReason(why);
    const reason = this.unknown.size < MAX_REASONS || this.unknown.has(masked) ? masked : OTHER;
    let known = this.unknown.get(reason);
    if (!known) {
      known = { count: 0, sample: null };
      this.unknown.set(reason, known);
    }
    known.count += count;
    const { topic, filter, payload, atMs } = shown;
    if (known.sample && atMs - known.sample.atMs < SAMPLE_EVERY_MS) return;
    known.sample = { atMs, topic: maskTopic(topic, filter), payload: maskPayload(payload) };
  }
}
