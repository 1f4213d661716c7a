/** `npm run import -- --config FILE --site ID --in DIR [--tables …] [--replace]`, with the server stopped: a backup taken back. */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { loadServerConfig } from './config.ts';
import { openEngine } from './db/open.ts';
import { ExportError } from './db/parquet/manifest.ts';
import { restore } from './db/parquet/restore.ts';
import { count, endWith, openStopped, ToldError } from './stopped.ts';

const USAGE = `Usage: npm run import -- --config FILE --site ID --in DIR, with the server stopped
  --in DIR       of a backup, as npm run export -- --with-carriers wrote it
  --tables a,b   of the backup's; left out: all
  --replace      rows of the same periods that are otherwise go`;

function readArguments() {
  try {
    const { values } = parseArgs({
      options: {
        config: { type: 'string' },
        site: { type: 'string' },
        in: { type: 'string' },
        tables: { type: 'string' },
        replace: { type: 'boolean', default: false },
      },
      strict: true,
    });
    if (!values.site) throw new Error('--site is missing');
    if (!values.in) throw new Error('--in is missing');
    return { ...values, site: values.site, folder: resolve(values.in) };
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n${USAGE}\n`);
    process.exit(2);
  }
}

async function main(): Promise<void> {
  const args = readArguments();
  const config = loadServerConfig(args.config, process.env);
  const say = (text: string): void => {
    process.stderr.write(`${text}\n`);
  };
  const stopped = await openStopped(config, Date.now, (what, error) => say(`${what}: ${error.message}`));
  try {
    const { registry, audit, parts } = stopped;
    if (!registry.site(args.site))
      throw new ToldError(
        `there is no site ${args.site}; create it with its time zone, floors and zones first: a backup holds time series, not the plan`,
      );
    const series = await openEngine(config, parts);
    try {
      const result = await restore(
        {
          series,
          registry,
          onProgress: (step, { path, rows }, done, total) =>
            say(`${step} ${done} of ${total}: ${path}, ${count(rows)} rows`),
        },
        {
          siteId: args.site,
          folder: args.folder,
          dataDir: config.dataDir,
          replace: args.replace,
          ...(args.tables === undefined ? {} : { tables: args.tables.split(',').map((name) => name.trim()) }),
        },
      );
      for (const { table, why } of result.left) say(`  ${table} was not taken: ${why}`);
      say(
        `site ${args.site}: ${count(result.rows)} rows imported${result.alreadyThere > 0 ? `; ${count(result.alreadyThere)} files' rows were there already` : ''}`,
      );
      await audit.record({
        actor: { kind: 'server', id: 'import' },
        action: 'series.import',
        siteId: args.site,
        detail: `${result.rows} rows${args.replace ? ', replacing' : ''}`,
      });
    } finally {
      await series.close();
    }
  } finally {
    await stopped.close();
  }
}

main().catch(endWith(ExportError));
