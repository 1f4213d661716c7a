/** From a decoded message to a batch in which nobody's beacon can be read any more. */
import type { RotatingNumbers } from '../identities/appIdentities.ts';
import { slotOf } from '../identities/scheme.ts';
import { NO_POWER, type SightingBatch, VALUES_PER_ROW } from '../log/batch.ts';
import type { DailyKey, DailyKeys } from './dailyKeys.ts';
import type { DecodedSightings } from './decode.ts';
import type { Identities, Identity } from './identity.ts';
import { type LocalDay, localDayOf } from './localDays.ts';

export interface Resolution {
  batch: SightingBatch;
  notAllowed: number;
  unlinkable: number;
  /** Rotating numbers that are nobody's at that time. */
  unresolved: number;
}

export interface ResolvedSite {
  timezone: string;
  uuids: ReadonlySet<string>;
  /** Numbers under it change with time: whose they are, and that it is known, is asked of `rotating` alone. */
  rotatingUuid: string | undefined;
  countUnknowns: boolean;
}

export class BatchResolver {
  readonly #identities: Identities;
  readonly #keys: DailyKeys;
  readonly #rotating: () => RotatingNumbers | undefined;
  #day: LocalDay = { name: '', startMs: 0, endMs: 0 };
  #timezone = '';

  constructor(identities: Identities, keys: DailyKeys, rotating: () => RotatingNumbers | undefined) {
    this.#identities = identities;
    this.#keys = keys;
    this.#rotating = rotating;
  }

  async resolve(
    gatewayId: string,
    message: DecodedSightings,
    site: ResolvedSite,
    clockOffsetMs: number,
    nowMs: number,
  ): Promise<Resolution> {
    const { rows, unknowns, uuids } = message;
    const fromMs = message.fromMs + clockOffsetMs;
    const spanMs = message.toMs - message.fromMs;
    const carriers: SightingBatch['carriers'] = [];
    const values = new Int16Array((rows.length + unknowns.length) * VALUES_PER_ROW);
    const allowed = uuids.map((uuid) => site.uuids.has(uuid));
    let at = 0;
    let notAllowed = 0;
    let unlinkable = 0;
    let unresolved = 0;
    const put = (identity: Identity, meanDbm: number, maxDbm: number, adverts: number, offsetMs: number) => {
      carriers.push(identity.ref);
      values[at] = Math.round(meanDbm * 100);
      values[at + 1] = Math.round(maxDbm * 100);
      values[at + 2] = adverts;
      values[at + 3] = identity.powerCenti;
      // Nothing is heard after the window's end, whatever a gateway says.
      values[at + 4] = Math.min(offsetMs, spanMs);
      at += VALUES_PER_ROW;
    };
    for (const row of rows) {
      const uuid = uuids[row[0]]!;
      if (!allowed[row[0]]) {
        notAllowed++;
        continue;
      }
      if (uuid === site.rotatingUuid) {
        const atMs = fromMs + Math.min(row[7], spanMs);
        const slot = slotOf(atMs);
        const rotating = this.#rotating();
        // Waits only for a slot of a backlog: those of the clock are made ahead.
        if (rotating && !rotating.isReady(slot)) await rotating.ready(slot);
        const carrier = rotating?.resolve(slot, row[1], row[2], { atMs, gatewayId });
        if (carrier) put({ ref: carrier, powerCenti: NO_POWER }, row[3], row[4], row[5], row[7]);
        else unresolved++;
        continue;
      }
      let identity = this.#identities.registered(uuid, row[1], row[2]);
      if (!identity) {
        // The mall's own beacons hear each other; nobody carries them.
        if (this.#identities.isFixed(uuid, row[1], row[2])) {
          notAllowed++;
          continue;
        }
        const atMs = fromMs + Math.min(row[7], spanMs);
        // Waits only for the first unknown carrier of a day.
        const key = this.#keyAt(atMs, site.timezone) ?? (await this.#makeKeyAt(atMs, site.timezone, nowMs));
        if (!key) {
          unlinkable++;
          continue;
        }
        identity = this.#identities.unknown(key, uuid, row[1], row[2]);
      }
      put(identity, row[3], row[4], row[5], row[7]);
    }
    if (unknowns.length > 0) {
      const key = site.countUnknowns ? this.#keys.byId(message.unknownKeyId ?? '') : undefined;
      if (!site.countUnknowns) notAllowed += unknowns.length;
      else if (!key) unlinkable += unknowns.length;
      else
        for (const row of unknowns)
          if (this.#identities.isFixedHash(key, row[0])) notAllowed++;
          else put(this.#identities.hashed(key, row[0]), row[1], row[2], row[3], row[4]);
    }
    const batch: SightingBatch = {
      gatewayId,
      epoch: message.epoch,
      seq: message.seq,
      fromMs,
      toMs: fromMs + spanMs,
      clockOffsetMs,
      receivedMs: nowMs,
      carriers,
      values: at === values.length ? values : values.slice(0, at),
    };
    return { batch, notAllowed, unlinkable, unresolved };
  }

  #dayOf(atMs: number, timezone: string): LocalDay {
    if (timezone !== this.#timezone || atMs < this.#day.startMs || atMs >= this.#day.endMs) {
      this.#timezone = timezone;
      this.#day = localDayOf(timezone, atMs);
    }
    return this.#day;
  }

  #keyAt(atMs: number, timezone: string): DailyKey | undefined {
    return this.#keys.ofDay(this.#dayOf(atMs, timezone).name);
  }

  async #makeKeyAt(atMs: number, timezone: string, nowMs: number): Promise<DailyKey | undefined> {
    const day = this.#dayOf(atMs, timezone);
    if (this.#keys.isDestroyed(day.name)) return undefined;
    return this.#keys.forDay(day.name, day.endMs, nowMs);
  }
}
