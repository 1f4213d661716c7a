/** The embedded time-series engine. */
import type { Registry } from '../registry/types.ts';
import { boundsIn, carrierRowsIn, lastCommitOf, questionsOver } from './asking.ts';
import { commitRows } from './commitRows.ts';
import type { Duck } from './duckdb.ts';
import { expireRows, type Retention } from './expire.ts';
import { plainSeries } from './seriesSql.ts';
import type { TimeSeries } from './timeSeries.ts';

export type { TimeSeries } from './timeSeries.ts';

export function openTimeSeries(duck: Duck, registry: Registry, retention?: Retention): TimeSeries {
  const snapshot: TimeSeries['snapshot'] = (work) => duck.snapshot(work);
  const change: TimeSeries['change'] = (work) => duck.bulkTransaction((sql) => work(plainSeries(sql)));
  return {
    ...questionsOver(snapshot, registry),
    commit: (commit) => change((sql) => commitRows(sql, registry, commit)),
    lastCheckpoint: (siteId) => duck.snapshot((sql) => lastCommitOf(sql, siteId)),
    expire: (siteId, nowMs) => change((sql) => expireRows(sql, registry, siteId, nowMs, retention)),
    sql: duck,
    snapshot,
    change,
    bounds: (table, siteId) => boundsIn(duck, table, siteId),
    carrierRows: (query) => carrierRowsIn(duck, query, query.withOpen === false ? ['closed'] : ['closed', 'open']),
    health: () => ({ engine: 'duckdb', problem: null, figures: {} }),
    close: async () => {},
  };
}
