/** The engine of the time series that the configuration names. */
import type { ServerConfig } from '../config.ts';
import type { Registry } from '../registry/types.ts';
import type { Duck } from './duckdb.ts';
import { openTimeSeries } from './duckTimeSeries.ts';
import type { Retention } from './expire.ts';
import { type InfluxParts, openInfluxTimeSeries } from './influx/influxTimeSeries.ts';
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

type EngineConfig = Pick<ServerConfig, 'engine' | 'influx' | 'dataDir' | 'retention'>;

export const keptOf = ({ retention }: Pick<ServerConfig, 'retention'>): Retention => ({
  identifiedDays: retention.identifiedVisitsDays,
  aggregatesDays: Math.ceil(retention.aggregatesYears * DAYS_A_YEAR),
});

export function influxPartsOf(config: EngineConfig, parts: EngineParts): InfluxParts {
  const { timeoutSeconds, questionTimeoutSeconds, ...options } = config.influx;
  return {
    ...parts,
    dataDir: config.dataDir,
    retention: keptOf(config),
    random: Math.random,
    options: { ...options, timeoutMs: timeoutSeconds * 1_000, questionTimeoutMs: questionTimeoutSeconds * 1_000 },
  };
}

export const openEngine = async (config: EngineConfig, parts: EngineParts): Promise<TimeSeries> =>
  config.engine === 'duckdb'
    ? openTimeSeries(parts.duck, parts.registry, keptOf(config))
    : openInfluxTimeSeries(influxPartsOf(config, parts));
