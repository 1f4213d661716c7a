/**
 * The dashboard for Grafana over the time series in InfluxDB 1.x, in InfluxQL. The newest hours of what is summed up by
 * quarter hours come once they are sealed, some eight hours later; occupancy and gateways are told at once. Pure.
 */
import { HOUR_MS } from '../../../metrics/localTime.ts';
import { RESOLUTION_MS } from '../../../metrics/thresholds.ts';

/** Policies that a measurement may lie in: `kept` holds sites that live in their data, and what was old when it came. */
const of = (measurement: string, policy: 'aggregates' | 'rows' = 'aggregates'): string =>
  `"${policy}"."${measurement}", "kept"."${measurement}"`;
const SITE = `"site_id" = '$site'`;
/** The whole site has no zone, and no floor: what is empty is no tag. */
const PLACE = `"zone_id" =~ /^(?:$zone)$/`;
const WHOLE_FLOORS = `"floor_id" =~ /^$/`;
const LOCAL = `tz('$timezone')`;

interface Query {
  query: string;
  alias?: string;
  /** A table instead of series. */
  table?: true;
}

interface PanelSpec {
  title: string;
  description?: string;
  type: 'timeseries' | 'stat' | 'heatmap' | 'table' | 'state-timeline';
  width: number;
  unit?: string;
  /** Least of $__interval. */
  interval?: string;
  queries: Query[];
  /** Bars rather than lines. */
  bars?: true;
}

const QUARTERS = 'From the sealed quarter hours: what is newer than some eight hours is not told yet.';

export const PANELS: readonly PanelSpec[] = [
  {
    title: 'Occupancy now',
    description: 'Mean of the newest quarter hour that is over.',
    type: 'stat',
    width: 6,
    unit: 'short',
    queries: [
      {
        query: `SELECT last("carrier_ms") / 900000 AS "mean" FROM ${of('occupancy')} WHERE ${SITE} AND ${PLACE} AND $timeFilter`,
      },
    ],
  },
  {
    title: 'Visits',
    description: QUARTERS,
    type: 'stat',
    width: 6,
    unit: 'short',
    queries: [
      {
        query: `SELECT sum("counted") AS "visits" FROM ${of('visit_quarters')} WHERE ${SITE} AND ${PLACE} AND $timeFilter`,
      },
    ],
  },
  {
    title: 'Coverage',
    description: 'Gateway-minutes that reported, of those expected.',
    type: 'stat',
    width: 6,
    unit: 'percentunit',
    queries: [
      {
        query: `SELECT sum("reported") / sum("expected") AS "coverage" FROM ${of('coverage_quarters')} WHERE ${SITE} AND $timeFilter`,
      },
    ],
  },
  {
    title: 'Gateways that hear',
    type: 'stat',
    width: 6,
    unit: 'short',
    queries: [
      {
        query: `SELECT count("adverts_per_second") AS "gateways" FROM (SELECT last("adverts_per_second") AS "adverts_per_second" FROM ${of('gateway_status', 'rows')} WHERE ${SITE} AND $timeFilter GROUP BY "gateway_id")`,
      },
    ],
  },
  {
    title: 'Footfall',
    description: `Visits (of a zone: zone visits) by the hour in which they started. ${QUARTERS}`,
    type: 'timeseries',
    width: 12,
    unit: 'short',
    interval: '1h',
    bars: true,
    queries: [
      {
        query: `SELECT sum("counted") AS "footfall" FROM ${of('visit_quarters')} WHERE ${SITE} AND ${PLACE} AND $timeFilter GROUP BY time($__interval) fill(none) ${LOCAL}`,
        alias: 'footfall',
      },
    ],
  },
  {
    title: 'Occupancy, mean and peak',
    description:
      'By the hour, settled hours: with what goes unheard at the ends of each presence, as the dashboard of the mall has it where gateways reported all the hour.',
    type: 'timeseries',
    width: 12,
    unit: 'short',
    queries: [
      {
        query: `SELECT (sum("carrier_ms") - sum("edges") * ${RESOLUTION_MS / 2} + sum("first_lag_ms") + sum("last_lag_ms")) / ${HOUR_MS} AS "mean", max("peak") AS "peak" FROM ${of('visit_hours')} WHERE ${SITE} AND ${PLACE} AND $timeFilter GROUP BY time(1h) fill(none) ${LOCAL}`,
        alias: '$col',
      },
    ],
  },
  {
    title: 'Occupancy as counted',
    description:
      'Up to now, by quarter hours, without what goes unheard: from the first to the last advertisement of each presence.',
    type: 'timeseries',
    width: 12,
    unit: 'short',
    interval: '15m',
    queries: [
      {
        query: `SELECT mean("carrier_ms") / 900000 AS "mean", max("peak") AS "peak" FROM ${of('occupancy')} WHERE ${SITE} AND ${PLACE} AND $timeFilter GROUP BY time($__interval) fill(none) ${LOCAL}`,
        alias: '$col',
      },
    ],
  },
  {
    title: 'Unique visitors by day',
    description: 'Days that are over. Not to be added up: whoever comes on two days is one of each.',
    type: 'timeseries',
    width: 12,
    unit: 'short',
    bars: true,
    queries: [
      {
        query: `SELECT "value", "low", "high" FROM ${of('points')} WHERE ${SITE} AND ${PLACE} AND "metric" = 'unique-visitors' AND "bucket" = 'day' AND $timeFilter`,
        alias: '$col',
      },
    ],
  },
  {
    title: 'Dwell by day',
    description:
      'Median, mean and p90 of the visits that started on the day; nothing of a zone where fewer than k carriers were.',
    type: 'timeseries',
    width: 12,
    unit: 's',
    queries: [
      {
        query: `SELECT "value" AS "median", "mean", "p90" FROM ${of('points')} WHERE ${SITE} AND ${PLACE} AND "metric" = 'dwell' AND "bucket" = 'day' AND "suppressed" = false AND $timeFilter`,
        alias: '$col',
      },
    ],
  },
  {
    title: 'Capture rate',
    description: `Zone visits of all who came by; choose a zone. ${QUARTERS}`,
    type: 'timeseries',
    width: 12,
    unit: 'percentunit',
    interval: '1h',
    queries: [
      {
        query: `SELECT sum("counted") / (sum("counted") + sum("below")) AS "capture" FROM ${of('visit_quarters')} WHERE ${SITE} AND ${PLACE} AND "zone_id" != '' AND $timeFilter GROUP BY time($__interval) fill(none) ${LOCAL}`,
        alias: 'capture rate',
      },
    ],
  },
  {
    title: 'Heat by floor and hour',
    description:
      'Hours that carriers spent on each floor, by the hour; a quarter hour stands where it was done, a quarter later.',
    type: 'heatmap',
    width: 12,
    unit: 'h',
    interval: '1h',
    queries: [
      {
        query: `SELECT sum("dwell_ms") / 3600000 AS "hours" FROM ${of('heat', 'rows')} WHERE ${SITE} AND $timeFilter GROUP BY time($__interval, 15m), "floor_id" fill(none)`,
        alias: '$tag_floor_id',
      },
    ],
  },
  {
    title: 'Coverage by floor',
    description: 'Shaded across all charts: nobody reported. No bar there is no zero.',
    type: 'timeseries',
    width: 12,
    unit: 'percentunit',
    interval: '15m',
    queries: [
      {
        query: `SELECT sum("reported") / sum("expected") AS "coverage" FROM ${of('coverage_quarters')} WHERE ${SITE} AND $timeFilter GROUP BY time($__interval), "floor_id" fill(none) ${LOCAL}`,
        alias: '$tag_floor_id',
      },
    ],
  },
  {
    title: 'Gaps',
    description: 'When nobody of a floor reported (of the whole site where no floor stands).',
    type: 'table',
    width: 12,
    unit: 'ms',
    queries: [
      {
        query: `SELECT "to_ms" AS "until", "floor_id" FROM ${of('dark_windows')} WHERE ${SITE} AND $timeFilter`,
        table: true,
      },
    ],
  },
  {
    title: 'Advertisements heard a second',
    type: 'timeseries',
    width: 8,
    unit: 'short',
    interval: '1m',
    queries: [
      {
        query: `SELECT mean("adverts_per_second") AS "adverts" FROM ${of('gateway_status', 'rows')} WHERE ${SITE} AND $timeFilter GROUP BY time($__interval), "gateway_id" fill(none)`,
        alias: '$tag_gateway_id',
      },
    ],
  },
  {
    title: 'Batches in the outbox, and lost',
    type: 'timeseries',
    width: 8,
    unit: 'short',
    interval: '1m',
    queries: [
      {
        query: `SELECT max("outbox_batches") AS "waiting", max("dropped_batches") AS "lost" FROM ${of('gateway_status', 'rows')} WHERE ${SITE} AND $timeFilter GROUP BY time($__interval), "gateway_id" fill(none)`,
        alias: '$tag_gateway_id $col',
      },
    ],
  },
  {
    title: 'Clocks of gateways',
    type: 'timeseries',
    width: 8,
    unit: 'ms',
    interval: '1m',
    queries: [
      {
        query: `SELECT mean("clock_offset_ms") AS "offset" FROM ${of('gateway_status', 'rows')} WHERE ${SITE} AND $timeFilter GROUP BY time($__interval), "gateway_id" fill(none)`,
        alias: '$tag_gateway_id',
      },
    ],
  },
  {
    title: 'Occupancy by day',
    description: 'By the continuous query occupancy_days, for years: days of UTC.',
    type: 'timeseries',
    width: 12,
    unit: 'short',
    queries: [
      {
        query: `SELECT "mean", "peak" FROM "aggregates"."occupancy_days" WHERE ${SITE} AND ${PLACE} AND $timeFilter`,
        alias: '$col',
      },
    ],
  },
  {
    title: 'Gateways by quarter hour',
    description: 'By the continuous query gateway_status_quarters, for years.',
    type: 'timeseries',
    width: 12,
    unit: 'short',
    queries: [
      {
        query: `SELECT "adverts_per_second" FROM "aggregates"."gateway_status_quarters" WHERE ${SITE} AND $timeFilter GROUP BY "gateway_id"`,
        alias: '$tag_gateway_id',
      },
    ],
  },
];

export const GAPS_QUERY = `SELECT "to_ms", "floor_id" FROM ${of('dark_windows')} WHERE ${SITE} AND ${WHOLE_FLOORS} AND $timeFilter`;
export const SITES_QUERY = 'SHOW TAG VALUES FROM "occupancy" WITH KEY = "site_id"';
export const ZONES_QUERY = `SHOW TAG VALUES FROM "occupancy" WITH KEY = "zone_id" WHERE ${SITE}`;
/** Chosen as all: matches what has no zone. */
export const WHOLE_SITE = '()';

const DATASOURCE = { type: 'influxdb', uid: `\${DS_PROMENADE}` } as const;
const COLUMNS = 24;

function panelOf(spec: PanelSpec, id: number, at: { x: number; y: number }) {
  const { title, description, type, width, unit, interval, queries, bars } = spec;
  const custom =
    type === 'timeseries'
      ? { custom: { drawStyle: bars ? 'bars' : 'line', fillOpacity: bars ? 60 : 10, spanNulls: false, lineWidth: 1 } }
      : {};
  return {
    id,
    title,
    ...(description === undefined ? {} : { description }),
    type,
    datasource: DATASOURCE,
    gridPos: { h: type === 'stat' ? 4 : 8, w: width, x: at.x, y: at.y },
    ...(interval === undefined ? {} : { interval }),
    fieldConfig: { defaults: { ...(unit === undefined ? {} : { unit }), min: 0, ...custom }, overrides: [] },
    options:
      type === 'stat'
        ? { reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false } }
        : type === 'heatmap'
          ? { calculate: false, yAxis: { unit: 'short' }, color: { scheme: 'Oranges', mode: 'scheme' } }
          : { legend: { displayMode: 'list', placement: 'bottom' }, tooltip: { mode: 'multi' } },
    targets: queries.map(({ query, alias, table }, i) => ({
      refId: String.fromCharCode(65 + i),
      datasource: DATASOURCE,
      rawQuery: true,
      query,
      resultFormat: table ? 'table' : 'time_series',
      ...(alias === undefined ? {} : { alias }),
    })),
  };
}

function placed() {
  let [x, y, height] = [0, 0, 0];
  return PANELS.map((spec, i) => {
    if (x + spec.width > COLUMNS) {
      x = 0;
      y += height;
      height = 0;
    }
    const panel = panelOf(spec, i + 1, { x, y });
    x += spec.width;
    height = Math.max(height, panel.gridPos.h);
    return panel;
  });
}

const variable = (name: string, label: string, query: string, more: object = {}) => ({
  name,
  label,
  type: 'query',
  datasource: DATASOURCE,
  query,
  definition: query,
  refresh: 1,
  sort: 1,
  multi: false,
  includeAll: false,
  hide: 0,
  ...more,
});

/** As Grafana imports it: it asks for the data source. */
export const grafanaDashboard = (timezone = 'UTC') => ({
  __inputs: [
    {
      name: 'DS_PROMENADE',
      label: 'Promenade',
      description: 'InfluxDB 1.x (InfluxQL), with the database that influx.database of the server names',
      type: 'datasource',
      pluginId: 'influxdb',
      pluginName: 'InfluxDB',
    },
  ],
  __requires: [
    { type: 'grafana', id: 'grafana', name: 'Grafana', version: '9.0.0' },
    { type: 'datasource', id: 'influxdb', name: 'InfluxDB', version: '1.0.0' },
    ...['timeseries', 'stat', 'heatmap', 'table'].map((id) => ({ type: 'panel', id, name: id, version: '' })),
  ],
  id: null,
  uid: 'promenade',
  title: 'Promenade',
  tags: ['promenade'],
  editable: true,
  schemaVersion: 36,
  version: 1,
  timezone: 'browser',
  refresh: '1m',
  time: { from: 'now-7d', to: 'now' },
  annotations: {
    list: [
      {
        name: 'Nobody reported',
        datasource: DATASOURCE,
        enable: true,
        iconColor: 'rgba(128, 128, 128, 0.6)',
        type: 'dashboard',
        query: GAPS_QUERY,
        timeEndColumn: 'to_ms',
        titleColumn: '',
        tagsColumn: '',
        textColumn: 'floor_id',
      },
    ],
  },
  templating: {
    list: [
      variable('site', 'Site', SITES_QUERY),
      variable('zone', 'Zone', ZONES_QUERY, {
        includeAll: true,
        allValue: WHOLE_SITE,
        current: { selected: true, text: 'All', value: '$__all' },
      }),
      {
        name: 'timezone',
        label: 'Time zone of the site',
        type: 'textbox',
        query: timezone,
        current: { text: timezone, value: timezone },
        hide: 0,
      },
    ],
  },
  panels: placed(),
});
