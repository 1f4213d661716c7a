/** Which part of the work the time goes to: everything between two changes of stage belongs to the one before. */
import type { TimeSeriesWriter } from '../../../server/db/timeSeries.ts';
import type { CreateEngine } from '../../../server/engine/types.ts';
import { Snapshots } from '../../../server/ingest/snapshots.ts';

export const STAGES = ['log', 'engine', 'snapshots', 'rows'] as const;
export type Stage = (typeof STAGES)[number];

const cpuNowMs = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
};

export class Stages {
  #stage: Stage = 'log';
  #wallAt = performance.now();
  #cpuAt = cpuNowMs();
  #spent = new Map<Stage, { wallMs: number; cpuMs: number }>();
  calls = new Map<string, number>();

  /** Of all threads, the database's and the garbage collector's too: what one core would need. */
  get spent(): ReadonlyMap<Stage, { wallMs: number; cpuMs: number }> {
    this.#enter(this.#stage);
    return this.#spent;
  }

  restart(): void {
    this.#spent = new Map();
    this.calls = new Map();
    this.#wallAt = performance.now();
    this.#cpuAt = cpuNowMs();
  }

  /** Returns the stage before. */
  #enter(stage: Stage): Stage {
    const [wall, cpu] = [performance.now(), cpuNowMs()];
    const so = this.#spent.get(this.#stage) ?? { wallMs: 0, cpuMs: 0 };
    so.wallMs += wall - this.#wallAt;
    so.cpuMs += cpu - this.#cpuAt;
    this.#spent.set(this.#stage, so);
    this.#wallAt = wall;
    this.#cpuAt = cpu;
    const before = this.#stage;
    this.#stage = stage;
    return before;
  }

  #count(what: string, n: number): void {
    this.calls.set(what, (this.calls.get(what) ?? 0) + n);
  }

  sync<T>(stage: Stage, work: () => T): T {
    const before = this.#enter(stage);
    try {
      return work();
    } finally {
      this.#enter(before);
    }
  }

  async async<T>(stage: Stage, work: () => Promise<T>): Promise<T> {
    const before = this.#enter(stage);
    try {
      return await work();
    } finally {
      this.#enter(before);
    }
  }

  engine(create: CreateEngine): CreateEngine {
    return (model, snapshot) => {
      const engine = this.sync('snapshots', () => create(model, snapshot));
      return {
        get watermarkMs() {
          return engine.watermarkMs;
        },
        // Sorts into ticks; looking at the clock for each batch would cost more than that.
        add: (batch) => engine.add(batch),
        setModel: (next, effectiveFromMs) => engine.setModel(next, effectiveFromMs),
        advance: (toMs) => this.sync('engine', () => engine.advance(toMs)),
        openRows: (withHeat) => this.sync('rows', () => engine.openRows(withHeat)),
        present: () => engine.present(),
        clones: () => engine.clones(),
        learnedRadio: () => engine.learnedRadio(),
        snapshot: () => this.sync('snapshots', () => engine.snapshot()),
        // Read by the saving, which is timed as a whole.
        snapshotParts: () => engine.snapshotParts(),
      };
    };
  }

  writer(inner: TimeSeriesWriter): TimeSeriesWriter {
    return {
      lastCheckpoint: (siteId) => inner.lastCheckpoint(siteId),
      commit: (commit) => {
        const { visits, stays, heat, occupancy, coverage } = commit.rows;
        this.#count('commits', 1);
        this.#count('visits', visits.length);
        this.#count('stays', stays.length);
        this.#count('heat rows', heat.length);
        this.#count('other rows', occupancy.length + coverage.length);
        return this.async('rows', () => inner.commit(commit));
      },
    };
  }

  snapshots(dir: string): Snapshots {
    const inner = new Snapshots(dir);
    const save = inner.save.bind(inner);
    inner.save = (watermarkMs, write) => {
      this.#count('snapshots', 1);
      return this.async('snapshots', () => save(watermarkMs, write));
    };
    return inner;
  }
}
