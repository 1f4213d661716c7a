/** Exports of figures, as REST sees them. Pure. */
import { z } from 'zod';
import { INTERVALS } from './metrics.ts';
import { id } from './model.ts';

/** All of it may be read by the metrics' routes too; nothing of it is one carrier's. */
export const EXPORT_TABLES = [
  'footfall',
  'occupancy',
  'dwell',
  'unique-visitors',
  'capture-rate',
  'heatmap',
  'coverage',
] as const;
export const exportTable = z.enum(EXPORT_TABLES);
export type ExportTable = z.infer<typeof exportTable>;

export const EXPORT_STATES = ['waiting', 'running', 'done', 'failed'] as const;

export const exportFile = z.object({
  /** As in the path of its download. */
  name: z.string(),
  table: z.string(),
  rows: z.int(),
  bytes: z.int(),
  sha256: z.string(),
});

export const exportJob = z.object({
  id,
  state: z.enum(EXPORT_STATES),
  tables: z.array(exportTable),
  interval: z.enum(INTERVALS),
  /** Whole local days that are over. */
  from: z.string(),
  to: z.string(),
  createdAt: z.string(),
  /** It is removed then. */
  expiresAt: z.string(),
  filesDone: z.int(),
  filesTotal: z.int(),
  rows: z.int(),
  /** Once it is done: Parquet files, and manifest.json, which says what they hold. */
  files: z.array(exportFile),
  /** Why it failed, and what to do. */
  problem: z.string().nullable(),
});
export type ExportJob = z.infer<typeof exportJob>;
export const exportJobs = z.object({ exports: z.array(exportJob) });
