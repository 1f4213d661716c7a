/** Walk audits: from the first tap to the certificate, and from the walk to the site's survey. */
import { newId, type RandomBytes } from '../auth/secrets.ts';
import { fixesAt } from '../calibration/fixes.ts';
import { faultsOf, placementOf } from '../calibration/placement.ts';
import { scoreTap, scoreWalk } from '../calibration/score.ts';
import { pointsOfWalk, surveyOf } from '../calibration/survey.ts';
import { byTime, STAND_MS, type Tap, Walk } from '../calibration/walk.ts';
import { MAX_TAPS, type Waypoint, type WaypointsTaken } from '../contract/calibration.ts';
import type { Carrier } from '../contract/model.ts';
import type { SurveyPoint } from '../contract/survey.ts';
import type { Duck } from '../db/duckdb.ts';
import { badRequest, conflict, notFound } from '../errors.ts';
import { NEGLIGIBLE_OFFSET_MS } from '../ingest/clockOffset.ts';
import type { IngestPipeline } from '../ingest/pipeline.ts';
import type { Registry } from '../registry/types.ts';
import {
  auditNamed,
  auditsOf,
  finishAudit,
  insertAudit,
  putTaps,
  type Result,
  removeAudit,
  removeTap,
  type StoredAudit,
  type StoredTap,
  setClockOffset,
  setResult,
  surveyPointsOf,
  tapsOf,
} from './store.ts';

/** Ten years of one a week; it bounds what is read for a certificate. */
const MAX_AUDITS = 500;
const WALKABLE: ReadonlySet<Carrier['kind']> = new Set(['tag', 'cart', 'shopper']);
/** The gateways' windows of the last tap are under way for so long. */
const LAST_WINDOWS_MS = 3_000;
/** A phone whose clock runs on between two sendings, and the delay of the network. */
const CLOCK_SLACK_MS = 10_000;

export interface AuditParts {
  duck: Duck;
  registry: Registry;
  pipeline: Pick<IngestPipeline, 'walkOf' | 'nowMs'>;
  random: RandomBytes;
  /** @default setTimeout */
  sleep?: (ms: number) => Promise<void>;
  onProblem?: (error: Error) => void;
}

export interface Audits {
  start(): Promise<void>;
  stop(): Promise<void>;
  all(siteId: string): Promise<StoredAudit[]>;
  /** Those that were finished, the newest first; asked for by every view that tells of accuracy. */
  finished(siteId: string): Promise<StoredAudit[]>;
  get(siteId: string, auditId: string): Promise<StoredAudit>;
  taps(siteId: string, audit: StoredAudit): Promise<(StoredTap & Tap)[]>;
  begin(
    siteId: string,
    asked: { id: string | undefined; carrierId: string; clockMs: number; by: string },
  ): Promise<StoredAudit>;
  addTaps(siteId: string, auditId: string, sent: { clockMs: number; waypoints: Waypoint[] }): Promise<WaypointsTaken>;
  removeTap(siteId: string, auditId: string, tapId: string): Promise<void>;
  finish(siteId: string, auditId: string): Promise<StoredAudit>;
  remove(siteId: string, auditId: string): Promise<void>;
  /** Whether one may walk with a carrier: not with one that a shopper has paired, nor with one that a colleague wears. */
  walkable(siteId: string): Promise<(carrier: Carrier) => boolean>;
  /** Waits until what follows from changes of gateways is worked in. */
  settled(): Promise<void>;
}

export function openAudits(parts: AuditParts): Audits {
  return new WalkAudits(parts);
}

class WalkAudits implements Audits {
  readonly #parts: AuditParts;
  readonly #sleep: (ms: number) => Promise<void>;
  /** By site: what is done there, one thing after another. */
  readonly #tails = new Map<string, Promise<unknown>>();
  readonly #finished = new Map<string, Promise<StoredAudit[]>>();
  #unsubscribe: (() => void) | undefined;
  #stopped = false;

  constructor(parts: AuditParts) {
    this.#parts = parts;
    this.#sleep = parts.sleep ?? ((ms) => new Promise((resolve) => setTimeout(resolve, ms)));
  }

  async start(): Promise<void> {
    const { registry } = this.#parts;
    this.#unsubscribe = registry.onChange(({ siteId, what }) => {
      if (what === 'gateways')
        void this.#serial(siteId, () => this.#refresh(siteId)).catch((error: Error) => this.#problem(error));
    });
    // What a kill may have left half-done.
    for (const site of registry.sites()) await this.#serial(site.id, () => this.#refresh(site.id));
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#unsubscribe?.();
    await this.settled();
  }

  async settled(): Promise<void> {
    await Promise.all(this.#tails.values());
  }

  all(siteId: string): Promise<StoredAudit[]> {
    return auditsOf(this.#parts.duck, siteId);
  }

  finished(siteId: string): Promise<StoredAudit[]> {
    const known = this.#finished.get(siteId);
    if (known) return known;
    const found = this.all(siteId).then((audits) => audits.filter(({ result }) => result !== null));
    this.#finished.set(siteId, found);
    found.catch(() => this.#finished.delete(siteId));
    return found;
  }

  async get(siteId: string, auditId: string): Promise<StoredAudit> {
    const audit = await auditNamed(this.#parts.duck, siteId, auditId);
    if (!audit) throw notFound(`audit ${auditId}`);
    return audit;
  }

  async taps(siteId: string, audit: StoredAudit): Promise<(StoredTap & Tap)[]> {
    const offsetMs = correctionOf(audit);
    return (await tapsOf(this.#parts.duck, siteId, audit.id))
      .map((tap) => ({ ...tap, atMs: tap.phoneMs + offsetMs }))
      .sort(byTime);
  }

  async walkable(siteId: string): Promise<(carrier: Carrier) => boolean> {
    const rows = await this.#parts.duck.all<{ id: string }>(
      'select carrier_id as "id" from pairings where site_id = $1 and to_ms is null',
      [siteId],
    );
    const paired = new Set(rows.map(({ id }) => id));
    return ({ id, kind }) => WALKABLE.has(kind) && !paired.has(id);
  }

  begin(
    siteId: string,
    asked: { id: string | undefined; carrierId: string; clockMs: number; by: string },
  ): Promise<StoredAudit> {
    return this.#serial(siteId, async () => {
      const { duck, pipeline, random } = this.#parts;
      const { carrierId, clockMs, by } = asked;
      const known = asked.id === undefined ? undefined : await auditNamed(duck, siteId, asked.id);
      if (known?.carrierId === carrierId) return known;
      if (known) throw conflict(`audit ${known.id} exists already, with another carrier`, 'body.id');
      await this.#requireWalkable(siteId, carrierId);
      const audits = await auditsOf(duck, siteId);
      const open = audits.find((audit) => audit.finishedMs === null && audit.carrierId === carrierId);
      if (open)
        throw conflict(
          `audit ${open.id} by ${open.by} is under way with this carrier: finish or remove it first`,
          'body.carrierId',
        );
      if (audits.length >= MAX_AUDITS)
        throw conflict(`a site keeps at most ${MAX_AUDITS} audits: remove old ones first`);
      const nowMs = pipeline.nowMs(siteId);
      const audit: StoredAudit = {
        id: asked.id ?? newId(random, 'w'),
        carrierId,
        by,
        clockOffsetMs: nowMs - clockMs,
        startedMs: nowMs,
        finishedMs: null,
        result: null,
        taps: 0,
      };
      await duck.transaction((sql) => insertAudit(sql, siteId, audit));
      return audit;
    });
  }

  /** Also at the end: it may have been paired meanwhile, and then where it went is the shopper's alone. */
  async #requireWalkable(siteId: string, carrierId: string): Promise<void> {
    const carrier = this.#parts.registry.carriers.get(siteId, carrierId);
    if (!carrier) throw badRequest(`carrier ${carrierId} does not exist`, 'body.carrierId');
    if (!(await this.walkable(siteId))(carrier))
      throw badRequest(
        `carrier ${carrierId} is a person's: walk with a tag, cart or phone that nobody has paired`,
        'body.carrierId',
      );
  }

  addTaps(siteId: string, auditId: string, sent: { clockMs: number; waypoints: Waypoint[] }): Promise<WaypointsTaken> {
    return this.#serial(siteId, async () => {
      const { duck, pipeline, registry } = this.#parts;
      const audit = await this.get(siteId, auditId);
      const nowMs = pipeline.nowMs(siteId);
      // Delay makes a clock look late, never early: the smallest difference is nearest to the truth.
      const offsetMs = Math.min(audit.clockOffsetMs, nowMs - sent.clockMs);
      const known = await tapsOf(duck, siteId, auditId);
      const had = new Set(known.map(({ id }) => id));
      const fresh: StoredTap[] = [];
      const refused: WaypointsTaken['refused'] = [];
      for (const { id, floorId, xM, yM, atMs } of sent.waypoints) {
        if (had.has(id)) continue;
        had.add(id);
        const siteMs = atMs + offsetMs;
        const floor = registry.floors.get(siteId, floorId);
        const reason =
          audit.finishedMs !== null
            ? 'the audit is finished'
            : !floor
              ? `floor ${floorId} does not exist`
              : xM < 0 || yM < 0 || xM > floor.widthM || yM > floor.heightM
                ? `must lie on the floor, 0 to ${floor.widthM} by 0 to ${floor.heightM} metres`
                : siteMs > nowMs + CLOCK_SLACK_MS
                  ? 'lies in the future'
                  : siteMs < audit.startedMs - CLOCK_SLACK_MS
                    ? 'lies before the start of the audit'
                    : known.length + fresh.length >= MAX_TAPS
                      ? `an audit has at most ${MAX_TAPS} taps`
                      : undefined;
        if (reason === undefined) fresh.push({ id, floorId, xM, yM, phoneMs: atMs, outcome: null, errorM: null });
        else refused.push({ id, reason });
      }
      await duck.transaction(async (sql) => {
        if (audit.finishedMs === null && offsetMs < audit.clockOffsetMs)
          await setClockOffset(sql, siteId, auditId, offsetMs);
        await putTaps(sql, siteId, auditId, fresh);
      });
      return { taps: known.length + fresh.length, refused };
    });
  }

  removeTap(siteId: string, auditId: string, tapId: string): Promise<void> {
    return this.#serial(siteId, async () => {
      const audit = await this.get(siteId, auditId);
      if (audit.finishedMs !== null) throw conflict('the audit is finished; its taps go with it when it is removed');
      await this.#parts.duck.transaction((sql) => removeTap(sql, siteId, auditId, tapId));
    });
  }

  finish(siteId: string, auditId: string): Promise<StoredAudit> {
    return this.#serial(siteId, async () => {
      const { duck, pipeline } = this.#parts;
      const audit = await this.get(siteId, auditId);
      if (audit.finishedMs !== null) return audit;
      await this.#requireWalkable(siteId, audit.carrierId);
      const taps = await this.taps(siteId, audit);
      const last = taps.at(-1);
      if (!last) throw conflict('an audit without a tap proves nothing: tap where you stand, or remove the audit');
      const stillMs = last.atMs + LAST_WINDOWS_MS - pipeline.nowMs(siteId);
      if (stillMs > 0) await this.#sleep(Math.min(stillMs, LAST_WINDOWS_MS));
      const found = await this.#measure(siteId, audit.carrierId, taps);
      await duck.transaction((sql) => finishAudit(sql, siteId, auditId, pipeline.nowMs(siteId), found));
      // Only now do the taps reach the model: what they were scored with knew nothing of them.
      await this.#refresh(siteId);
      return this.get(siteId, auditId);
    });
  }

  async #measure(siteId: string, carrierId: string, taps: readonly (StoredTap & Tap)[]) {
    const { registry, pipeline } = this.#parts;
    const fromMs = taps[0]!.atMs - STAND_MS;
    const toMs = taps.at(-1)!.atMs + STAND_MS;
    const { engine, batches, listening } = await pipeline.walkOf(siteId, carrierId, fromMs, toMs);
    if (!batches.some((batch) => batch.toMs >= fromMs))
      throw conflict(
        'no gateway heard this carrier during the walk: check that it is the one in your hand, that its battery works, and that the gateways report',
      );
    const fixes = fixesAt(
      engine,
      batches,
      carrierId,
      taps.map((tap) => tap.atMs),
    );
    const scored = taps.map((tap, i) => scoreTap(tap, fixes[i]));
    // As they hung when the walk began: one that was moved during it is found to be moved.
    const gateways =
      registry.modelTimeline(siteId).findLast(({ effectiveFromMs }) => effectiveFromMs <= fromMs)?.model.gateways ?? [];
    const points = pointsOfWalk(new Walk(taps, registry.floors.all(siteId)), batches, carrierId);
    const result: Result = {
      scores: scoreWalk(scored, registry.zones.all(siteId)),
      placements: gateways.map(placementOf),
      listening,
      heardOn: heardOn(points),
      faults: [],
    };
    const found: StoredTap[] = scored.map(({ outcome, errorM }, i) => ({
      ...taps[i]!,
      outcome,
      errorM: Number.isFinite(errorM) ? Math.round(errorM * 100) / 100 : null,
    }));
    return { result, taps: found, points };
  }

  remove(siteId: string, auditId: string): Promise<void> {
    return this.#serial(siteId, async () => {
      await this.get(siteId, auditId);
      await this.#parts.duck.transaction((sql) => removeAudit(sql, siteId, auditId));
      await this.#refresh(siteId);
    });
  }

  /** Faults of the certificates and the survey of the model, as the gateways hang now. */
  async #refresh(siteId: string): Promise<void> {
    const { duck, registry, pipeline } = this.#parts;
    if (this.#stopped || !registry.site(siteId)) return;
    const audits = (await auditsOf(duck, siteId)).filter((audit) => audit.result !== null);
    const gateways = registry.gateways.all(siteId);
    const nowMs = pipeline.nowMs(siteId);
    for (const { id, result } of audits) {
      const faults = faultsOf(result!.placements, gateways, result!.faults, nowMs);
      if (JSON.stringify(faults) !== JSON.stringify(result!.faults))
        await duck.transaction((sql) => setResult(sql, siteId, id, { ...result!, faults }));
    }
    // All that changes them ends here.
    this.#finished.delete(siteId);
    const points = await surveyPointsOf(duck, siteId);
    const walks = [...audits]
      .sort((a, b) => a.startedMs - b.startedMs)
      .map(({ id, result }) => ({ ...result!, points: points.get(id) ?? [] }));
    await registry.setSurvey(siteId, surveyOf(walks, gateways));
  }

  #problem(error: Error): void {
    this.#parts.onProblem?.(error);
  }

  #serial<T>(siteId: string, work: () => Promise<T>): Promise<T> {
    const result = (this.#tails.get(siteId) ?? Promise.resolve()).then(work);
    this.#tails.set(
      siteId,
      result.catch(() => {}),
    );
    return result;
  }
}

/** Below it the delay of the network says more than the clock. */
export const correctionOf = ({ clockOffsetMs }: StoredAudit): number =>
  Math.abs(clockOffsetMs) <= NEGLIGIBLE_OFFSET_MS ? 0 : clockOffsetMs;

function heardOn(points: readonly SurveyPoint[]): Record<string, string[]> {
  const floors = new Map<string, Set<string>>();
  for (const { floorId, heard } of points) {
    const ids = floors.get(floorId) ?? new Set();
    floors.set(floorId, ids);
    for (const { gatewayId } of heard) ids.add(gatewayId);
  }
  return Object.fromEntries([...floors].map(([floorId, ids]) => [floorId, [...ids].sort()]));
}
