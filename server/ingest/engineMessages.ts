/** What the two sides of the engine's thread tell each other. Pure. */
import type { SiteModel } from '../contract/model.ts';
import type { EngineRows, OpenRows } from '../engine/types.ts';
import type { EngineStart } from './engineHost.ts';
import type { PackedBatches } from './packedBatches.ts';

export type EngineCall =
  | { call: 'start'; from: EngineStart }
  | { call: 'setModel'; model: SiteModel; effectiveFromMs: number }
  | { call: 'advance'; batches: PackedBatches; toMs: number }
  | { call: 'feed'; batches: PackedBatches }
  | { call: 'liveStep'; batches: PackedBatches; toMs: number }
  | { call: 'openRows'; withHeat: boolean }
  /** The next piece of the rows that the call before began. */
  | { call: 'nextRows' }
  | { call: 'saveSnapshot'; path: string }
  | { call: 'view' }
  | { call: 'crowd' }
  | { call: 'present' };

/** Which engine it is to be. */
export type EngineKind = 'analytics' | 'live';

export type EngineRequest = EngineCall & { id: number };
export type EngineReply = { id: number; value: unknown } | { id: number; error: string; stack: string | undefined };

export interface Piece<Rows> {
  rows: Rows;
  more: boolean;
}

/** Some milliseconds to read: a quarter hour's heat of a crowd would hold up everybody for a second. */
const ROWS_PER_PIECE = 4_000;

type Tables = Record<string, unknown[]>;

/** At least one, which may be empty. */
export function* piecesOf<Rows extends EngineRows | OpenRows>(
  rows: Rows,
  rowsPerPiece = ROWS_PER_PIECE,
): Generator<Piece<Rows>> {
  const tables = Object.entries(rows as unknown as Tables);
  const empty = (): Tables => Object.fromEntries(tables.map(([name]) => [name, []]));
  let piece = empty();
  let room = rowsPerPiece;
  let left = tables.reduce((sum, [, all]) => sum + all.length, 0);
  for (const [name, all] of tables)
    for (let from = 0; from < all.length; ) {
      const taken = all.slice(from, from + room);
      piece[name] = taken;
      from += taken.length;
      room -= taken.length;
      left -= taken.length;
      if (room > 0 || left === 0) continue;
      yield { rows: piece as unknown as Rows, more: true };
      piece = empty();
      room = rowsPerPiece;
    }
  yield { rows: piece as unknown as Rows, more: false };
}

export function addPiece<Rows extends EngineRows | OpenRows>(to: Rows, piece: Rows): void {
  const all = to as unknown as Tables;
  for (const [name, rows] of Object.entries(piece as unknown as Tables)) for (const row of rows) all[name]!.push(row);
}
