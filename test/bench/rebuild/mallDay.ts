/**
 * Writes a mall-day as the hour files of a site's log, in the format and the order in which a server would have written it:
 * a batch a second and gateway, some gateways' batches to a record, and one gateway's backlog after an outage.
 */
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { encodeRecord } from '../../../server/contract/framing.ts';
import { type CarrierRef, NO_POWER, type SightingBatch } from '../../../server/log/batch.ts';
import { encodeGroup, NameTable } from '../../../server/log/codec.ts';
import { fileNameOf, hourOf } from '../../../server/log/hourFile.ts';
import { seededRandom } from '../../support/random.ts';
import { Crowd, gatewaysOf } from './crowd.ts';

export const START_MS = Date.UTC(2025, 2, 3, 5);
/** Quiet gateways tell every ten seconds that they are there. */
const HEARTBEAT_S = 10;
/** Of the day, before opening and after closing: what a server computes although nobody is there. */
const CLOSED_SHARE = 0.25;
/** The last visits end in it. */
const LEAST_CLOSED_S = 3_600;
/** Batches of this many gateways come within the time of one write. */
const GATEWAYS_PER_RECORD = 10;
const OUT_GATEWAY = 7;
/** Stretch of the day for which it had no network. */
const OUT: readonly [fromShare: number, toShare: number] = [0.4, 0.5];
const BACKLOG_PER_RECORD = 100;
const WRITE_BYTES = 1 << 20;

export interface MallDay {
  sightings: number;
  batches: number;
  bytes: number;
  seconds: number;
  openSeconds: number;
  visitors: number;
  busiest: number;
}

class HourFiles {
  readonly #dir: string;
  readonly #files = new Map<number, { fd: number; table: NameTable; waiting: Buffer[]; bytes: number }>();
  bytes = 0;

  constructor(dir: string) {
    this.#dir = dir;
    mkdirSync(dir, { recursive: true });
  }

  /** All of one hour. */
  write(batches: readonly SightingBatch[]): void {
    if (batches.length === 0) return;
    const hourMs = hourOf(batches[0]!.fromMs);
    let file = this.#files.get(hourMs);
    if (!file) {
      file = { fd: openSync(join(this.#dir, fileNameOf(hourMs)), 'w'), table: new NameTable(), waiting: [], bytes: 0 };
      this.#files.set(hourMs, file);
    }
    const record = encodeRecord(encodeGroup(file.table, batches, []));
    file.waiting.push(record);
    file.bytes += record.length;
    if (file.bytes >= WRITE_BYTES) this.#flush(file);
  }

  #flush(file: { fd: number; waiting: Buffer[]; bytes: number }): void {
    const bytes = Buffer.concat(file.waiting);
    for (let at = 0; at < bytes.length; ) at += writeSync(file.fd, bytes, at);
    this.bytes += bytes.length;
    file.waiting = [];
    file.bytes = 0;
  }

  close(): void {
    for (const file of this.#files.values()) {
      this.#flush(file);
      closeSync(file.fd);
    }
  }
}

/** Mornings are slow, late afternoons are not. */
const busyness = (share: number): number => Math.max(0.05, Math.sin(Math.PI * share ** 1.3) ** 0.7);

/** Stops with the second in which there are enough sightings for the day to be closed. */
export function writeMallDay(dir: string, wanted: { sightings: number; busiest: number; seed?: number }): MallDay {
  const random = seededRandom(wanted.seed ?? 1);
  const crowd = new Crowd(random, wanted.busiest);
  const files = new HourFiles(dir);
  const gateways = gatewaysOf();
  // Of a crowd like this four gateways hear each, on most seconds; the mean of the shape of the day is 0.68.
  const openSeconds = Math.max(60, Math.round(wanted.sightings / (wanted.busiest * 0.68 * 4)));
  const closedSeconds = Math.max(LEAST_CLOSED_S, Math.round((openSeconds * CLOSED_SHARE) / (1 - CLOSED_SHARE) / 2));
  const seconds = openSeconds + 2 * closedSeconds;
  const refs = gateways.map((): CarrierRef[] => []);
  const values = gateways.map((): number[] => []);
  const seqs = gateways.map(() => 0);
  const silentFromS = gateways.map(() => 0);
  let backlog: SightingBatch[] = [];
  const day: MallDay = { sightings: 0, batches: 0, bytes: 0, seconds, openSeconds, visitors: 0, busiest: 0 };

  const batchOf = (i: number, secondS: number): SightingBatch | undefined => {
    const rows = refs[i]!;
    if (rows.length === 0 && secondS + 1 - silentFromS[i]! < HEARTBEAT_S) return undefined;
    const toMs = START_MS + (secondS + 1) * 1_000;
    const batch: SightingBatch = {
      gatewayId: gateways[i]!.id,
      epoch: 1_700_000_000,
      seq: ++seqs[i]!,
      // What was silent belongs to the batch, within its hour's file.
      fromMs: rows.length > 0 ? toMs - 1_000 : Math.max(START_MS + silentFromS[i]! * 1_000, hourOf(toMs - 1_000)),
      toMs,
      clockOffsetMs: 0,
      receivedMs: toMs + 40,
      carriers: rows,
      values: Int16Array.from(values[i]!),
    };
    refs[i] = [];
    values[i] = [];
    silentFromS[i] = secondS + 1;
    day.sightings += rows.length;
    day.batches++;
    return batch;
  };
  const writeByHour = (batches: readonly SightingBatch[]): void => {
    for (let from = 0; from < batches.length; ) {
      let to = from + 1;
      while (to < batches.length && hourOf(batches[to]!.fromMs) === hourOf(batches[from]!.fromMs)) to++;
      files.write(batches.slice(from, to));
      from = to;
    }
  };

  for (let secondS = 0; secondS < seconds; secondS++) {
    const openShare = (secondS - closedSeconds) / openSeconds;
    crowd.step(secondS, openShare >= 0 && openShare < 1 ? busyness(openShare) : 0);
    day.busiest = Math.max(day.busiest, crowd.size);
    for (const { person, gateway, rssiDbm } of crowd.hear()) {
      const mean = Math.round(rssiDbm * 100);
      const adverts = 1 + Math.floor(random() * 3);
      refs[gateway]!.push(person.ref);
      values[gateway]!.push(
        mean,
        Math.ceil(mean / 100) * 100 + (adverts > 1 ? 200 : 0),
        adverts,
        person.powerDbm === undefined ? NO_POWER : person.powerDbm * 100,
        Math.floor(random() * 1_000),
      );
    }
    const share = secondS / seconds;
    const isOut = share >= OUT[0] && share < OUT[1];
    let group: SightingBatch[] = [];
    for (let i = 0; i < gateways.length; i++) {
      const batch = batchOf(i, secondS);
      if (batch && isOut && i === OUT_GATEWAY) backlog.push(batch);
      else if (batch) group.push(batch);
      if ((i + 1) % GATEWAYS_PER_RECORD === 0) {
        writeByHour(group.sort((a, b) => hourOf(a.fromMs) - hourOf(b.fromMs)));
        group = [];
      }
    }
    if (!isOut && backlog.length > 0) {
      for (let at = 0; at < backlog.length; at += BACKLOG_PER_RECORD)
        writeByHour(backlog.slice(at, at + BACKLOG_PER_RECORD));
      backlog = [];
    }
  }
  files.close();
  return { ...day, bytes: files.bytes, visitors: crowd.visitors };
}
