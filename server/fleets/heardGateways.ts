/**
 * Every gateway that was heard: those that wait to be put on the plan, and of those of other makes also how they call
 * themselves and how their clocks stand. Outlives a restart; bounded.
 */
import { randomBytes } from 'node:crypto';
import type { Duck } from '../db/duckdb.ts';
import { decodeSightings } from '../ingest/decode.ts';
import { gatewayIdOf, longGatewayIdOf } from './gatewayIds.ts';

/** Of one site, those on the plan of other makes included; whoever can publish can invent names. */
export const MAX_HEARD = 2_000;
/** The rest is for whoever comes. */
const MAX_DISMISSED = MAX_HEARD / 2;
/** One dead letter a minute tells as much as one a second. */
const LETTER_EVERY_MS = 60_000;
/** What one hears is looked at so often: reading all of it would serve whoever sends much. */
const LOOK_EVERY_MS = 500;
const MINUTE_MS = 60_000;
const MAX_BEACONS = 4_096;

export const OWN_FORMAT = 'promenade';

export interface HeardGateway {
  readonly siteId: string;
  readonly gatewayId: string;
  /** Empty for one of our own. */
  readonly fleetId: string;
  readonly format: string;
  readonly name: string;
  readonly firstSeenMs: number;
  lastSeenMs: number;
  messages: number;
  beaconsPerMinute: number | null;
  dismissed: boolean;
  clockMs: number | null;
  bootMs: number | null;
}

interface Kept extends HeardGateway {
  letterAtMs: number;
  lookedAtMs: number;
  minute: number;
  /** Of the minute that runs: hashes under a number of this process. */
  beacons: Set<number>;
  changed: boolean;
  /** In the database. */
  stored: boolean;
}

interface Row {
  site_id: string;
  gateway_id: string;
  fleet_id: string;
  format: string;
  name: string;
  first_seen_ms: number;
  last_seen_ms: number;
  messages: number;
  beacons_per_minute: number | null;
  dismissed: boolean;
  clock_ms: number | null;
  boot_ms: number | null;
}

export class HeardGateways {
  readonly #duck: Duck;
  readonly #isPlaced: (siteId: string, gatewayId: string) => boolean;
  /** Per site and id, the least recently heard first. */
  readonly #sites = new Map<string, Map<string, Kept>>();
  /** Ids by fleet and name. */
  readonly #ids = new Map<string, string>();
  /** In the database, and no longer here. */
  readonly #removed = new Map<string, { site_id: string; gateway_id: string }>();
  readonly #seed = randomBytes(4).readUInt32LE();
  #flushing: Promise<void> = Promise.resolve();

  constructor(duck: Duck, isPlaced: (siteId: string, gatewayId: string) => boolean) {
    this.#duck = duck;
    this.#isPlaced = isPlaced;
  }

  async start(): Promise<void> {
    for (const row of await this.#duck.all<Row>('select * from heard_gateways order by last_seen_ms, gateway_id')) {
      this.#keep({
        siteId: row.site_id,
        gatewayId: row.gateway_id,
        fleetId: row.fleet_id,
        format: row.format,
        name: row.name,
        firstSeenMs: row.first_seen_ms,
        lastSeenMs: row.last_seen_ms,
        messages: row.messages,
        beaconsPerMinute: row.beacons_per_minute,
        dismissed: row.dismissed,
        clockMs: row.clock_ms,
        bootMs: row.boot_ms,
        letterAtMs: row.last_seen_ms,
        lookedAtMs: 0,
        minute: 0,
        beacons: new Set(),
        changed: false,
        stored: true,
      });
    }
  }

  /**
   * One of our own that nobody has entered; `sightings` where that is what it sent. True where this message is worth a dead
   * letter.
   */
  heardOwn(siteId: string, gatewayId: string, nowMs: number, sightings?: Uint8Array): boolean {
    let kept = this.#sites.get(siteId)?.get(gatewayId);
    if (!kept) {
      kept = fresh(siteId, gatewayId, '', OWN_FORMAT, gatewayId, nowMs);
      this.#keep(kept);
      this.#makeRoom(siteId);
      kept.letterAtMs = Number.NEGATIVE_INFINITY;
    }
    this.heard(kept, nowMs);
    if (sightings && nowMs - kept.lookedAtMs >= LOOK_EVERY_MS) {
      kept.lookedAtMs = nowMs;
      const decoded = decodeSightings(sightings);
      if (decoded.ok)
        for (const [uuid, major, minor] of decoded.message.rows)
          this.beacon(kept, decoded.message.uuids[uuid]!, major, minor);
    }
    if (nowMs - kept.letterAtMs < LETTER_EVERY_MS) return false;
    kept.letterAtMs = nowMs;
    return true;
  }

  /** The gateway that a fleet calls so. */
  of(siteId: string, fleetId: string, format: string, name: string, nowMs: number): HeardGateway {
    const key = `${siteId}/${fleetId}/${name}`;
    const known = this.#ids.get(key);
    const kept = known === undefined ? undefined : this.#sites.get(siteId)?.get(known);
    if (kept) return kept;
    const usual = gatewayIdOf(fleetId, name);
    const gatewayId = this.#sites.get(siteId)?.has(usual) ? longGatewayIdOf(fleetId, name) : usual;
    const made = fresh(siteId, gatewayId, fleetId, format, name, nowMs);
    this.#keep(made);
    this.#makeRoom(siteId);
    return made;
  }

  isForeign(siteId: string, gatewayId: string): boolean {
    return (this.#sites.get(siteId)?.get(gatewayId)?.fleetId ?? '') !== '';
  }

  /** Of which format, of those of other makes. */
  formatOf(siteId: string, gatewayId: string): string | undefined {
    const kept = this.#sites.get(siteId)?.get(gatewayId);
    return kept && kept.fleetId !== '' ? kept.format : undefined;
  }

  /** A message of it came. */
  heard(gateway: HeardGateway, nowMs: number): void {
    const kept = gateway as Kept;
    kept.lastSeenMs = nowMs;
    kept.messages++;
    kept.changed = true;
    const minute = Math.floor(nowMs / MINUTE_MS);
    if (minute !== kept.minute) {
      if (kept.minute !== 0) kept.beaconsPerMinute = minute === kept.minute + 1 ? kept.beacons.size : 0;
      kept.minute = minute;
      kept.beacons = new Set();
    }
    // Last in order: the others make room first.
    const ofSite = this.#sites.get(kept.siteId);
    if (ofSite?.delete(kept.gatewayId)) ofSite.set(kept.gatewayId, kept);
  }

  /** One that waits heard this beacon; how many there are is told, which ones is not kept. */
  beacon(gateway: HeardGateway, uuid: string, major: number, minor: number): void {
    const { beacons } = gateway as Kept;
    if (beacons.size < MAX_BEACONS) beacons.add(hashOf(this.#seed, uuid, major, minor));
  }

  setClocks(gateway: HeardGateway, clockMs: number | undefined, bootMs: number | undefined): void {
    const kept = gateway as Kept;
    kept.clockMs = clockMs ?? kept.clockMs;
    kept.bootMs = bootMs ?? kept.bootMs;
    kept.changed = true;
  }

  waiting(siteId: string): HeardGateway[] {
    return [...(this.#sites.get(siteId)?.values() ?? [])]
      .filter(({ gatewayId }) => !this.#isPlaced(siteId, gatewayId))
      .reverse();
  }

  ofFleet(siteId: string, fleetId: string): HeardGateway[] {
    return [...(this.#sites.get(siteId)?.values() ?? [])].filter((one) => one.fleetId === fleetId).reverse();
  }

  /** False where none of this id waits. */
  setDismissed(siteId: string, gatewayId: string, dismissed: boolean): boolean {
    const kept = this.#sites.get(siteId)?.get(gatewayId);
    if (!kept || this.#isPlaced(siteId, gatewayId)) return false;
    kept.dismissed = dismissed;
    kept.changed = true;
    return true;
  }

  /** Of our own nothing more is to be known once they are on the plan. */
  placed(siteId: string): void {
    for (const { fleetId, gatewayId } of [...(this.#sites.get(siteId)?.values() ?? [])])
      if (fleetId === '' && this.#isPlaced(siteId, gatewayId)) this.#forget(siteId, gatewayId);
  }

  forgetFleet(siteId: string, fleetId: string): void {
    for (const { gatewayId } of this.ofFleet(siteId, fleetId)) this.#forget(siteId, gatewayId);
  }

  /** Settles once the gateway is in the database, so that it is known after a crash. */
  store(gateway: HeardGateway): Promise<void> {
    return (gateway as Kept).stored ? Promise.resolve() : this.flush();
  }

  flush(): Promise<void> {
    const flushed = this.#flushing.then(() => this.#flush());
    this.#flushing = flushed.catch(() => {});
    return flushed;
  }

  async #flush(): Promise<void> {
    const removed = [...this.#removed].filter(([, one]) => !this.#sites.get(one.site_id)?.has(one.gateway_id));
    this.#removed.clear();
    const changed: Kept[] = [];
    for (const ofSite of this.#sites.values()) for (const kept of ofSite.values()) if (kept.changed) changed.push(kept);
    if (changed.length === 0 && removed.length === 0) return;
    for (const kept of changed) kept.changed = false;
    const rows = changed.map((one) => ({
      site_id: one.siteId,
      gateway_id: one.gatewayId,
      fleet_id: one.fleetId,
      format: one.format,
      name: one.name,
      first_seen_ms: one.firstSeenMs,
      last_seen_ms: one.lastSeenMs,
      messages: one.messages,
      beacons_per_minute: one.beaconsPerMinute,
      dismissed: one.dismissed,
      clock_ms: one.clockMs,
      boot_ms: one.bootMs,
    }));
    try {
      await this.#duck.transaction(async (sql) => {
        if (removed.length > 0)
          await sql.run(
            `delete from heard_gateways where (site_id, gateway_id) in (select (site_id, gateway_id) from (select
               unnest(from_json($1, '[{"site_id":"VARCHAR","gateway_id":"VARCHAR"}]'), recursive := true)))`,
            [JSON.stringify(removed.map(([, one]) => one))],
          );
        await sql.run(
          `insert into heard_gateways (site_id, gateway_id, fleet_id, format, name, first_seen_ms, last_seen_ms, messages,
             beacons_per_minute, dismissed, clock_ms, boot_ms)
           select site_id, gateway_id, fleet_id, format, name, first_seen_ms, last_seen_ms, messages,
             beacons_per_minute, dismissed, clock_ms, boot_ms
           from (select unnest(from_json($1, '[{"site_id":"VARCHAR","gateway_id":"VARCHAR","fleet_id":"VARCHAR",
             "format":"VARCHAR","name":"VARCHAR","first_seen_ms":"BIGINT","last_seen_ms":"BIGINT","messages":"BIGINT",
             "beacons_per_minute":"DOUBLE","dismissed":"BOOLEAN","clock_ms":"DOUBLE","boot_ms":"DOUBLE"}]'),
             recursive := true))
           on conflict (site_id, gateway_id) do update set fleet_id = excluded.fleet_id, format = excluded.format,
             name = excluded.name, first_seen_ms = excluded.first_seen_ms, last_seen_ms = excluded.last_seen_ms,
             messages = excluded.messages, beacons_per_minute = excluded.beacons_per_minute,
             dismissed = excluded.dismissed, clock_ms = excluded.clock_ms, boot_ms = excluded.boot_ms`,
          [JSON.stringify(rows)],
        );
      });
    } catch (error) {
      for (const kept of changed) kept.changed = true;
      for (const [key, one] of removed) this.#removed.set(key, one);
      throw error;
    }
    for (const kept of changed) {
      kept.stored = true;
      // It made room while it was being written.
      if (this.#sites.get(kept.siteId)?.get(kept.gatewayId) !== kept) this.#remove(kept);
    }
  }

  #keep(kept: Kept): void {
    const ofSite = this.#sites.get(kept.siteId) ?? new Map<string, Kept>();
    this.#sites.set(kept.siteId, ofSite.set(kept.gatewayId, kept));
    if (kept.fleetId !== '') this.#ids.set(`${kept.siteId}/${kept.fleetId}/${kept.name}`, kept.gatewayId);
  }

  /** The least recently heard one that waits makes room, not one that was dismissed and would come back as new. */
  #makeRoom(siteId: string): void {
    const ofSite = this.#sites.get(siteId);
    if (!ofSite || ofSite.size <= MAX_HEARD) return;
    let stalest: string | undefined;
    let dismissed = 0;
    for (const [id, kept] of ofSite) {
      if (this.#isPlaced(siteId, id)) continue;
      stalest ??= id;
      if (kept.dismissed && ++dismissed <= MAX_DISMISSED) continue;
      this.#forget(siteId, kept.dismissed ? stalest : id);
      return;
    }
    if (stalest !== undefined) this.#forget(siteId, stalest);
  }

  #forget(siteId: string, gatewayId: string): void {
    const ofSite = this.#sites.get(siteId);
    const kept = ofSite?.get(gatewayId);
    if (!ofSite || !kept) return;
    ofSite.delete(gatewayId);
    this.#ids.delete(`${siteId}/${kept.fleetId}/${kept.name}`);
    // Whoever invents names leaves nothing to remove.
    if (kept.stored) this.#remove(kept);
  }

  #remove({ siteId, gatewayId }: Kept): void {
    this.#removed.set(`${siteId}/${gatewayId}`, { site_id: siteId, gateway_id: gatewayId });
  }
}

function fresh(siteId: string, gatewayId: string, fleetId: string, format: string, name: string, nowMs: number): Kept {
  return {
    siteId,
    gatewayId,
    fleetId,
    format,
    name,
    firstSeenMs: nowMs,
    lastSeenMs: nowMs,
    messages: 0,
    beaconsPerMinute: null,
    dismissed: false,
    clockMs: null,
    bootMs: null,
    letterAtMs: nowMs,
    lookedAtMs: 0,
    minute: 0,
    beacons: new Set(),
    changed: true,
    stored: false,
  };
}

/** FNV-1a. */
function hashOf(seed: number, uuid: string, major: number, minor: number): number {
  let hash = (0x811c9dc5 ^ seed) >>> 0;
  for (let i = 0; i < uuid.length; i++) hash = Math.imul(hash ^ uuid.charCodeAt(i), 0x01000193);
  for (const part of [major & 0xff, major >> 8, minor & 0xff, minor >> 8]) hash = Math.imul(hash ^ part, 0x01000193);
  return hash >>> 0;
}
