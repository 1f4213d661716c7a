/** What an export tells of itself: one file beside the Parquet files, written last, without which they are not taken for whole. */
import { mkdirSync, readFileSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { id } from '../../contract/model.ts';

export const MANIFEST = 'manifest.json';
export const EXPORT_VERSION = 1;

/** Of a column in a file; date and timestamp are UTC where they are instants, dates are local days of the site. */
export const COLUMN_TYPES = ['string', 'int32', 'int64', 'double', 'boolean', 'timestamp', 'date'] as const;
const column = z.strictObject({
  name: z.string(),
  type: z.enum(COLUMN_TYPES),
  nullable: z.boolean(),
});
export type FileColumn = z.output<typeof column>;

const file = z.strictObject({
  /** Below the folder of the manifest. */
  path: z.string().regex(/^[a-z0-9_-]+\/[a-z0-9_-]+\.parquet$/, 'must be table/name.parquet'),
  table: z.string(),
  /** Milliseconds since 1970 UTC (of a table by local days: that many times 86,400,000), `to` exclusive; null: the whole table. */
  fromMs: z.number().nullable(),
  toMs: z.number().nullable(),
  rows: z.int().min(0),
  bytes: z.int().min(0),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** Of the rows, whatever their order: the first eight bytes of the MD5 of each row's text, little-endian, added up. */
  sum: z.string().regex(/^\d+$/),
});
export type ExportedFile = z.output<typeof file>;

export const manifest = z.strictObject({
  promenadeExport: z.literal(EXPORT_VERSION),
  /** analysis: no carriers, small cells left out; cannot be imported. backup: the tables as they are, with carriers. */
  form: z.enum(['analysis', 'backup']),
  site: z.strictObject({ id, timezone: z.string() }),
  createdAt: z.string(),
  /** As asked; null: without an end. */
  from: z.string().nullable(),
  to: z.string().nullable(),
  /** All tables without an end on either side. */
  whole: z.boolean(),
  /** Of analyses: under which definitions, and how many carriers must stand behind what is told of a place. */
  definitionsVersion: z.int().nullable(),
  kAnonymity: z.int().nullable(),
  tables: z.array(
    z.strictObject({
      name: z.string(),
      columns: z.array(column),
      rows: z.int(),
      /** Of what is told by presence: rows that were left out, for fewer than k carriers stood behind them. */
      leftOut: z.int().optional(),
      /** What the columns mean, where the names do not say. */
      note: z.string().optional(),
    }),
  ),
  files: z.array(file),
});
export type Manifest = z.output<typeof manifest>;

/** What keeps an export from being taken. */
export class ExportError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ExportError';
  }
}

export async function writeManifest(folder: string, value: Manifest): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, MANIFEST);
  await writeFile(`${path}.new`, `${JSON.stringify(value, null, 2)}\n`);
  await rename(`${path}.new`, path);
}

/** @throws ExportError saying what is wrong */
export function readManifest(folder: string): Manifest {
  const path = join(folder, MANIFEST);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    throw new ExportError(`${path} cannot be read: it is written last, so an export without it was not finished`);
  }
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch {
    throw new ExportError(`${path} is not whole: it must be the JSON that the export wrote`);
  }
  const version = (raw as { promenadeExport?: unknown } | null)?.promenadeExport;
  if (version !== EXPORT_VERSION)
    throw new ExportError(
      `${path}: promenadeExport is ${JSON.stringify(version)}, and this server reads ${EXPORT_VERSION}`,
    );
  const parsed = manifest.safeParse(raw);
  if (!parsed.success)
    throw new ExportError(
      `${path}:\n${parsed.error.issues.map(({ path: at, message }) => `  - ${at.join('.')}: ${message}`).join('\n')}`,
    );
  return parsed.data;
}
