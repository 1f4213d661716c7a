/**
 * A site's time series from one engine to the other, piece by piece. Each piece replaces what the target has of it, is read
 * back from what the target really holds, and is then noted; so a move that was broken off anywhere goes on with nothing lost
 * and nothing doubled. The source is only read.
 */
import type { Columns, SqlRow } from '../duckdb.ts';
import { SERIES_TABLES, type SeriesTable, seriesTable, type TableName } from '../tables.ts';
import { type Digest, digestOf, isSame, totalOf } from './digest.ts';
import type { Piece, Progress, ProgressFile } from './progress.ts';
import { ENGINE_NAMES, type Side } from './sides.ts';
import { orderOf, type Stretch, stretchesOf, stretchSql } from './stretch.ts';

/** What keeps a move from being done; the source is as it was. */
export class MoveError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'MoveError';
  }
}

export interface Moved {
  siteId: string;
  table: string;
  rows: number;
  rowsTotal: number;
  pieces: number;
  piecesTotal: number;
}

export interface MoveParts {
  source: Side;
  target: Side;
  progress: ProgressFile;
  nowMs: () => number;
  onProgress?: (moved: Moved) => void;
  /** Removes first what the target has of the site. */
  replace?: boolean;
}

export interface MoveResult {
  /** nothing: the source has no rows of the site. already: it was moved before, and has not gone on since. */
  outcome: 'moved' | 'nothing' | 'already';
  rows: number;
  tables: { table: string; digest: Digest }[];
  /** It went on from an earlier beginning. */
  resumed: boolean;
}

/** site_state comes last: a server that finds none knows that this is no site that it could go on with. */
const IN_ORDER: readonly SeriesTable[] = [
  ...SERIES_TABLES.filter(({ kind }) => kind !== 'state'),
  ...SERIES_TABLES.filter(({ kind, name }) => kind === 'state' && name !== 'site_state'),
  seriesTable('site_state'),
];

/** Read back together: looking anew at a database costs something. */
const READ_BACK_ROWS = 400_000;
const READ_BACK_PIECES = 100;

const named = (table: SeriesTable, stretch: Stretch): string => {
  if (stretch === null) return table.name;
  const order = orderOf(table)!;
  if (table.kind === 'log') return `${table.name}, ids ${stretch.from} to ${stretch.to - 1}`;
  const iso = (value: number) => new Date((value / order.perDay) * 86_400_000).toISOString();
  return `${table.name}, ${order.column} from ${iso(stretch.from)} to ${iso(stretch.to)}`;
};

const stateOf = async (side: Side, siteId: string): Promise<string> => {
  const rows = await side.series.sql.all('select * from site_state where site_id = $1', [siteId]);
  return JSON.stringify(rows);
};

async function countIn(side: Side, table: SeriesTable, siteId: string): Promise<number> {
  return (await side.days(table, siteId)).reduce((sum, { rows }) => sum + rows, 0);
}

export async function rowsIn(side: Side, siteId: string): Promise<number> {
  let rows = 0;
  for (const table of SERIES_TABLES) rows += await countIn(side, table, siteId);
  return rows;
}

/** All of a site's rows; what else the database holds stays. */
export const clearSite = (side: Side, siteId: string): Promise<void> =>
  side.series.change(async (sql) => {
    for (const { name } of SERIES_TABLES) await sql.remove(name as TableName, { site_id: siteId });
  });

export function columnsFrom(table: SeriesTable, rows: readonly SqlRow[]): Columns {
  const columns: Columns = {};
  for (const { name, type } of table.columns) columns[name] = { type, values: rows.map((row) => row[name]!) };
  return columns;
}

async function copyPiece(
  { source, target }: MoveParts,
  siteId: string,
  table: SeriesTable,
  stretch: Stretch,
  mayBeThere: boolean,
): Promise<Digest> {
  const names = table.columns.map(({ name }) => name).join(', ');
  const { digest, rows } = await source.series.snapshot(async (sql) => ({
    digest: await digestOf(sql, table, siteId, stretch),
    rows: await sql.all<SqlRow>(`select ${names} from ${table.name} where ${stretchSql(table, stretch)}`, [siteId]),
  }));
  const name = table.name as TableName;
  await target.series.change(async (sql) => {
    if (stretch === null) await sql.remove(name, { site_id: siteId });
    else if (mayBeThere)
      await sql.remove(name, { site_id: siteId, [orderOf(table)!.column]: { from: stretch.from, below: stretch.to } });
    await sql.append(name, columnsFrom(table, rows));
  });
  return digest;
}

/** @throws MoveError where the target does not hold what the source does */
async function readBack(
  { target, source, progress }: MoveParts,
  state: Progress,
  copied: readonly { table: SeriesTable; piece: Piece; digest: Digest }[],
): Promise<void> {
  if (copied.length === 0) return;
  await target.lookAnew();
  for (const { table, piece, digest } of copied) {
    const found = await target.series.snapshot((sql) => digestOf(sql, table, state.siteId, piece.stretch));
    if (!isSame(found, digest))
      throw new MoveError(
        `site ${state.siteId}: ${named(table, piece.stretch)}: ${ENGINE_NAMES[source.engine]} has ${digest.rows} rows (sum ${digest.sum}), ${ENGINE_NAMES[target.engine]} gives back ${found.rows} (sum ${found.sum}). The source is untouched; start again to move this piece anew, and if that ends the same way keep the engine as it is`,
      );
    piece.digest = digest;
  }
  await progress.write(state);
}

async function begin(parts: MoveParts, siteId: string): Promise<{ state: Progress; resumed: boolean }> {
  const { source, target, progress, replace } = parts;
  const sourceState = await stateOf(source, siteId);
  const known = await progress.read();
  const targetState = await stateOf(target, siteId);
  const isUnfinished = known !== undefined && known.finishedMs === null;
  // Else somebody started a server on what was there by then: that is no beginning to go on with, nor one to remove unasked.
  const isOwnBeginning = isUnfinished && (targetState === '[]' || targetState === known.sourceState);
  if (isUnfinished && known.from === source.engine && known.sourceState === sourceState) {
    const hasEnd = known.tables.at(-1)!.pieces.some(({ digest }) => digest);
    if (hasEnd || isOwnBeginning) return { state: known, resumed: true };
  }
  const there = await rowsIn(target, siteId);
  if (there > 0 && !replace && !isOwnBeginning)
    throw new MoveError(
      `site ${siteId}: ${ENGINE_NAMES[target.engine]} already has ${there} rows of it. If these may go, start with --replace`,
    );
  const tables = [];
  for (const table of IN_ORDER) {
    const pieces = stretchesOf(table, await source.days(table, siteId)).map((stretch): Piece => ({ stretch }));
    tables.push({ table: table.name, pieces });
  }
  const state: Progress = {
    siteId,
    from: source.engine,
    to: target.engine,
    sourceState,
    tables,
    finishedMs: null,
    removedMs: null,
  };
  // First: who starts again after a crash must find that what is there is only a beginning.
  await progress.write(state);
  if (there > 0) await clearSite(target, siteId);
  return { state, resumed: false };
}

export async function moveSite(parts: MoveParts, siteId: string): Promise<MoveResult> {
  const { source, target, progress, nowMs, onProgress } = parts;
  const counts = new Map<string, number>();
  for (const table of IN_ORDER) counts.set(table.name, await countIn(source, table, siteId));
  const rowsTotal = [...counts.values()].reduce((a, b) => a + b, 0);
  if (rowsTotal === 0) return { outcome: 'nothing', rows: 0, tables: [], resumed: false };
  const earlier = await progress.read();
  if (earlier?.finishedMs != null && !parts.replace && earlier.sourceState === (await stateOf(source, siteId)))
    return { outcome: 'already', rows: rowsTotal, tables: [], resumed: false };
  const { state, resumed } = await begin(parts, siteId);
  const all = state.tables.flatMap(({ pieces }) => pieces);
  let rows = all.reduce((sum, { digest }) => sum + (digest?.rows ?? 0), 0);
  let done = all.filter(({ digest }) => digest).length;

  let copied: { table: SeriesTable; piece: Piece; digest: Digest }[] = [];
  let copiedRows = 0;
  const settle = async (): Promise<void> => {
    await readBack(parts, state, copied);
    copied = [];
    copiedRows = 0;
  };
  for (const { table: name, pieces } of state.tables) {
    const table = seriesTable(name as TableName);
    // All else must be there and right before the state says that the site is whole.
    if (name === 'site_state') await settle();
    for (const piece of pieces) {
      if (piece.digest) continue;
      const digest = await copyPiece(parts, siteId, table, piece.stretch, resumed);
      copied.push({ table, piece, digest });
      copiedRows += digest.rows;
      rows += digest.rows;
      done += 1;
      onProgress?.({ siteId, table: name, rows, rowsTotal, pieces: done, piecesTotal: all.length });
      if (copiedRows >= READ_BACK_ROWS || copied.length >= READ_BACK_PIECES) await settle();
    }
  }
  await settle();

  const tables: MoveResult['tables'] = [];
  for (const { table: name, pieces } of state.tables) {
    const table = seriesTable(name as TableName);
    const total = totalOf(pieces.map(({ digest }) => digest!));
    const held = await countIn(target, table, siteId);
    if (held !== total.rows)
      throw new MoveError(
        `site ${siteId}: ${ENGINE_NAMES[target.engine]} holds ${held} rows of ${name}, and ${total.rows} were moved: something else wrote to it meanwhile. The source is untouched; start again with --replace`,
      );
    tables.push({ table: name, digest: total });
  }
  if ((await stateOf(source, siteId)) !== state.sourceState)
    throw new MoveError(`site ${siteId}: ${ENGINE_NAMES[source.engine]} has changed during the move: start again`);
  state.finishedMs = nowMs();
  await progress.write(state);
  return { outcome: 'moved', rows: totalOf(tables.map(({ digest }) => digest)).rows, tables, resumed };
}

/** What a finished move leaves in the source. @throws MoveError where it is not certain that the target has it all */
export async function removeSource(
  { source, target, progress, nowMs }: Pick<MoveParts, 'source' | 'target' | 'progress' | 'nowMs'>,
  siteId: string,
): Promise<number> {
  const state = await progress.read();
  if (!state || state.finishedMs === null)
    throw new MoveError(`site ${siteId}: its move has not been finished, so nothing of the source is removed`);
  const rows = await rowsIn(source, siteId);
  if (rows === 0) return 0;
  if ((await stateOf(source, siteId)) !== state.sourceState)
    throw new MoveError(
      `site ${siteId}: ${ENGINE_NAMES[source.engine]} has gone on since the move, so nothing of it is removed: move again with --replace, or remove it after looking`,
    );
  for (const { table, pieces } of state.tables) {
    const moved = totalOf(pieces.map(({ digest }) => digest!)).rows;
    const held = await countIn(target, seriesTable(table as TableName), siteId);
    const isGrowing = seriesTable(table as TableName).kind !== 'rows';
    // A server that has gone on with the target adds rows; it has not fewer of them unless they have expired.
    if (held < moved && !isGrowing)
      throw new MoveError(
        `site ${siteId}: ${ENGINE_NAMES[target.engine]} holds ${held} rows of ${table} where ${moved} were moved, so nothing of the source is removed`,
      );
  }
  await clearSite(source, siteId);
  state.removedMs = nowMs();
  await progress.write(state);
  return rows;
}
