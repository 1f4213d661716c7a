/** The embedded time-series engine. */
import type { Registry } from '../registry/types.ts';
import { boundsIn, carrierRowsIn, lastCommitOf, questionsOver } from './asking.ts';
import { commitRows } from './commitRows.ts';
import type { Duck } from './duckdb.ts';
import { expireRows, type Retention } from './expire.ts';
import { literally } from './literals.ts';
import { plainSeries, type SeriesSql } from './seriesSql.ts';
import type { TimeSeries } from './timeSeries.ts';

export type { TimeSeries } from './timeSeries.ts';

/** Whether anything was written. */
function noting(sql: SeriesSql): { sql: SeriesSql; changed(): boolean } {
  let changed = false;
  const note = (written: Promise<void>): Promise<void> => {
    changed = true;
    return written;
  };
  return {
    changed: () => changed,
    sql: {
      ...sql,
      remove: (table, conditions) => note(sql.remove(table, conditions)),
      append: (table, columns) => note(sql.append(table, columns)),
      insertSelect: (table, query, params) => note(sql.insertSelect(table, query, params)),
    },
  };
}

export function openTimeSeries(duck: Duck, registry: Registry, retention?: Retention): TimeSeries {
  const snapshot: TimeSeries['snapshot'] = (work) =>
    duck.snapshot(async (sql) => {
      const row = await sql.get<{ version: number }>('select version from series_version');
      return work(literally(sql), row?.version);
    });
  const change: TimeSeries['change'] = (work) =>
    duck.bulkTransaction(async (sql) => {
      const tables = noting(plainSeries(sql));
      const value = await work(tables.sql);
      if (tables.changed()) await sql.run('update series_version set version = version + 1');
      return value;
    });
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
