/**
 * What an analysis tells, and what it does not.
 *
 * Figures (footfall, occupancy, dwell, unique-visitors, capture-rate, heatmap) are asked of the same questions as the API's,
 * with what these withhold withheld: who may export them may read them there. `coverage` is about gateways. These go out by
 * REST too.
 *
 * Presences (visits, stays) are rows, each of one carrier, and go out by the operator's program alone: without the carrier,
 * without anything that joins two rows, staff and carts left out, the start to its quarter hour, the length to a class, and
 * only where at least k different carriers of the same kind began in the same place and quarter. What is left out is counted.
 *
 * Never told but in a backup: heat (a carrier's cells of a day are a path), open rows and coverage minutes (now, to the
 * second), and what is half computed: sums of squares, seals, what the engine keeps of itself.
 */
import type { Metric } from '../../contract/metrics.ts';
import type { FileColumn } from './manifest.ts';

export const FIGURES = [
  'footfall',
  'occupancy',
  'dwell',
  'unique-visitors',
  'capture-rate',
] as const satisfies Metric[];
export const AGGREGATES = [...FIGURES, 'heatmap', 'coverage'] as const;
export const PRESENCES = ['visits', 'stays'] as const;
export type Aggregate = (typeof AGGREGATES)[number];
export type Presence = (typeof PRESENCES)[number];
export type AnalysisTable = Aggregate | Presence;
export const ANALYSIS_TABLES: readonly AnalysisTable[] = [...AGGREGATES, ...PRESENCES];

const column = (name: string, type: FileColumn['type'], nullable = false): FileColumn => ({ name, type, nullable });

const FURTHER: Record<(typeof FIGURES)[number], FileColumn[]> = {
  footfall: [],
  occupancy: [column('peak', 'double', true)],
  dwell: [column('mean', 'double', true), column('p90', 'double', true)],
  'unique-visitors': [],
  'capture-rate': [column('turn_in_ratio', 'double', true)],
};

const presence = (place: FileColumn[]): FileColumn[] => [
  ...place,
  column('kind', 'string'),
  column('start', 'timestamp'),
  column('length_from_seconds', 'int32'),
  column('length_to_seconds', 'int32', true),
];

export function columnsOf(table: AnalysisTable): FileColumn[] {
  switch (table) {
    case 'heatmap':
      return [
        column('floor_id', 'string'),
        column('day', 'date'),
        column('cell_x_m', 'double'),
        column('cell_y_m', 'double'),
        column('seconds_per_m2', 'double', true),
        column('carriers', 'double', true),
      ];
    case 'coverage':
      return [
        column('floor_id', 'string'),
        column('start', 'timestamp'),
        column('expected', 'int32'),
        column('reported', 'int32'),
      ];
    case 'visits':
      return presence([]);
    case 'stays':
      return presence([column('floor_id', 'string'), column('zone_id', 'string')]);
    default:
      return [
        column('zone_id', 'string'),
        column('start', 'timestamp'),
        column('value', 'double', true),
        column('low', 'double', true),
        column('high', 'double', true),
        column('coverage', 'double'),
        column('state', 'string'),
        column('suppressed', 'boolean'),
        ...FURTHER[table],
      ];
  }
}

export const NOTES: Record<AnalysisTable, string> = {
  footfall: 'visits that started in each interval; zone_id empty: the whole site; value null: nothing was measured',
  occupancy: 'carriers present, mean of each interval, and peak; zone_id empty: the whole site',
  dwell: 'seconds: median (value), mean, p90; suppressed: fewer than k carriers stand behind it',
  'unique-visitors': 'distinct carriers present in each interval; not to be added up over intervals or zones',
  'capture-rate': 'share of those who came by a zone that stayed; turn_in_ratio: zone visits by passers-by',
  heatmap:
    'lower left corner of each cell in metres; cells with fewer than k carriers, and what would tell them, are left out',
  coverage: 'gateway-minutes expected and reported by quarter hour, as far as it is settled; floors add up to the site',
  visits: 'a row a visit; start to its quarter hour, length to a class; no carrier, and nothing that joins two rows',
  stays:
    'a row a stay in a zone; start to its quarter hour, length to a class; no carrier, and nothing that joins two rows',
};
