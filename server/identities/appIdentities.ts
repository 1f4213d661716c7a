/**
 * Shopper apps that advertise rotating numbers, or listen. An identity is a carrier of its own, paired with its shopper and
 * with nobody else; it ends with that pairing, whatever ended it: another tag, a withdrawn consent, an erasure.
 */
import { join } from 'node:path';
import { newId, type RandomBytes } from '../auth/secrets.ts';
import { type IdentityMode, SECRET_BYTES } from '../contract/identity.ts';
import type { Duck } from '../db/duckdb.ts';
import { AppError } from '../errors.ts';
import type { CarrierRef } from '../log/batch.ts';
import { slotOf } from './scheme.ts';
import { SecretFile } from './secretFile.ts';
import { LATE_SLOTS, SiteSlots } from './siteSlots.ts';

/** A mall of a million members has some of them on its app; beyond it somebody enrols machines. */
export const MAX_IDENTITIES = 200_000;
/** A slice of the next slot's table this often: 100,000 identities are done in half a minute of the quarter hour. */
const PREPARE_EVERY_MS = 250;

export interface AppIdentity {
  siteId: string;
  carrierId: string;
  shopperId: string;
  mode: IdentityMode;
  createdMs: number;
}

interface Held extends AppIdentity {
  record: number | null;
}

export interface RotatingCounts {
  resolved: number;
  replayed: number;
  unknown: number;
  ambiguous: number;
  lastReplay: { atMs: number; gatewayId: string } | undefined;
}

/** What ingest asks: whose is this number? */
export interface RotatingNumbers {
  isReady(slot: number): boolean;
  ready(slot: number): Promise<void>;
  /** Counts what it cannot resolve. */
  resolve(
    slot: number,
    major: number,
    minor: number,
    heard: { atMs: number; gatewayId: string },
  ): CarrierRef | undefined;
}

interface SiteState extends RotatingNumbers {
  secrets: SecretFile;
  /** Whoever is first to need the file of a new site opens it. */
  opened: Promise<unknown> | undefined;
  slots: SiteSlots;
  counts: RotatingCounts;
}

export interface AppIdentitiesParts {
  duck: Duck;
  /** Secrets lie in it, one file a site. */
  dir: string;
  siteIds: () => string[];
  /** Its slots are those of the clock; of a site that lives in its data tables are made as they are asked for. */
  isWall: (siteId: string) => boolean;
  clock: () => number;
  random: RandomBytes;
  onProblem: (what: string, error: Error) => void;
}

export class AppIdentities {
  readonly #parts: AppIdentitiesParts;
  readonly #sites = new Map<string, SiteState>();
  readonly #held = new Map<string, Held>();
  readonly #ending = new Set<Promise<void>>();
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: AppIdentitiesParts) {
    this.#parts = parts;
  }

  /** After the pairings are loaded, and after erasures were done again: what is no shopper's is destroyed. */
  async start(): Promise<void> {
    const { duck, clock } = this.#parts;
    await duck.run(`delete from app_identities where not exists (select 1 from pairings p
      where p.site_id = app_identities.site_id and p.carrier_id = app_identities.carrier_id
        and p.shopper_id = app_identities.shopper_id and p.to_ms is null)`);
    const rows = await duck.all<Held>(
      `select site_id as "siteId", carrier_id as "carrierId", shopper_id as "shopperId", mode, record,
         created_ms as "createdMs" from app_identities`,
    );
    for (const siteId of new Set([...this.#parts.siteIds(), ...rows.map((row) => row.siteId)])) {
      const ofSite = rows.filter((row) => row.siteId === siteId);
      const state = this.#site(siteId);
      const used = new Set(ofSite.flatMap(({ record }) => (record === null ? [] : [record])));
      const opening = state.secrets.start(used);
      state.opened = opening;
      const secrets = await opening;
      for (const row of ofSite) {
        const secret = row.record === null ? undefined : secrets.get(row.record);
        // A secret that is gone, as after a restored backup, cannot be had again.
        if (row.mode === 'advertise' && !secret) continue;
        this.#held.set(`${siteId}/${row.carrierId}`, row);
        if (secret) state.slots.add({ id: row.carrierId, kind: 'shopper' }, secret);
      }
      if (this.#parts.isWall(siteId)) await state.slots.ready(slotOf(clock()));
    }
    this.#timer = setInterval(() => this.#prepare(), PREPARE_EVERY_MS);
    this.#timer.unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.#ending);
    for (const { secrets } of this.#sites.values()) await secrets.stop();
  }

  of(siteId: string, carrierId: string): AppIdentity | undefined {
    return this.#held.get(`${siteId}/${carrierId}`);
  }

  enrolled(siteId: string): Record<IdentityMode, number> {
    const counts = { advertise: 0, listen: 0 };
    for (const held of this.#held.values()) if (held.siteId === siteId) counts[held.mode]++;
    return counts;
  }

  counts(siteId: string): RotatingCounts {
    return this.#sites.get(siteId)?.counts ?? noCounts();
  }

  numbers(siteId: string): RotatingNumbers {
    return this.#site(siteId);
  }

  /** On disk, but nobody's yet: `activate` follows once it is paired. The secret is told once and kept nowhere else. */
  async create(
    siteId: string,
    shopperId: string,
    mode: IdentityMode,
    nowMs: number,
  ): Promise<{ identity: AppIdentity; secret: Buffer | undefined }> {
    if (this.#held.size >= MAX_IDENTITIES)
      throw new AppError(503, 'full', 'no more apps can be enrolled here: the mall has to look into it');
    const { duck, random } = this.#parts;
    const state = this.#site(siteId);
    state.opened ??= state.secrets.start(new Set());
    await state.opened;
    const secret = mode === 'advertise' ? Buffer.from(random(SECRET_BYTES)) : undefined;
    const record = secret ? await state.secrets.add(secret) : null;
    const held: Held = { siteId, carrierId: newId(random, 'c'), shopperId, mode, createdMs: nowMs, record };
    try {
      await duck.run('insert into app_identities values ($1, $2, $3, $4, $5, $6)', [
        siteId,
        held.carrierId,
        shopperId,
        mode,
        record,
        nowMs,
      ]);
    } catch (error) {
      if (record !== null) await state.secrets.shred(record);
      throw error;
    }
    this.#held.set(`${siteId}/${held.carrierId}`, held);
    return { identity: held, secret };
  }

  /** Once it is paired. */
  activate({ siteId, carrierId }: AppIdentity, secret: Buffer | undefined): void {
    if (secret && this.#held.has(`${siteId}/${carrierId}`))
      this.#sites.get(siteId)?.slots.add({ id: carrierId, kind: 'shopper' }, secret);
  }

  /** At once for every sighting to come; settles when the secret is overwritten. */
  end(siteId: string, carrierId: string): Promise<void> | undefined {
    const key = `${siteId}/${carrierId}`;
    const held = this.#held.get(key);
    if (!held) return undefined;
    this.#held.delete(key);
    const state = this.#site(siteId);
    state.slots.end(carrierId);
    const work = this.#destroy(held, state).catch((error: Error) => this.#parts.onProblem('identities', error));
    this.#ending.add(work);
    return work.finally(() => this.#ending.delete(work));
  }

  /** Those whose shopper's consent to presence was given before `grantedAfterMs`, and not again. */
  async expire(grantedAfterMs: number): Promise<AppIdentity[]> {
    const rows = await this.#parts.duck.all<{ siteId: string; carrierId: string }>(
      `select site_id as "siteId", carrier_id as "carrierId" from app_identities i where not exists (
         select 1 from consents c where c.shopper_id = i.shopper_id and c.purpose = 'presence'
           and c.state = 'granted' and c.at_ms > $1)`,
      [grantedAfterMs],
    );
    return rows.flatMap(({ siteId, carrierId }) => this.of(siteId, carrierId) ?? []);
  }

  async #destroy({ siteId, carrierId, record }: Held, { secrets }: SiteState): Promise<void> {
    if (record !== null) await secrets.shred(record);
    await this.#parts.duck.run('delete from app_identities where site_id = $1 and carrier_id = $2', [
      siteId,
      carrierId,
    ]);
  }

  #prepare(): void {
    const nowSlot = slotOf(this.#parts.clock());
    for (const [siteId, { slots }] of this.#sites) if (this.#parts.isWall(siteId)) slots.prepare(nowSlot);
  }

  #site(siteId: string): SiteState {
    let state = this.#sites.get(siteId);
    if (!state) {
      state = this.#newState(siteId);
      this.#sites.set(siteId, state);
    }
    return state;
  }

  #newState(siteId: string): SiteState {
    const { dir, clock, isWall } = this.#parts;
    const slots = new SiteSlots();
    const counts = noCounts();
    /** A backlog older than that is given up, lest its tables keep the server busy. */
    const isTooLate = (slot: number): boolean => isWall(siteId) && slot < slotOf(clock()) - LATE_SLOTS;
    return {
      secrets: new SecretFile(join(dir, `${siteId}.secrets`)),
      opened: undefined,
      slots,
      counts,
      isReady: (slot) => isTooLate(slot) || slots.isReady(slot),
      ready: (slot) => slots.ready(slot),
      resolve(slot, major, minor, { atMs, gatewayId }) {
        const found = isTooLate(slot) ? 'unknown' : slots.resolve(slot, major * 0x10000 + minor);
        if (typeof found === 'object') {
          counts.resolved++;
          return found;
        }
        counts[found]++;
        if (found === 'replayed') counts.lastReplay = { atMs, gatewayId };
        return undefined;
      },
    };
  }
}

const noCounts = (): RotatingCounts => ({
  resolved: 0,
  replayed: 0,
  unknown: 0,
  ambiguous: 0,
  lastReplay: undefined,
});
