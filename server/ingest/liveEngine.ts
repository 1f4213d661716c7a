/**
 * What is live of a site with a wall clock: a breath behind the present, fed with fresh sightings only, never rewound. A crowd
 * is shared by several engines, each with carriers of its own.
 */
import type { SiteModelVersion } from '../contract/model.ts';
import type { ClonedCarrier } from '../engine/clones.ts';
import { type EngineEvent, type PresentCarrier, TICK_MS } from '../engine/types.ts';
import { phoneOf, type SightingBatch, VALUES_PER_ROW } from '../log/batch.ts';
import { readTail, replay } from '../log/replay.ts';
import type { SiteLog } from '../log/siteLog.ts';
import { type Crowd, emptyCrowd, mergeCrowds } from './crowd.ts';
import type { EngineHost, LiveStep } from './engineHost.ts';
import { alignedTimeline, firstDifferenceMs, floorTick } from './models.ts';
import { Reported } from './reported.ts';
import { rowsOf, shardsOf } from './shards.ts';
import { Turns } from './turns.ts';

/** A window of 1 s is sent when it ends; the rest is for the network and the disk. */
const HOLD_MS = 600;
/**
 * Where all who are awaited have told of a window it is over sooner; so much is left to a gateway that had heard nobody in the
 * window before, and whose clock or network is behind.
 */
const COMPLETE_HOLD_MS = 150;
/** An offer for where somebody stood a minute ago is of no use. */
export const FRESH_MS = 60_000;
/**
 * Phones gather what they hear and send it every few seconds, when its ticks are over. Where it was at the end of what it
 * sent, a phone is taken to be as it sends; not where that was longer ago than this. So are the carriers that a slow gateway
 * heard last.
 */
const PHONE_FRESH_MS = 20_000;
/** Of a walker in the last seconds of a message: as much as one fix needs, and still one place. */
const PHONE_LAST_MS = 3_000;
/** Longer than the default visit gap, so that those who are inside are known to be inside. */
const WARM_UP_MS = 20 * 60_000;

/** A machine that is too slow for its crowd drops what comes while a second of it takes so long; the rows lose nothing. */
const MAX_BUSY_MS = 10_000;
/** So many wait at most before they are handed on, so that a tick need not begin with the unpacking of all. */
const FEED_SIGHTINGS = 4_000;

interface Running {
  /** Each has the carriers of one shard. */
  hosts: EngineHost[];
  /** By shard. */
  waiting: SightingBatch[][];
  waitingSightings: number;
  /** What was asked for, and what has been shown. */
  targetMs: number;
  watermarkMs: number;
  busy: boolean;
  crowd: Crowd;
  clones: ClonedCarrier[];
}

export class LiveEngine {
  readonly #createHosts: () => EngineHost[];
  readonly #log: SiteLog;
  #hosts: EngineHost[] = [];
  #running: Running | undefined;
  readonly #reported = new Reported();
  #timeline: SiteModelVersion[] = [];
  #warmingUp: Promise<void> | undefined;
  #ending: Promise<unknown> = Promise.resolve();
  #stopped = false;

  constructor(createHosts: () => EngineHost[], log: SiteLog) {
    this.#createHosts = createHosts;
    this.#log = log;
  }

  get running(): boolean {
    return this.#running !== undefined;
  }

  /** Undefined while it is not running. */
  get watermarkMs(): number | undefined {
    return this.#running?.watermarkMs;
  }

  /** Reads the last minutes from the log; what they would have set off is not set off again. */
  start(timeline: readonly SiteModelVersion[], nowMs: () => number): Promise<void> {
    this.#warmingUp ??= this.#warmUp(timeline, nowMs)
      .catch(async (error: unknown) => {
        await this.stop();
        throw error;
      })
      .finally(() => {
        this.#warmingUp = undefined;
      });
    return this.#warmingUp;
  }

  /** Settles when nothing runs any more. */
  stop(): Promise<unknown> {
    this.#stopped = true;
    this.#running = undefined;
    this.#reported.clear();
    const hosts = this.#hosts;
    this.#hosts = [];
    this.#ending = Promise.all([this.#ending, ...hosts.map((host) => host.stop())]);
    return this.#ending;
  }

  /**
   * `slow`: the newest of a gateway that tells every few seconds what it heard. `more`: another message of its window follows.
   */
  take(batch: SightingBatch, nowMs: number, { slow = false, more = false } = {}): void {
    // Phones tell when they like.
    if (batch.carriers.length > 0 && phoneOf(batch.gatewayId) === undefined)
      this.#reported.heard(batch.gatewayId, batch.toMs, more);
    if (this.#running) this.#add(this.#running, batch, nowMs, slow);
  }

  modelsChanged(timeline: readonly SiteModelVersion[]): void {
    const after = alignedTimeline(timeline);
    const differsFromMs = firstDifferenceMs(this.#timeline, after);
    if (differsFromMs === undefined) return;
    const newest = after.at(-1)!;
    this.#timeline = after;
    // What is past stays as it was seen.
    for (const host of this.#hosts) host.setModel(newest.model, Math.max(newest.effectiveFromMs, host.watermarkMs));
  }

  /** Fresh events of the ticks that are due now; undefined where none is, or one is under way. */
  async advance(nowMs: number): Promise<EngineEvent[] | undefined> {
    const running = this.#running;
    const endMs = floorTick(nowMs);
    if (!running || running.busy || endMs <= running.targetMs) return undefined;
    const targetMs = this.#targetMs(endMs, nowMs);
    if (targetMs <= running.targetMs) return undefined;
    running.targetMs = targetMs;
    running.busy = true;
    const { hosts, waiting } = running;
    running.waiting = hosts.map(() => []);
    running.waitingSightings = 0;
    const steps = await Promise.all(hosts.map((host, shard) => host.liveStep(waiting[shard]!, targetMs)));
    running.busy = false;
    if (this.#running !== running) return undefined;
    this.#show(running, targetMs, steps);
    const events = steps.flatMap((step) => step.events);
    if (hosts.length > 1) events.sort((a, b) => a.atMs - b.atMs);
    return events.filter((event) =>
      'sightingAtMs' in event ? event.sightingAtMs >= nowMs - FRESH_MS : event.atMs >= nowMs - FRESH_MS,
    );
  }

  crowd(): Crowd {
    return this.#running?.crowd ?? emptyCrowd();
  }

  async present(): Promise<PresentCarrier[]> {
    const hosts = this.#running?.hosts ?? [];
    // Of one that has just failed nobody knows; it begins anew.
    const all = await Promise.all(hosts.map((host) => host.present().catch((): PresentCarrier[] => [])));
    return all.length === 1 ? all[0]! : all.flat().sort((a, b) => (a.carrierId < b.carrierId ? -1 : 1));
  }

  clones(): ClonedCarrier[] {
    return this.#running?.clones ?? [];
  }

  #show(running: Running, watermarkMs: number, steps: readonly LiveStep[]): void {
    running.watermarkMs = watermarkMs;
    running.crowd = mergeCrowds(steps.map(({ crowd }) => crowd));
    running.clones = steps.flatMap(({ clones }) => clones);
  }

  #targetMs(endMs: number, nowMs: number): number {
    if (this.#reported.everybody(endMs)) return endMs;
    const soonMs = floorTick(nowMs - COMPLETE_HOLD_MS);
    return this.#reported.complete(soonMs) ? soonMs : floorTick(nowMs - HOLD_MS);
  }

  #add(running: Running, batch: SightingBatch, nowMs: number, slow = false): void {
    if (batch.toMs < nowMs - FRESH_MS) return;
    // Sightings that a second too long keeps waiting must not fill the memory.
    if (running.busy && nowMs - running.targetMs > MAX_BUSY_MS) return;
    const fresh =
      slow || phoneOf(batch.gatewayId) !== undefined
        ? whereItIs(batch, Math.max(nowMs - PHONE_FRESH_MS, batch.toMs - PHONE_LAST_MS), running.targetMs)
        : heardFrom(batch, nowMs - FRESH_MS);
    const { hosts, waiting } = running;
    shardsOf(fresh, hosts.length).forEach((one, shard) => {
      waiting[shard]!.push(one);
    });
    running.waitingSightings += fresh.carriers.length;
    if (running.waitingSightings >= FEED_SIGHTINGS) this.#feed(running);
  }

  #feed(running: Running): void {
    const { hosts, waiting } = running;
    hosts.forEach((host, shard) => {
      host.feed(waiting[shard]!);
    });
    running.waiting = hosts.map(() => []);
    running.waitingSightings = 0;
  }

  async #warmUp(timeline: readonly SiteModelVersion[], nowMs: () => number): Promise<void> {
    this.#stopped = false;
    this.#timeline = alignedTimeline(timeline);
    const startMs = floorTick(nowMs() - WARM_UP_MS);
    const hosts = this.#createHosts();
    this.#hosts = hosts;
    const shards = hosts.length;
    const advance = (batches: readonly SightingBatch[], toMs: number): Promise<unknown> => {
      const cut = batches.map((batch) => shardsOf(batch, shards));
      return Promise.all(
        hosts.map((host, shard) =>
          host.advance(
            cut.map((each) => each[shard]!),
            toMs,
          ),
        ),
      );
    };
    await Promise.all(
      hosts.map((host) => host.start({ timeline: this.#timeline, snapshotPath: undefined, watermarkMs: startMs })),
    );
    const turns = new Turns();
    let positions = this.#log.positions();
    let watermarkMs = startMs;
    for await (const slice of replay(this.#log, startMs, positions)) {
      if (this.#stopped) return;
      let { batches } = slice;
      const endMs = Math.min(floorTick(nowMs() - HOLD_MS), floorTick(slice.untilMs));
      do {
        watermarkMs = Math.max(watermarkMs, Math.min(endMs, watermarkMs + 10 * TICK_MS));
        await advance(batches, watermarkMs);
        batches = [];
        await turns.yieldIfDue();
      } while (watermarkMs < endMs);
    }
    const running: Running = {
      hosts,
      waiting: hosts.map(() => []),
      waitingSightings: 0,
      targetMs: watermarkMs,
      watermarkMs,
      busy: false,
      crowd: emptyCrowd(),
      clones: [],
    };
    for (;;) {
      const now = this.#log.positions();
      const tail: SightingBatch[] = [];
      await readTail(this.#log, positions, now, (batch) => tail.push(batch));
      for (const batch of tail) this.#add(running, batch, nowMs());
      positions = now;
      if ([...this.#log.positions()].every(([hourMs, length]) => positions.get(hourMs) === length)) break;
    }
    if (this.#stopped) return;
    running.targetMs = Math.max(running.targetMs, floorTick(nowMs() - HOLD_MS));
    running.busy = true;
    this.#feed(running);
    this.#running = running;
    const steps = await Promise.all(hosts.map((host) => host.liveStep([], running.targetMs)));
    running.busy = false;
    this.#show(running, running.targetMs, steps);
  }
}

const heardFrom = (batch: SightingBatch, fromMs: number): SightingBatch =>
  batch.fromMs >= fromMs ? batch : rowsOf(batch, (row) => heardAtMs(batch, row) >= fromMs);

const OFFSET_AT = VALUES_PER_ROW - 1;
const heardAtMs = ({ fromMs, values }: SightingBatch, row: number): number =>
  fromMs + (values[row * VALUES_PER_ROW + OFFSET_AT]! & 0xffff);

/** What was heard from `fromMs` on, taken to be heard now where its tick is over. */
function whereItIs(batch: SightingBatch, fromMs: number, watermarkMs: number): SightingBatch {
  const last = rowsOf(batch, (row) => heardAtMs(batch, row) >= fromMs);
  const fromWatermarkMs = Math.max(last.fromMs, watermarkMs);
  const values = last.values.slice();
  for (let row = 0; row < last.carriers.length; row++)
    values[row * VALUES_PER_ROW + OFFSET_AT] = Math.max(0, heardAtMs(last, row) - fromWatermarkMs);
  return { ...last, fromMs: fromWatermarkMs, toMs: Math.max(last.toMs, fromWatermarkMs), values };
}
