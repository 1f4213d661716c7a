/** Minutes of event time in which a gateway reported, each told once. Pure. */
import { MINUTE_MS } from './batchBuffer.ts';
import type { CoverageRow } from './types.ts';

export class CoverageLedger {
  /** The last minute told of each gateway: ticks rise, so earlier ones never come again. */
  private readonly lastMinute: Map<string, number>;

  constructor(state: [string, number][] | undefined) {
    this.lastMinute = new Map(state);
  }

  mark(gatewayId: string, minuteStartMs: number): CoverageRow | undefined {
    if ((this.lastMinute.get(gatewayId) ?? -1) >= minuteStartMs) return undefined;
    this.lastMinute.set(gatewayId, minuteStartMs);
    return { gatewayId, minuteStartMs };
  }

  /** Gateways that reported in this minute or the one before it: a minute has begun before all of them have. */
  listening(minuteStartMs: number): Set<string> {
    const ids = new Set<string>();
    for (const [gatewayId, lastMinuteMs] of this.lastMinute)
      if (lastMinuteMs >= minuteStartMs - MINUTE_MS) ids.add(gatewayId);
    return ids;
  }

  /** Gateways taken down are forgotten, lest ids that come and go pile up. */
  keepOnly(known: ReadonlyMap<string, unknown>): void {
    for (const gatewayId of this.lastMinute.keys()) if (!known.has(gatewayId)) this.lastMinute.delete(gatewayId);
  }

  state(): [string, number][] {
    return [...this.lastMinute];
  }
}
