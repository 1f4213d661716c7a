/** One second in seven of what gateways hear, a few hundred carriers of it: enough to compare gateways, and next to no work. Pure. */
import type { Heard } from '../calibration/crossHearing.ts';
import { type CarrierRef, type SightingBatch, VALUES_PER_ROW } from '../log/batch.ts';

const SECOND_MS = 1_000;
/** No divisor of a minute: tags that advertise at whole seconds are all met. */
const EVERY_SECONDS = 7;
/** Heartbeats of those that heard nobody come every ten seconds. */
const CLOSED_AFTER_MS = 20_000;
/** A carrier in every other one, so that one who sits still does not speak for all; fewer where there are many. */
const LEAST_GROUPS = 2;
const MOST_GROUPS = 1_024;
const MOST_CARRIERS = 300;

interface Sample {
  groups: number;
  listening: Set<string>;
  carriers: Map<CarrierRef, Heard[]>;
}

export interface HeardSecond {
  listening: ReadonlySet<string>;
  carriers: Iterable<readonly Heard[]>;
}

/** Identities are random, so any of their letters will do. */
function numberOf(id: string): number {
  let number = 0;
  for (let i = Math.max(0, id.length - 5); i < id.length; i++) number = (number * 31 + id.charCodeAt(i)) & 0xffff;
  return number;
}

const nextSampled = (second: number): number => Math.ceil(second / EVERY_SECONDS) * EVERY_SECONDS;

export class HearingSamples {
  readonly #open = new Map<number, Sample>();
  #groups = LEAST_GROUPS;
  #newestMs = 0;
  #closedBefore = 0;

  /** Most batches are none of a sampled second, and cost one division. */
  heard(batch: SightingBatch): void {
    const { fromMs, toMs, gatewayId } = batch;
    if (toMs > this.#newestMs) this.#newestMs = toMs;
    let second = nextSampled(Math.floor(fromMs / SECOND_MS));
    if (second * SECOND_MS >= toMs || toMs < this.#newestMs - CLOSED_AFTER_MS) return;
    let any = false;
    for (; second * SECOND_MS < toMs; second += EVERY_SECONDS) {
      const sample = this.#sample(second);
      if (!sample) continue;
      sample.listening.add(gatewayId);
      any = true;
    }
    if (any) this.#rows(batch);
  }

  #sample(second: number): Sample | undefined {
    if (second < this.#closedBefore) return undefined;
    let sample = this.#open.get(second);
    if (!sample) {
      sample = { groups: this.#groups, listening: new Set(), carriers: new Map() };
      this.#open.set(second, sample);
    }
    return sample;
  }

  #rows({ gatewayId, fromMs, carriers, values }: SightingBatch): void {
    for (let row = 0, at = 0; row < carriers.length; row++, at += VALUES_PER_ROW) {
      const second = Math.floor((fromMs + (values[at + 4]! & 0xffff)) / SECOND_MS);
      if (second % EVERY_SECONDS !== 0) continue;
      const sample = this.#open.get(second);
      if (!sample) continue;
      const carrier = carriers[row]!;
      if ((numberOf(carrier.id) + second / EVERY_SECONDS) % sample.groups !== 0) continue;
      const heard = sample.carriers.get(carrier);
      const one = { gatewayId, rssiDbm: values[at]! / 100 };
      if (heard) heard.push(one);
      else if (sample.carriers.size < 4 * MOST_CARRIERS) sample.carriers.set(carrier, [one]);
    }
  }

  /** Seconds of which all has come that will come. */
  *take(): Generator<HeardSecond> {
    for (const [second, sample] of [...this.#open].sort(([a], [b]) => a - b)) {
      if ((second + 1) * SECOND_MS > this.#newestMs - CLOSED_AFTER_MS) return;
      this.#open.delete(second);
      this.#closedBefore = second + 1;
      const { size } = sample.carriers;
      if (size > MOST_CARRIERS) this.#groups = Math.min(MOST_GROUPS, sample.groups * 2);
      else if (size < MOST_CARRIERS / 4) this.#groups = Math.max(LEAST_GROUPS, sample.groups / 2);
      yield { listening: sample.listening, carriers: sample.carriers.values() };
    }
  }
}
