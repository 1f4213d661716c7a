/** Readings of a message become parts of seconds: whose they are, and when they were. */
import type { Site } from '../contract/model.ts';
import type { ForeignReading } from '../ingest/adapters/types.ts';
import { hashBeacon } from '../ingest/identity.ts';
import type { SiteIngest } from '../ingest/siteIngest.ts';
import { type SightingBatch, VALUES_PER_ROW } from '../log/batch.ts';
import type { FleetTally } from './fleetTally.ts';
import type { ForeignGateway, Timed } from './foreignGateway.ts';

/** A message cannot have heard what comes after it; clocks that were just measured agree to this. */
const FUTURE_MS = 2_000;
/** Readings are resolved in pieces within which their offsets fit into the log's rows. */
const PIECE_MS = 60_000;

export interface ReadingsIntakeParts {
  site: () => Site;
  ingest: Pick<SiteIngest, 'resolveForeign' | 'unknownKey'>;
  retentionMs: () => number;
}

export class ReadingsIntake {
  readonly #parts: ReadingsIntakeParts;

  constructor(parts: ReadingsIntakeParts) {
    this.#parts = parts;
  }

  /** Settles when the readings have their second. */
  async take(tally: FleetTally, gateway: ForeignGateway, timed: Timed): Promise<void> {
    const { kind, readings, arrivedMs, waiter } = timed;
    const offsetMs = this.#parts.site().clock === 'wall' ? gateway.offsetOf(kind) : 0;
    try {
      const pieces = new Map<
        string,
        { fromMs: number; smoothed: boolean; restated: boolean; list: ForeignReading[] }
      >();
      for (const reading of readings) {
        const ownMs = gateway.ownTimeOf(kind, reading, arrivedMs);
        const fault = this.#timeFault(ownMs + offsetMs, arrivedMs);
        if (fault) {
          tally.ignore(fault);
          continue;
        }
        const fromMs = Math.floor(ownMs / PIECE_MS) * PIECE_MS;
        const restated = reading.restated === true;
        const key = `${fromMs} ${reading.smoothed} ${restated}`;
        const piece = pieces.get(key);
        if (piece) piece.list.push(reading);
        else pieces.set(key, { fromMs, smoothed: reading.smoothed, restated, list: [reading] });
        gateway.newestMs = Math.max(gateway.newestMs, ownMs + offsetMs);
      }
      for (const { fromMs, smoothed, restated, list } of pieces.values()) {
        const times = list.map((reading) => gateway.ownTimeOf(kind, reading, arrivedMs) - fromMs);
        const batch = await this.#resolve(tally, gateway.id, list, times, fromMs, offsetMs);
        for (let row = 0, at = 0; row < batch.carriers.length; row++, at += VALUES_PER_ROW) {
          const told = timed.part?.();
          const heard = {
            ref: batch.carriers[row]!,
            powerCenti: batch.values[at + 3]!,
            rssiCenti: batch.values[at]!,
            ownMs: fromMs + (batch.values[at + 4]! & 0xffff),
            smoothed,
            timed: kind !== 'arrival',
            restated,
          };
          const addition = gateway.windows.add(heard, offsetMs, arrivedMs, told);
          if (addition === 'used') tally.used++;
          else if (addition === 'copy') tally.ignore('told before');
          else tally.ignore('more at once than any hall gives');
          if (addition === 'over-capacity') told?.();
        }
      }
      waiter?.();
    } catch (error) {
      waiter?.(error as Error);
      throw error;
    }
  }

  #timeFault(correctedMs: number, arrivedMs: number): string | undefined {
    if (this.#parts.site().clock !== 'wall') return correctedMs < 0 ? 'from before 1970' : undefined;
    if (correctedMs > arrivedMs + FUTURE_MS) return 'from the future';
    return correctedMs < arrivedMs - this.#parts.retentionMs() ? 'older than what is kept' : undefined;
  }

  /** Whose they are. Raw identities end here. */
  async #resolve(
    tally: FleetTally,
    gatewayId: string,
    readings: readonly ForeignReading[],
    offsetsMs: readonly number[],
    fromMs: number,
    offsetMs: number,
  ): Promise<SightingBatch> {
    const { ingest } = this.#parts;
    const site = this.#parts.site();
    const key = await ingest.unknownKey(site, fromMs + offsetMs);
    const uuids = [...new Set(readings.map(({ uuid }) => uuid))];
    const message: Parameters<typeof ingest.resolveForeign>[2] = {
      fromMs,
      toMs: fromMs + PIECE_MS,
      uuids,
      rows: [],
      unknownKeyId: key?.id,
      unknowns: [],
    };
    readings.forEach(({ uuid, major, minor, rssiDbm }, i) => {
      const atMs = offsetsMs[i]!;
      if (key && !site.uuids.includes(uuid))
        message.unknowns.push([hashBeacon(key.key, uuid, major, minor), rssiDbm, rssiDbm, 1, atMs]);
      else message.rows.push([uuids.indexOf(uuid), major, minor, rssiDbm, rssiDbm, 1, 0, atMs]);
    });
    const { batch, notAllowed, unlinkable, unresolved } = await ingest.resolveForeign(
      site,
      gatewayId,
      message,
      offsetMs,
    );
    tally.ignore('not under a UUID of this site', notAllowed);
    tally.ignore('of a day whose key is destroyed', unlinkable);
    tally.ignore('rotating numbers of nobody', unresolved);
    return batch;
  }
}
