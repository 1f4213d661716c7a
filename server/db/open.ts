/** The engine of the time series that the configuration names. */
import type { ServerConfig } from '../config.ts';
import type { Registry } from '../registry/types.ts';
import type { Duck } from './duckdb.ts';
import { openTimeSeries } from './duckTimeSeries.ts';
import { openInfluxTimeSeries } from './influx/influxTimeSeries.ts';
import type { TimeSeries } from './timeSeries.ts';

const DAYS_A_YEAR = 365.25;

export interface EngineParts {
  duck: Duck;
  registry: Registry;
  nowMs: () => number;
  onProblem: (what: string, error: Error) => void;
  /** Ends the wait for a database that is away. */
  signal: AbortSignal;
}

export async function openEngine(
  { engine, influx, dataDir, retention }: Pick<ServerConfig, 'engine' | 'influx' | 'dataDir' | 'retention'>,
  { duck, registry, ...parts }: EngineParts,
): Promise<TimeSeries> {
  const kept = {
    identifiedDays: retention.identifiedVisitsDays,
    aggregatesDays: Math.ceil(retention.aggregatesYears * DAYS_A_YEAR),
  };
  if (engine === 'duckdb') return openTimeSeries(duck, registry, kept);
  const { timeoutSeconds, questionTimeoutSeconds, ...options } = influx;
  return openInfluxTimeSeries({
    ...parts,
    duck,
    registry,
    dataDir,
    retention: kept,
    random: Math.random,
    options: { ...options, timeoutMs: timeoutSeconds * 1_000, questionTimeoutMs: questionTimeoutSeconds * 1_000 },
  });
}
