/** Rehearsals: one at a time for each site, the newest of each campaign kept. */
import { createHash } from 'node:crypto';
import { type CoverageField, coverageSteps } from '../calibration/coverage.ts';
import type { Certificate } from '../contract/calibration.ts';
import type { Attention, Campaign } from '../contract/campaigns.ts';
import type { Zone } from '../contract/model.ts';
import { type Rehearsal, rehearsal as rehearsalSchema } from '../contract/rehearsal.ts';
import type { Duck } from '../db/duckdb.ts';
import { type SiteContext, siteContext } from '../db/questions/context.ts';
import type { SeriesReader } from '../db/timeSeries.ts';
import { AppError } from '../errors.ts';
import { areaOf } from '../floor/geometry.ts';
import { Turns } from '../ingest/turns.ts';
import { isoLocal } from '../metrics/localTime.ts';
import type { Registry } from '../registry/types.ts';
import { needsProfiling } from './audience.ts';
import type { Campaigns } from './campaigns.ts';
import { answerOf, type ZoneFindings } from './rehearsalAnswer.ts';
import { type Contender, type DayOutcome, replayBudget } from './rehearsalBudget.ts';
import { falseFires } from './rehearsalFalse.ts';
import { afterCooldown, firesOfStays, unitOfPerson } from './rehearsalFires.ts';
import { byMinute, type History, historyOf, weeklyHours } from './rehearsalHistory.ts';
import { type LocalError, localError } from './rehearsalLocalError.ts';
import { meantBy } from './rehearsalMeant.ts';
import { reachableCarriers, reachOf } from './rehearsalReach.ts';
import { personOfDay, staysIn } from './rehearsalReader.ts';
import { momentsOf, type Replayed, replay } from './rehearsalReplay.ts';
import { inQuietHours } from './schedule.ts';

/** Of a site: those who wait longer are told to come again. */
const MAX_WAITING = 8;
/** Finer cells tell no more of a zone's mean, and take four times as long. */
const ERROR_CELL_M = 3;
/** What is learned of the radio, and where gateways hang, changes slowly. */
const FIELD_KEPT_MS = 10 * 60_000;
const MAX_FIELDS = 64;
/** About as many milliseconds as a hundredth of it. */
const FIRES_A_TURN = 10_000;
const MAX_FLOORS = 12;

export interface RehearsalParts {
  duck: Duck;
  reading: SeriesReader;
  registry: Registry;
  campaigns: Pick<Campaigns, 'all' | 'attention'>;
  /** Of the site's zones and floors. */
  certificates: (siteId: string) => Promise<readonly Certificate[]>;
  /** What the site's positioner has learned of its radio. */
  learnedRadio: (siteId: string) => unknown;
}

interface Waiting {
  tail: Promise<unknown>;
  count: number;
}

export class Rehearsals {
  readonly #parts: RehearsalParts;
  readonly #sites = new Map<string, Waiting>();
  readonly #fields = new Map<string, { atMs: number; model: unknown; field: Promise<CoverageField | undefined> }>();

  constructor(parts: RehearsalParts) {
    this.#parts = parts;
  }

  /** Waits for those before it; keeps the result. */
  rehearse(siteId: string, campaign: Campaign, nowMs: number): Promise<Rehearsal> {
    const site = this.#sites.get(siteId) ?? { tail: Promise.resolve(), count: 0 };
    if (site.count >= MAX_WAITING)
      return Promise.reject(
        new AppError(503, 'busy', 'other campaigns are being rehearsed: try again in a few seconds'),
      );
    this.#sites.set(siteId, site);
    site.count += 1;
    const result = site.tail.then(() => this.#rehearse(siteId, campaign, nowMs));
    site.tail = result
      .catch(() => {})
      .then(() => {
        site.count -= 1;
        if (site.count === 0) this.#sites.delete(siteId);
      });
    return result;
  }

  /** `isCurrent`: nothing that was rehearsed has been changed since. */
  async newest(siteId: string, campaign: Campaign): Promise<{ rehearsal: Rehearsal; isCurrent: boolean } | undefined> {
    const row = await this.#parts.duck.get<{ json: string; ofWhat: string }>(
      'select json, of_what as "ofWhat" from rehearsals where site_id = $1 and campaign_id = $2',
      [siteId, campaign.id],
    );
    if (row === undefined) return undefined;
    // Of a removed campaign of the same name, or before the mall gave it to another tenant.
    if (!row.ofWhat.startsWith(ownerOf(campaign))) return undefined;
    const rehearsal = rehearsalSchema.parse(JSON.parse(row.json));
    return { rehearsal, isCurrent: row.ofWhat === this.#what(siteId, campaign) };
  }

  /** What the result depends on of what people change. */
  #what(siteId: string, campaign: Campaign): string {
    const { zoneIds, trigger, audience, cooldownMinutes, schedule, controlShare } = campaign;
    const shapes = zoneIds.map((id) => this.#parts.registry.zones.get(siteId, id)?.shape ?? null);
    const hash = createHash('sha256')
      .update(JSON.stringify([zoneIds, shapes, trigger, audience, cooldownMinutes, schedule, controlShare]))
      .digest('base64url')
      .slice(0, 22);
    return `${ownerOf(campaign)}${hash}`;
  }

  async #rehearse(siteId: string, campaign: Campaign, nowMs: number): Promise<Rehearsal> {
    const { duck, registry } = this.#parts;
    const certificates = await this.#parts.certificates(siteId);
    const what = this.#what(siteId, campaign);
    const fields = new Map<string, CoverageField | undefined>();
    // All floors: a new zone is held against zones wherever they are.
    for (const { id: floorId } of registry.floors.all(siteId).slice(0, MAX_FLOORS))
      fields.set(floorId, await this.#field(siteId, floorId, nowMs));
    const answer = await this.#parts.reading.snapshot(async (sql) => {
      const context = await siteContext(sql, registry, siteId);
      return this.#answer(context, campaign, certificates, fields, nowMs);
    });
    await duck.transaction(async (sql) => {
      await sql.run('delete from rehearsals where site_id = $1 and campaign_id = $2', [siteId, campaign.id]);
      await sql.run('insert into rehearsals values ($1, $2, $3, $4, $5)', [
        siteId,
        campaign.id,
        what,
        nowMs,
        JSON.stringify(answer),
      ]);
    });
    return answer;
  }

  async #answer(
    context: SiteContext,
    campaign: Campaign,
    certificates: readonly Certificate[],
    fields: ReadonlyMap<string, CoverageField | undefined>,
    nowMs: number,
  ): Promise<Rehearsal> {
    const { sql, registry, siteId, timezone, definitions } = context;
    const history = await historyOf(context, campaign, nowMs);
    const isNew = history.zones.some(({ basis }) => basis === 'heat');
    const meant = await meantBy(sql, siteId, campaign, {
      dayOf: history.dayOf,
      fromMs: history.fromMs,
      toMs: history.toMs,
      returnWindowDays: definitions.returnWindowDays,
      // A hash of a day says whose it is only by the visits of that day.
      wanted: isNew,
    });
    const errorOf = (zone: Zone): LocalError | undefined => localError(zone, certificates, fields.get(zone.floorId));
    const replayed = await replay(context, campaign, history, meant, errorOf);
    const fires = afterCooldown(replayed.fires, campaign.cooldownMinutes * 60_000);
    const subject: Contender = { campaign, fires };
    const others = await this.#others(context, campaign, history, replayed);
    const attention = this.#parts.campaigns.attention(siteId);
    const isQuiet = byMinute((atMs) => inQuietHours(attention.quietHours, atMs, timezone));
    const byDay = await budgetInTurns(subject, others, attention, isQuiet, timezone);
    const carriers = await reachableCarriers(sql, siteId, needsProfiling(campaign), nowMs);
    const zones: ZoneFindings[] = [];
    for (const { zone } of history.zones) {
      const error = errorOf(zone);
      const fires = replayed.atAnyHour.get(zone.id) ?? 0;
      zones.push({
        zoneId: zone.id,
        name: zone.name,
        radiusM: Math.sqrt(areaOf(zone.shape) / Math.PI),
        error,
        falseFires: error ? await falseFires(context, campaign, history, zone, error, fires) : null,
      });
    }
    return answerOf({
      campaignId: campaign.id,
      rehearsedAtMs: nowMs,
      iso: (atMs) => isoLocal(timezone, atMs),
      history,
      fires,
      weight: replayed.weight,
      scale: replayed.scale,
      byDay,
      reach: reachOf(carriers, fires, history.days, definitions.kAnonymity),
      zones,
      placeName: (zoneId) => registry.zones.get(siteId, zoneId)?.name ?? zoneId,
      unknownConditions: meant.unknown,
      hasBaskets: campaign.trigger.type === 'basket',
      k: definitions.kAnonymity,
    });
  }

  /** Live campaigns that compete for the same people. Zones that did not stand then have no stays, and do not compete. */
  async #others(
    { sql, siteId, timezone, ...context }: SiteContext,
    campaign: Campaign,
    history: History,
    { fires, hashed }: Replayed,
  ): Promise<Contender[]> {
    const live = this.#parts.campaigns.all(siteId).filter((one) => one.status === 'live' && one.id !== campaign.id);
    const { days, dayOf } = history;
    if (live.length === 0 || fires.length === 0) return [];
    const past = { siteId, fromMs: days[0]!.startMs, toMs: days.at(-1)!.endMs };
    // Of a hash of a day nobody knows the carrier, so then all are looked at.
    const stays = await staysIn(
      sql,
      past,
      [...new Set(live.flatMap(({ zoneIds }) => zoneIds))],
      hashed ? undefined : campaign.zoneIds,
    );
    const persons = new Set(fires.map(({ person }) => person));
    const personOf = hashed ? personOfDay : (carrierId: string): string => carrierId;
    const concerned = stays.filter(({ carrierId, startMs }) => persons.has(personOf(carrierId, dayOf(startMs))));
    const counted = new Set(days.map(({ day }) => day));
    const moments = momentsOf({ sql, siteId, timezone, ...context });
    const turns = new Turns();
    const contenders: Contender[] = [];
    for (const other of live) {
      const hours = weeklyHours(other.schedule, timezone);
      const own = new Set(other.zoneIds);
      const found = firesOfStays(
        other.trigger,
        concerned.filter(({ zoneId }) => own.has(zoneId)),
        moments,
        { dayOf, isOpen: (atMs) => counted.has(dayOf(atMs)) && hours(atMs), isMeant: () => true },
        personOf,
      );
      // By hashes of a day alone a visit is the day.
      contenders.push({
        campaign: other,
        fires: hashed ? found.map((fire) => ({ ...fire, visit: fire.person })) : found,
      });
      await turns.yieldIfDue();
    }
    return contenders;
  }

  /** Undefined where the floor has no gateway to reckon with. */
  #field(siteId: string, floorId: string, nowMs: number): Promise<CoverageField | undefined> {
    const model = this.#parts.registry.modelTimeline(siteId).at(-1)?.model;
    const key = `${siteId} ${floorId}`;
    const kept = this.#fields.get(key);
    if (kept && kept.model === model && Math.abs(nowMs - kept.atMs) < FIELD_KEPT_MS) return kept.field;
    const field = this.#computeField(siteId, floorId);
    this.#fields.delete(key);
    this.#fields.set(key, { atMs: nowMs, model, field });
    if (this.#fields.size > MAX_FIELDS) this.#fields.delete(this.#fields.keys().next().value!);
    field.catch(() => this.#fields.delete(key));
    return field;
  }

  async #computeField(siteId: string, floorId: string): Promise<CoverageField | undefined> {
    const { registry, learnedRadio } = this.#parts;
    const newest = registry.modelTimeline(siteId).at(-1)?.model;
    const gateways = registry.gateways.all(siteId);
    const floors = registry.floors.all(siteId);
    if (!newest || !floors.some(({ id }) => id === floorId)) return undefined;
    if (!gateways.some((gateway) => gateway.enabled && gateway.floorId === floorId)) return undefined;
    const steps = coverageSteps({ ...newest, floors, gateways }, floorId, {
      cellM: ERROR_CELL_M,
      siteState: learnedRadio(siteId),
    });
    const turns = new Turns();
    for (;;) {
      const step = steps.next();
      if (step.done) return step.value;
      await turns.yieldIfDue();
    }
  }
}

/** Whose the result is, before what it is of. Ids hold no colon. */
const ownerOf = ({ tenantId }: Pick<Campaign, 'tenantId'>): string => `${tenantId ?? ''}:`;

/** A part of the people at a time, each replayed whole, so that offers to phones do not wait for all of them. */
async function budgetInTurns(
  subject: Contender,
  others: readonly Contender[],
  attention: Attention,
  isQuiet: (atMs: number) => boolean,
  timezone: string,
): Promise<Map<number, DayOutcome>> {
  const fires = [subject, ...others].reduce((sum, one) => sum + one.fires.length, 0);
  const parts = Math.max(1, Math.ceil(fires / FIRES_A_TURN));
  const turns = new Turns();
  const days = new Map<number, DayOutcome>();
  for (let part = 0; part < parts; part++) {
    const ofPart = (one: Contender): Contender =>
      parts === 1
        ? one
        : { ...one, fires: one.fires.filter(({ person }) => Math.floor(unitOfPerson(person) * parts) === part) };
    for (const [day, found] of replayBudget(ofPart(subject), others.map(ofPart), attention, isQuiet, timezone)) {
      const known = days.get(day) ?? { offers: 0, control: 0, held: new Map<string, number>() };
      days.set(day, known);
      known.offers += found.offers;
      known.control += found.control;
      for (const [code, count] of found.held) known.held.set(code, (known.held.get(code) ?? 0) + count);
    }
    await turns.yield();
  }
  return days;
}
