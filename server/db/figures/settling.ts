/** Seals figures in the background, in turns so short that neither the pipeline nor who asks waits for one. */
import { DAY_MS, HOUR_MS } from '../../metrics/localTime.ts';
import type { Registry } from '../../registry/types.ts';
import type { TimeSeries } from '../timeSeries.ts';
import { computePoints, writePoints } from './points.ts';
import { settleStep } from './settle.ts';

type Series = Pick<TimeSeries, 'snapshot' | 'change'>;

/** A commit that waits for a turn is noticed by nobody below this. */
const TURN_MS = 200;
/** Points are read beside the pipeline, and only written in its lane. */
const POINTS_MS = 28 * DAY_MS;

/** One step of a site: at most `mostMs` of its past. True where there may be more to do. */
export async function settle(series: Series, registry: Registry, siteId: string, mostMs: number): Promise<boolean> {
  const more = await series.change((sql) => settleStep(sql, registry, siteId, mostMs));
  if (more) return true;
  const step = await series.snapshot((sql) => computePoints(sql, registry, siteId, POINTS_MS, TURN_MS));
  if (step) await series.change((sql) => writePoints(sql, registry, siteId, step));
  return step !== undefined;
}

export interface SettlingOptions {
  onProblem: (what: string, error: Error) => void;
  /** How often a site is looked at where nothing is behind. @default 10_000 */
  everyMs?: number;
}

const MOST = { least: HOUR_MS * 2, first: HOUR_MS * 12, most: HOUR_MS * 24 * 14 };
/** Of the time, so that who asks and the pipeline keep most of the machine. */
const SHARE = 0.5;

export interface Settling {
  start(): void;
  /** Once the turn under way is over. */
  stop(): Promise<void>;
}

export function createSettling(series: Series, registry: Registry, options: SettlingOptions): Settling {
  const everyMs = options.everyMs ?? 10_000;
  let stopped = false;
  let wake = (): void => {};
  let running: Promise<void> | undefined;
  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  async function settleSite(siteId: string): Promise<void> {
    for (let mostMs = MOST.first, more = true; more && !stopped; ) {
      const began = performance.now();
      more = await settle(series, registry, siteId, mostMs);
      const tookMs = performance.now() - began;
      if (tookMs > TURN_MS) mostMs = Math.max(MOST.least, mostMs / 2);
      else if (tookMs < TURN_MS / 3) mostMs = Math.min(MOST.most, mostMs * 2);
      if (more) await pause((tookMs * (1 - SHARE)) / SHARE);
    }
  }

  async function run(): Promise<void> {
    while (!stopped) {
      for (const { id } of registry.sites()) {
        if (stopped) return;
        try {
          await settleSite(id);
        } catch (error) {
          options.onProblem(`figures of ${id}`, error as Error);
        }
      }
      if (!stopped) await pause(everyMs);
    }
  }

  return {
    start() {
      running = run();
    },
    async stop() {
      stopped = true;
      wake();
      await running;
    },
  };
}
