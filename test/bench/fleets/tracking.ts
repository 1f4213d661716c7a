/** Batches of any gateways through the engine that analytics uses, and how far from the truth it comes out. */
import { createEngineWith } from '../../../server/engine/engine.ts';
import type { LogBatch, StayRow } from '../../../server/engine/types.ts';
import { createPositioner } from '../../../server/positioning/index.ts';
import { HALL_START, type Hall, type TrueStay } from './hall.ts';

/** As analytics waits for what comes late. */
const HOLD_MS = 30_000;
/** Accuracy is scored from 3 s after a carrier was first heard. */
const WARM_MS = 3_000;
/** Shorter stays are passers-by to most shops. */
const SCORED_STAY_MS = 60_000;
/** What counts as a stay in a shop's figures. */
const MIN_STAY_MS = 30_000;

export const carrierIdOf = (carrier: number): string => `c-${carrier}`;

export interface Score {
  errorsM: number[];
  /** Seconds in which somebody is there and has no fix. */
  lost: number;
  dwellErrorsSeconds: number[];
  missed: number;
  invented: number;
}

export class Tracking {
  readonly #hall: Hall;
  readonly #engine: ReturnType<typeof createEngineWith>;
  readonly #seq = new Map<string, number>();
  readonly #firstMs = new Map<string, number>();
  readonly #stays: StayRow[] = [];
  readonly #errorsM: number[] = [];
  #lost = 0;

  constructor(hall: Hall, model: Hall['model']) {
    this.#hall = hall;
    this.#engine = createEngineWith(createPositioner, model, undefined);
  }

  add(batch: Omit<LogBatch, 'epoch' | 'seq'>): void {
    const seq = (this.#seq.get(batch.gatewayId) ?? 0) + 1;
    this.#seq.set(batch.gatewayId, seq);
    for (const { carrierId, atMs } of batch.sightings)
      if (!(this.#firstMs.get(carrierId)! <= atMs)) this.#firstMs.set(carrierId, atMs);
    this.#engine.add({ ...batch, epoch: 1, seq });
  }

  /** Called once a second. */
  advance(nowMs: number): void {
    this.#tick(nowMs - HOLD_MS);
  }

  #tick(toMs: number): void {
    if (toMs <= HALL_START) return;
    this.#stays.push(...this.#engine.advance(toMs).rows.stays);
    const present = new Map(this.#engine.present().map((one) => [one.carrierId, one.fix]));
    this.#hall.beacons.forEach((_, carrier) => {
      const carrierId = carrierIdOf(carrier);
      const firstMs = this.#firstMs.get(carrierId);
      if (firstMs === undefined || toMs < firstMs + WARM_MS) return;
      const fix = present.get(carrierId);
      if (!fix) {
        this.#lost++;
        return;
      }
      const truth = this.#hall.placeOf(carrier, toMs);
      this.#errorsM.push(Math.hypot(fix.xM - truth.xM, fix.yM - truth.yM));
    });
  }

  score(): Score {
    const endMs = HALL_START + this.#hall.seconds * 1_000;
    for (let toMs = endMs - HOLD_MS + 1_000; toMs <= endMs; toMs += 1_000) this.#tick(toMs);
    const measured = [...this.#stays, ...this.#engine.openRows().stays].filter(
      ({ zoneId, startMs, endMs: end }) => /^[ns]\d/.test(zoneId) && end - startMs >= MIN_STAY_MS,
    );
    const overlaps = (stay: StayRow, truth: TrueStay): boolean =>
      stay.carrierId === carrierIdOf(truth.carrier) &&
      stay.zoneId === truth.zoneId &&
      stay.startMs < truth.endMs &&
      stay.endMs > truth.startMs;
    const dwellErrorsSeconds: number[] = [];
    let missed = 0;
    // One that the end of the data cuts off says nothing of an exit.
    const whole = this.#hall.stays.filter((stay) => stay.endMs < endMs - HOLD_MS);
    for (const truth of whole) {
      const trueMs = truth.endMs - truth.startMs;
      if (trueMs < SCORED_STAY_MS) continue;
      const found = measured.filter((stay) => overlaps(stay, truth));
      if (found.length === 0) missed++;
      else {
        const dwellMs = found.reduce((sum, stay) => sum + stay.endMs - stay.startMs, 0);
        dwellErrorsSeconds.push(Math.abs(dwellMs - trueMs) / 1_000);
      }
    }
    const invented = measured.filter((stay) => !this.#hall.stays.some((truth) => overlaps(stay, truth))).length;
    return { errorsM: this.#errorsM, lost: this.#lost, dwellErrorsSeconds, missed, invented };
  }
}
