/** What the log holds of one carrier that somebody walks with: for audits of positions, never for a screen or an API. */
import type { SiteModelVersion } from '../contract/model.ts';
import type { CreateEngine, Engine, LogBatch } from '../engine/types.ts';
import { phoneOf, type SightingBatch, toLogBatch } from '../log/batch.ts';
import { replay } from '../log/replay.ts';
import type { SiteLog } from '../log/siteLog.ts';
import { alignedTimeline, engineFrom, floorTick } from './models.ts';
import type { Snapshots } from './snapshots.ts';
import { Turns } from './turns.ts';

export interface CarrierWalk {
  /**
   * As it stood before the walk, or empty shortly before it; with the models that took effect until the walk's end, so that
   * nothing that is learned from the walk is in it.
   */
  engine: Engine;
  /** What each gateway heard of the carrier since then; of others nothing. */
  batches: LogBatch[];
  /** Gateways that reported during the walk, whether or not they heard it. */
  listening: string[];
}

/** Without a snapshot: a fix needs some seconds, an offset of the carrier's power some minutes. */
const WARM_UP_MS = 5 * 60_000;

const onlyOf = (batch: SightingBatch, carrierId: string): LogBatch => {
  const whole = toLogBatch(batch);
  return { ...whole, sightings: whole.sightings.filter((sighting) => sighting.carrierId === carrierId) };
};

export async function readCarrierWalk(
  { log, snapshots, createEngine }: { log: SiteLog; snapshots: Snapshots; createEngine: CreateEngine },
  timeline: readonly SiteModelVersion[],
  carrierId: string,
  fromMs: number,
  toMs: number,
): Promise<CarrierWalk> {
  const models = alignedTimeline(timeline.filter(({ effectiveFromMs }) => effectiveFromMs <= toMs));
  const version = engineFrom(createEngine, models, undefined).snapshot().version;
  const snapshot = await snapshots.newest(fromMs, version);
  const startMs = snapshot?.watermarkMs ?? Math.max(0, floorTick(fromMs - WARM_UP_MS));
  const engine = engineFrom(createEngine, models, snapshot, startMs);
  if (!snapshot) engine.advance(startMs);
  const batches: LogBatch[] = [];
  const listening = new Set<string>();
  const turns = new Turns();
  for await (const slice of replay(log, startMs, log.positions())) {
    let passed = slice.batches.length > 0;
    for (const batch of slice.batches) {
      if (batch.fromMs > toMs) continue;
      passed = false;
      if (batch.toMs >= fromMs && phoneOf(batch.gatewayId) === undefined) listening.add(batch.gatewayId);
      const own = onlyOf(batch, carrierId);
      if (own.sightings.length > 0) batches.push(own);
    }
    if (passed) break;
    await turns.yieldIfDue();
  }
  return { engine, batches, listening: [...listening].sort() };
}
