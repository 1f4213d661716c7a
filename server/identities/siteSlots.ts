/**
 * Who is behind a rotating number, at one site: a table for each slot in reach, made ahead a little at a time, so that a
 * look-up is three probes of an array and no slot begins with a stall. The time of the hearing decides the slot, not that
 * of the arrival: a backlog is resolved under the slots of its day.
 */
import { createSecretKey, type KeyObject } from 'node:crypto';
import { SLOTS_TAKEN } from '../contract/identity.ts';
import type { CarrierRef } from '../log/batch.ts';
import { beaconNumber, slotMessage } from './scheme.ts';
import { SHARED, SlotTable } from './slotTable.ts';

/** Tables kept: six hours back and what is to come. Of 100,000 identities one is 2 MB. */
export const MAX_TABLES = 28;
/** An outage of the evening is resolved in the morning no more: its tables would be a minute of work at 100,000. */
export const LATE_SLOTS = 24;
/** HMACs at once: one to two milliseconds. */
const SLICE = 500;

interface Owner {
  ref: CarrierRef;
  key: KeyObject;
}

interface Table {
  slot: number;
  numbers: SlotTable;
  message: Buffer;
  /** Owners that were there when it was begun, and how many of them stand in it; later ones are put in as they come. */
  waiting: Int32Array;
  done: number;
  usedAt: number;
}

export type Resolved = CarrierRef | 'replayed' | 'ambiguous' | 'unknown';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export class SiteSlots {
  readonly #owners = new Map<number, Owner>();
  readonly #byCarrier = new Map<string, number>();
  readonly #tables = new Map<number, Table>();
  readonly #making = new Map<number, Promise<void>>();
  #nextOwner = 1;
  #uses = 0;

  get size(): number {
    return this.#owners.size;
  }

  add(ref: CarrierRef, secret: Buffer): void {
    this.end(ref.id);
    const owner = this.#nextOwner++;
    const key = createSecretKey(secret);
    this.#owners.set(owner, { ref, key });
    this.#byCarrier.set(ref.id, owner);
    for (const { numbers, message } of this.#tables.values()) numbers.put(beaconNumber(key, message), owner);
  }

  /** From the very next sighting on its numbers are nobody's. */
  end(carrierId: string): boolean {
    const owner = this.#byCarrier.get(carrierId);
    if (owner === undefined) return false;
    this.#byCarrier.delete(carrierId);
    return this.#owners.delete(owner);
  }

  /** Whether sightings of this slot can be resolved without waiting. */
  isReady(slot: number): boolean {
    for (let near = slot - SLOTS_TAKEN; near <= slot + SLOTS_TAKEN; near++) {
      const table = this.#tables.get(near);
      if (!table || table.done < table.waiting.length) return false;
    }
    return true;
  }

  /** Makes the tables that sightings of this slot need, giving others their turn. */
  async ready(slot: number): Promise<void> {
    while (!this.isReady(slot))
      for (let near = slot - SLOTS_TAKEN; near <= slot + SLOTS_TAKEN; near++) {
        const making =
          this.#making.get(near) ??
          this.#make(near).finally(() => {
            this.#making.delete(near);
          });
        this.#making.set(near, making);
        await making;
      }
  }

  /** Ahead of time, at most `count` HMACs: the table that the next slot will need. False where nothing is left to do. */
  prepare(nowSlot: number, count = SLICE): boolean {
    return this.#fill(this.#tableOf(nowSlot + SLOTS_TAKEN + 1), count);
  }

  /** `slot` must be ready. */
  resolve(slot: number, number: number): Resolved {
    let found: Owner | undefined;
    for (let near = slot - SLOTS_TAKEN; near <= slot + SLOTS_TAKEN; near++) {
      const table = this.#tables.get(near);
      if (!table) continue;
      table.usedAt = ++this.#uses;
      const at = table.numbers.find(number);
      if (at === SHARED) return 'ambiguous';
      const owner = at === 0 ? undefined : this.#owners.get(at);
      if (!owner || owner === found) continue;
      if (found) return 'ambiguous';
      found = owner;
    }
    if (found) return found.ref;
    for (const { numbers } of this.#tables.values()) {
      const at = numbers.find(number);
      if (at > 0 && this.#owners.has(at)) return 'replayed';
    }
    return 'unknown';
  }

  async #make(slot: number): Promise<void> {
    const table = this.#tableOf(slot);
    while (this.#fill(table, SLICE)) await turn();
  }

  #tableOf(slot: number): Table {
    let table = this.#tables.get(slot);
    if (!table) {
      table = {
        slot,
        numbers: new SlotTable(this.#owners.size),
        message: slotMessage(slot),
        waiting: Int32Array.from(this.#owners.keys()),
        done: 0,
        usedAt: ++this.#uses,
      };
      this.#tables.set(slot, table);
      if (this.#tables.size > MAX_TABLES) this.#forgetStalest(slot);
    }
    return table;
  }

  /** True where more is left. */
  #fill(table: Table, count: number): boolean {
    const until = Math.min(table.waiting.length, table.done + count);
    for (; table.done < until; table.done++) {
      const number = table.waiting[table.done]!;
      const owner = this.#owners.get(number);
      if (owner) table.numbers.put(beaconNumber(owner.key, table.message), number);
    }
    return table.done < table.waiting.length;
  }

  #forgetStalest(except: number): void {
    let stalest: Table | undefined;
    for (const table of this.#tables.values())
      if (table.slot !== except && !this.#making.has(table.slot) && (!stalest || table.usedAt < stalest.usedAt))
        stalest = table;
    if (stalest) this.#tables.delete(stalest.slot);
  }
}
