/**
 * `npm run export -- --config FILE --site ID --out DIR [--tables …] [--from …] [--to …]`, with the server stopped: a site's
 * figures as Parquet files; with `--with-carriers` its tables as they are, for a backup.
 */
import { existsSync, readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { loadServerConfig } from './config.ts';
import { INTERVALS, type Interval } from './contract/metrics.ts';
import { openEngine } from './db/open.ts';
import { exportAnalysis } from './db/parquet/analysis.ts';
import { wholeDaysOver } from './db/parquet/analysisPeriod.ts';
import { AGGREGATES, ANALYSIS_TABLES, type AnalysisTable } from './db/parquet/analysisTables.ts';
import { exportBackup } from './db/parquet/backup.ts';
import { ExportError, MANIFEST, type Manifest } from './db/parquet/manifest.ts';
import { SERIES_TABLES } from './db/tables.ts';
import { periodEnd } from './periodArgument.ts';
import { count, endWith, openStopped, ToldError } from './stopped.ts';

const USAGE = `Usage: npm run export -- --config FILE --site ID --out DIR, with the server stopped
  --tables a,b       of ${ANALYSIS_TABLES.join(', ')}; left out: all but visits and stays
  --from, --to       2026-03-01 (local days) or 2026-03-01T00:00:00+01:00; left out: all there is
  --interval I       of the figures: ${INTERVALS.join(', ')}; left out: hour
  --by day|month     one file for each
  --with-carriers    a backup: the tables as they are. Rows of one carrier are a path: keep it as you keep the database.
                     --tables is then of ${SERIES_TABLES.map(({ name }) => name).join(', ')}`;

function readArguments() {
  try {
    const { values } = parseArgs({
      options: {
        config: { type: 'string' },
        site: { type: 'string' },
        out: { type: 'string' },
        tables: { type: 'string' },
        from: { type: 'string' },
        to: { type: 'string' },
        interval: { type: 'string' },
        by: { type: 'string' },
        format: { type: 'string', default: 'parquet' },
        'with-carriers': { type: 'boolean', default: false },
      },
      strict: true,
    });
    if (!values.site) throw new Error('--site is missing');
    if (!values.out) throw new Error('--out is missing');
    if (values.format !== 'parquet') throw new Error(`--format must be parquet, not ${values.format}`);
    if (values.interval !== undefined && !INTERVALS.includes(values.interval as Interval))
      throw new Error(`--interval must be one of ${INTERVALS.join(', ')}`);
    if (values.by !== undefined && values.by !== 'day' && values.by !== 'month')
      throw new Error('--by must be day or month');
    return { ...values, site: values.site, out: resolve(values.out) };
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n${USAGE}\n`);
    process.exit(2);
  }
}

const chosen = <Name extends string>(
  text: string | undefined,
  all: readonly Name[],
  fallback: readonly Name[],
): Name[] => {
  const names = text?.split(',').map((name) => name.trim()) ?? fallback;
  for (const name of names)
    if (!(all as readonly string[]).includes(name))
      throw new ToldError(
        `there is no table ${name} to export here; there are ${all.join(', ')}${
          SERIES_TABLES.some((table) => table.name === name)
            ? `. ${name} bears carriers or what is half computed: it goes into a backup only, with --with-carriers`
            : ''
        }`,
      );
  return names as Name[];
};

function tell(made: Manifest, out: string): void {
  const say = (text: string) => process.stdout.write(`${text}\n`);
  for (const { name, rows, leftOut } of made.tables)
    say(
      `  ${name.padEnd(18)} ${count(rows).padStart(13)} rows${leftOut ? `, ${count(leftOut)} left out: fewer than ${made.kAnonymity} carriers` : ''}`,
    );
  say(`${made.files.length} files and ${MANIFEST} in ${out}`);
  if (made.form === 'backup')
    say(
      'These are rows of carriers: whoever has them can follow a person through the mall. Keep them as you keep the database.',
    );
}

async function main(): Promise<void> {
  const args = readArguments();
  const config = loadServerConfig(args.config, process.env);
  if (existsSync(args.out) && readdirSync(args.out).length > 0)
    throw new ToldError(`${args.out} is not empty: an export begins in a folder of its own`);
  const say = (text: string): void => {
    process.stderr.write(`${text}\n`);
  };
  const stopped = await openStopped(config, Date.now, (what, error) => say(`${what}: ${error.message}`));
  try {
    const { registry, audit, parts } = stopped;
    const site = registry.site(args.site);
    if (!site)
      throw new ToldError(
        `there is no site ${args.site}; there are ${registry
          .sites()
          .map(({ id }) => id)
          .join(', ')}`,
      );
    const fromMs = periodEnd('--from', args.from, site.timezone);
    const toMs = periodEnd('--to', args.to, site.timezone);
    const by = args.by === undefined ? {} : { by: args.by as 'day' | 'month' };
    const series = await openEngine(config, parts);
    try {
      const isBackup = args['with-carriers'];
      let made: Manifest;
      if (isBackup) {
        const all = SERIES_TABLES.map(({ name }) => name);
        const names = new Set(chosen(args.tables, all, all));
        // Before, so that no backup is made that is not written down.
        await audit.record({
          actor: { kind: 'server', id: 'export' },
          action: 'series.backup',
          siteId: site.id,
          detail: `with carriers: ${[...names].join(', ')}; ${args.from ?? 'from the beginning'} to ${args.to ?? 'the end'}`,
        });
        made = await exportBackup(
          series,
          {
            site,
            tables: SERIES_TABLES.filter(({ name }) => names.has(name)),
            period: { ...(fromMs === undefined ? {} : { fromMs }), ...(toMs === undefined ? {} : { toMs }) },
            ...by,
            folder: args.out,
            nowMs: Date.now(),
          },
          ({ table, label, rows }) => say(`${table} ${label}: ${count(rows)} rows`),
        );
      } else {
        const tables = chosen<AnalysisTable>(args.tables, ANALYSIS_TABLES, AGGREGATES);
        const period = await wholeDaysOver(series, site, { fromMs, toMs });
        await audit.record({
          actor: { kind: 'server', id: 'export' },
          action: 'series.export',
          siteId: site.id,
          detail: `${tables.join(', ')}; ${new Date(period.fromMs).toISOString()} to ${new Date(period.toMs).toISOString()}`,
        });
        made = await exportAnalysis(
          { questions: series, reading: series, registry },
          {
            siteId: site.id,
            tables,
            period,
            ...(args.interval === undefined ? {} : { interval: args.interval as Interval }),
            ...by,
            folder: args.out,
            nowMs: Date.now(),
          },
          ({ table, label, filesDone, filesTotal, rows }) =>
            say(`${table} ${label}: file ${filesDone} of ${filesTotal}, ${count(rows)} rows so far`),
        );
      }
      tell(made, args.out);
    } finally {
      await series.close();
    }
  } finally {
    await stopped.close();
  }
}

main().catch(endWith(ExportError));
