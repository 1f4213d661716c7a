/** Computes coverage maps in short turns, one at a time, and keeps the latest of the saved plans. */
import { type CoverageField, coverageSteps, ENOUGH_GATEWAYS, type Steps, summaryOf } from '../calibration/coverage.ts';
import { oneMoreSteps } from '../calibration/oneMoreGateway.ts';
import type { CoverageMap } from '../contract/coverage.ts';
import type { Gateway, SiteModel } from '../contract/model.ts';
import { AppError } from '../errors.ts';
import { Turns } from '../ingest/turns.ts';
import type { Registry } from '../registry/types.ts';

/** What is learned and where people walk changes slowly. */
const KEPT_MS = 5 * 60_000;
const MAX_KEPT = 64;
/** Somebody who drags gateways about on three screens, and a few who look. */
const MAX_WAITING = 16;

export interface CoverageQuestion {
  siteId: string;
  floorId: string;
  gateways: Gateway[];
  cellM: number | undefined;
  weight: CoverageMap['weight'];
  oneMore: boolean;
  siteState: unknown;
  trafficAt: ((xM: number, yM: number) => number) | undefined;
}

interface Kept {
  version: number;
  atMs: number;
  answer: Promise<CoverageMap>;
}

const round = (value: number, digits = 2): number => Number(value.toFixed(digits));

async function inTurns<T>(steps: Steps<T>): Promise<T> {
  const turns = new Turns();
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    await turns.yieldIfDue();
  }
}

function answerOf(question: CoverageQuestion, field: CoverageField, oneMore: CoverageMap['oneMore']): CoverageMap {
  const { cells, radio, errorM, hearing } = field;
  const { meanM, medianM, p90M, within3M, within5M, within10M, weak, blind } = summaryOf(field);
  const share = (value: number): number => round(Math.min(1, value), 4);
  return {
    floor: question.floorId,
    cellM: round(cells.cellM, 4),
    weight: question.weight,
    radio: {
      powerDbm: round(radio.powerDbm, 1),
      exponent: round(radio.exponent),
      noiseDb: round(Math.hypot(radio.lastingDb, radio.quickDb)),
      advertShare: round(radio.advertShare),
      fromTraffic: radio.fromTraffic,
      fromSurvey: radio.fromSurvey,
    },
    enoughGateways: ENOUGH_GATEWAYS,
    summary: {
      meanM: round(meanM),
      medianM: round(medianM),
      p90M: round(p90M),
      within3M: share(within3M),
      within5M: share(within5M),
      within10M: share(within10M),
      weak: share(weak),
      blind: share(blind),
    },
    cells: Array.from(errorM, (error, i) => ({
      xM: round(cells.columns[i]! * cells.cellM),
      yM: round(cells.rows[i]! * cells.cellM),
      errorM: round(error),
      gateways: hearing[i]!,
    })),
    oneMore: oneMore.map((one) => ({
      xM: one.xM,
      yM: one.yM,
      zM: one.zM,
      meanBeforeM: round(one.meanBeforeM),
      meanAfterM: round(one.meanAfterM),
      p90BeforeM: round(one.p90BeforeM),
      p90AfterM: round(one.p90AfterM),
      nearBeforeM: round(one.nearBeforeM),
      nearAfterM: round(one.nearAfterM),
    })),
  };
}

/** A model as it would be, on the question's floor. */
export async function coverageAnswer(model: SiteModel, question: CoverageQuestion): Promise<CoverageMap> {
  const { floorId, cellM, oneMore, siteState, trafficAt } = question;
  const field = await inTurns(coverageSteps(model, floorId, { cellM, siteState, trafficAt }));
  return answerOf(question, field, oneMore ? await inTurns(oneMoreSteps(field)) : []);
}

export class CoverageMaps {
  readonly #registry: Registry;
  readonly #kept = new Map<string, Kept>();
  /** By site: raised by whatever changes its plan. */
  readonly #versions = new Map<string, number>();
  #waiting = 0;
  #last: Promise<unknown> = Promise.resolve();

  constructor(registry: Registry) {
    this.#registry = registry;
    registry.onChange(({ siteId, what }) => {
      if (what === 'floors' || what === 'gateways' || what === 'survey')
        this.#versions.set(siteId, this.#version(siteId) + 1);
    });
  }

  #version(siteId: string): number {
    return this.#versions.get(siteId) ?? 0;
  }

  /** An answer of the same plan that is not old; `question` is made only where there is none. */
  keptOr(siteId: string, key: string, nowMs: number, question: () => Promise<CoverageQuestion>): Promise<CoverageMap> {
    const name = `${siteId} ${key}`;
    const version = this.#version(siteId);
    const kept = this.#kept.get(name);
    if (kept && kept.version === version && nowMs - kept.atMs < KEPT_MS) return kept.answer;
    const answer = question().then((made) => this.compute(made));
    this.#kept.delete(name);
    this.#kept.set(name, { version, atMs: nowMs, answer });
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= MAX_KEPT) break;
      this.#kept.delete(oldest);
    }
    answer.catch(() => {
      if (this.#kept.get(name)?.answer === answer) this.#kept.delete(name);
    });
    return answer;
  }

  /** One after the other, so that many askers together take no more of the server than one. */
  compute(question: CoverageQuestion): Promise<CoverageMap> {
    if (this.#waiting >= MAX_WAITING)
      throw new AppError(503, 'busy', 'other coverage maps are being computed; ask again in a few seconds');
    this.#waiting += 1;
    const answer = this.#last
      .catch(() => {})
      .then(() => this.#compute(question))
      .finally(() => {
        this.#waiting -= 1;
      });
    this.#last = answer;
    return answer;
  }

  async #compute(question: CoverageQuestion): Promise<CoverageMap> {
    const { siteId, gateways } = question;
    const newest = this.#registry.modelTimeline(siteId).at(-1)?.model;
    if (!newest) throw new AppError(404, 'not-found', `site ${siteId} has no plan`);
    return coverageAnswer({ ...newest, floors: this.#registry.floors.all(siteId), gateways }, question);
  }
}
