/** Everything about a backup that can be wrong is looked for before anything of it is written. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Site } from '../../contract/model.ts';
import { isSame } from '../moving/digest.ts';
import { SERIES_TABLES, type SeriesTable } from '../tables.ts';
import { fileColumnsOf } from './backup.ts';
import { type ParquetFiles, sha256Of } from './files.ts';
import { ExportError, type ExportedFile, type FileColumn, type Manifest } from './manifest.ts';

const BY_NAME = new Map(SERIES_TABLES.map((table) => [table.name, table]));

export const tableNamed = (name: string): SeriesTable => BY_NAME.get(name)!;

function columnFaults(table: SeriesTable, found: readonly FileColumn[]): string[] {
  const expected = fileColumnsOf(table);
  const text = ({ type, nullable }: FileColumn) => `${type}${nullable ? ', may be empty' : ''}`;
  return [
    ...expected.flatMap((column) => {
      const is = found.find(({ name }) => name === column.name);
      if (!is) return [`column ${column.name} is missing; it must be ${text(column)}`];
      return text(is) === text(column) ? [] : [`column ${column.name} is ${text(is)}; it must be ${text(column)}`];
    }),
    ...found.flatMap(({ name }) =>
      expected.some((column) => column.name === name) ? [] : [`column ${name} is not one of this table`],
    ),
  ];
}

/** @throws ExportError with all faults of the manifest */
export function checkManifest(made: Manifest, site: Site): void {
  const faults: string[] = [];
  if (made.form !== 'backup')
    faults.push(
      'form is analysis: it has no carriers, so no rows can be made of it; only a backup (--with-carriers) can be imported',
    );
  if (made.site.id !== site.id) faults.push(`site.id is ${made.site.id}, and ${site.id} is to be imported`);
  if (made.site.timezone !== site.timezone)
    faults.push(
      `site.timezone is ${made.site.timezone}, and this server has ${site.timezone} for the site: local days would be others; set it to ${made.site.timezone} first`,
    );
  for (const { name, columns } of made.form === 'backup' ? made.tables : []) {
    const table = BY_NAME.get(name);
    if (!table) faults.push(`tables: ${name} is not a table of this version`);
    else faults.push(...columnFaults(table, columns).map((fault) => `tables: ${name}: ${fault}`));
  }
  const known = new Set(made.tables.map(({ name }) => name));
  for (const { path, table } of made.files)
    if (!known.has(table)) faults.push(`files: ${path} is of ${table}, which is not among the tables`);
  if (faults.length > 0) throw new ExportError(`manifest.json:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`);
}

/** @throws ExportError */
export async function checkFile(
  parquet: ParquetFiles,
  folder: string,
  file: ExportedFile,
  siteId: string,
): Promise<void> {
  const { path, table: name, rows, bytes, sha256, fromMs, toMs } = file;
  const table = tableNamed(name);
  const whole = join(folder, path);
  let size: number;
  try {
    size = statSync(whole).size;
  } catch {
    throw new ExportError(`${path} is missing: copy it from where it was exported`);
  }
  const columns = fileColumnsOf(table);
  await parquet.check(whole, path, columns);
  const again = 'copy it again from where it was exported';
  if (size !== bytes) throw new ExportError(`${path} has ${size} bytes where ${bytes} were exported: ${again}`);
  if ((await sha256Of(whole)) !== sha256) throw new ExportError(`${path} is not what was exported: ${again}`);
  const digest = await parquet.digest(whole, columns);
  if (!isSame(digest, { rows, sum: file.sum }))
    throw new ExportError(
      `${path} has ${digest.rows} rows (sum ${digest.sum}) where the manifest has ${rows} (sum ${file.sum}): ${again}, with its manifest`,
    );
  const sites = await parquet.range(whole, 'site_id');
  if (sites.least !== siteId || sites.most !== siteId)
    throw new ExportError(
      `${path}: column site_id is ${sites.least === siteId ? sites.most : sites.least}; it must be ${siteId} in every row`,
    );
  if (!table.time || fromMs === null || toMs === null) return;
  const unitMs = table.time.unit === 'days' ? 86_400_000 : 1;
  const { least, most } = await parquet.range(whole, table.time.column);
  if (Number(least) * unitMs < fromMs || Number(most) * unitMs >= toMs)
    throw new ExportError(
      `${path}: column ${table.time.column} goes from ${least} to ${most}; it must lie from ${fromMs / unitMs} to before ${toMs / unitMs}`,
    );
}
