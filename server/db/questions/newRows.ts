/**
 * Presences that are too new to be sealed, as rows, with those just before them that have a say: so few that the metrics' own
 * definitions count them faster than a statement could be planned. Of one committed state all questions share them.
 */
import type { Zone } from '../../contract/model.ts';
import type { DoorHearing } from '../../engine/types.ts';
import { LONGEST_DARK_MS } from '../../metrics/dark.ts';
import type { DoubtfulRow } from '../../metrics/doubt.ts';
import { dayStartMs, HOUR_MS, localDay } from '../../metrics/localTime.ts';
import { hoursSignature, sealKey } from '../figures/seals.ts';
import { inRange, sqlNumber } from '../sqlText.ts';
import type { SiteContext } from './context.ts';
import { repeatedWithinMs } from './doubts.ts';

/** Since midnight or the seal; where that is longer ago, statements go through the rows. */
const MOST_MS = 36 * HOUR_MS;
/** Statements are faster from here on. */
const MOST_ROWS = 20_000;

export type NewRow = DoubtfulRow & DoorHearing;
export interface NewRows {
  /** All closed presences that start from here on are there. */
  fromMs: number;
  closed: NewRow[];
  open: NewRow[];
}

interface Row {
  carrier: string;
  start: number;
  end: number;
  lag: number | null;
  gateways: number | null;
  isOpen: boolean;
  firstGap?: number | null;
  firstLag?: number | null;
  firstGateways?: number | null;
  lastGap?: number | null;
  lastLag?: number | null;
  lastGateways?: number | null;
}

/** As they are read: rows of `stays` for a zone, else of `visits`. */
function columnsOf(zone: Zone | undefined): string {
  const doors = ['first', 'last'].flatMap((end) =>
    ['gap', 'lag', 'gateways'].map((what) => {
      const name = what === 'gateways' ? `${end}Gateways` : `${end}${what === 'gap' ? 'Gap' : 'Lag'}`;
      return `${end}_${what}${what === 'gateways' ? '' : '_ms'} as "${name}"`;
    }),
  );
  return [
    'carrier_id as carrier',
    'start_ms::double as start',
    'end_ms::double as "end"',
    'lag_ms as lag',
    'gateways',
    ...(zone ? [] : doors),
  ].join(', ');
}

const whereOf = (zone: Zone | undefined): string =>
  `site_id = $1 and ${zone ? 'zone_id = $2' : "$2 = ''"} and kind not in ('staff', 'cart')`;

const shaped = new WeakMap<readonly Row[], NewRows>();

function shapedRows(rows: readonly Row[], fromMs: number, zone: Zone | undefined): NewRows {
  const known = shaped.get(rows);
  if (known) return known;
  const shape = (isOpen: boolean): NewRow[] =>
    rows
      .filter((row) => row.isOpen === isOpen)
      .map(
        (row): NewRow => ({
          carrierId: row.carrier,
          // Staff and carts are left out already.
          kind: 'unknown',
          startMs: row.start,
          endMs: row.end,
          lagMs: row.lag ?? 0,
          gateways: row.gateways ?? 0,
          ...(zone
            ? {}
            : {
                firstGapMs: row.firstGap ?? 0,
                firstLagMs: row.firstLag ?? 0,
                firstGateways: row.firstGateways ?? 0,
                lastGapMs: row.lastGap ?? 0,
                lastLagMs: row.lastLag ?? 0,
                lastGateways: row.lastGateways ?? 0,
              }),
        }),
      )
      .sort((a, b) => a.startMs - b.startMs || a.endMs - b.endMs);
  const found = { fromMs, closed: shape(false), open: shape(true) };
  shaped.set(rows, found);
  return found;
}

/** Stays in a zone that start in the period. */
export async function staysBetween(context: SiteContext, zone: Zone, fromMs: number, toMs: number): Promise<NewRows> {
  const [columns, where] = [columnsOf(zone), `${whereOf(zone)} and ${inRange('start_ms', [fromMs, toMs])}`];
  const rows = await context.sql.all<Row>(
    `select ${columns}, false as "isOpen" from stays where ${where}
     union all select ${columns}, true from open_stays where ${where}`,
    [context.siteId, zone.id],
  );
  return shapedRows(rows, fromMs, zone);
}

/** Of a zone, or of the site; undefined where they are too many. */
export async function newRows(context: SiteContext, zone: Zone | undefined): Promise<NewRows | undefined> {
  const { progress, seals, timezone } = context;
  const seal = seals.get(sealKey('hours', zone?.id ?? ''));
  if (!progress || !seal || seal.signature !== hoursSignature(context, zone)) return undefined;
  const { watermarkMs } = progress;
  const fromMs = Math.min(seal.sealedMs, dayStartMs(timezone, localDay(timezone, watermarkMs)));
  if (watermarkMs - fromMs > MOST_MS || fromMs < context.rowsFromMs) return undefined;
  const sinceMs = fromMs - Math.max(repeatedWithinMs(context.definitions), LONGEST_DARK_MS);
  const source = zone ? 'stays' : 'visits';
  const [columns, where] = [columnsOf(zone), whereOf(zone)];
  const rows = await context.sql.all<Row>(
    `select ${columns}, false as "isOpen" from ${source} where ${where} and end_ms >= ${sqlNumber(sinceMs)}
     union all select ${columns}, true from open_${source} where ${where}`,
    [context.siteId, zone?.id ?? ''],
  );
  if (rows.length > MOST_ROWS) return undefined;
  return shapedRows(rows, fromMs, zone);
}

/** All that a question needs from `restMs` on; undefined where some of it is not among the new rows. */
export async function restOf(
  context: SiteContext,
  zone: Zone | undefined,
  restMs: number,
  openMs: readonly number[],
): Promise<NewRows | undefined> {
  const rows = await newRows(context, zone);
  // What an open visit that began before them may be the rest of is not there.
  return rows && restMs >= rows.fromMs && openMs.every((startMs) => startMs >= rows.fromMs) ? rows : undefined;
}
