/** Why hours are computed anew: gathered while they are dirty, told with the computation. Pure. */
import type { Backlog, Causes } from '../db/timeSeries.ts';
import type { SightingBatch } from '../log/batch.ts';

export class CauseBook {
  /** As many as gateways are registered. */
  readonly #backlogs = new Map<string, Backlog>();
  #model = false;
  #rebuild = false;
  /** Taken down with the first cause. */
  #finalUntilMs = Number.NEGATIVE_INFINITY;

  get empty(): boolean {
    return this.#backlogs.size === 0 && !this.#model && !this.#rebuild;
  }

  late({ gatewayId, fromMs, toMs, receivedMs }: SightingBatch, finalUntilMs: number): void {
    this.#first(finalUntilMs);
    const known = this.#backlogs.get(gatewayId);
    this.#backlogs.set(gatewayId, {
      gatewayId,
      batches: (known?.batches ?? 0) + 1,
      coveredMs: (known?.coveredMs ?? 0) + toMs - fromMs,
      fromMs: Math.min(known?.fromMs ?? fromMs, fromMs),
      toMs: Math.max(known?.toMs ?? toMs, toMs),
      firstArrivedMs: Math.min(known?.firstArrivedMs ?? receivedMs, receivedMs),
      lastArrivedMs: Math.max(known?.lastArrivedMs ?? receivedMs, receivedMs),
    });
  }

  model(finalUntilMs: number): void {
    this.#first(finalUntilMs);
    this.#model = true;
  }

  rebuild(finalUntilMs: number): void {
    this.#first(finalUntilMs);
    this.#rebuild = true;
  }

  load(causes: Causes): void {
    this.#first(causes.finalUntilMs);
    for (const backlog of causes.backlogs) this.#backlogs.set(backlog.gatewayId, backlog);
    this.#model = causes.model;
    this.#rebuild = causes.rebuild;
  }

  toJSON(): Causes | undefined {
    if (this.empty) return undefined;
    return {
      backlogs: [...this.#backlogs.values()].sort((a, b) => (a.gatewayId < b.gatewayId ? -1 : 1)),
      model: this.#model,
      rebuild: this.#rebuild,
      // JSON knows no infinity.
      finalUntilMs: Math.max(0, this.#finalUntilMs),
    };
  }

  clear(): void {
    this.#backlogs.clear();
    this.#model = false;
    this.#rebuild = false;
  }

  #first(finalUntilMs: number): void {
    if (this.empty) this.#finalUntilMs = finalUntilMs;
  }
}
