/** `npm run migrate -- --config FILE --to influx|duckdb [--site ID] [--replace] [--remove-source]`, with the server stopped. */
import { parseArgs } from 'node:util';
import { loadServerConfig } from './config.ts';
import { type Moved, MoveError, moveSite, removeSource } from './db/moving/move.ts';
import { ProgressFile } from './db/moving/progress.ts';
import { duckSide, ENGINE_NAMES, type EngineName, influxSide } from './db/moving/sides.ts';
import { influxPartsOf, keptOf } from './db/open.ts';
import { ProgressLine } from './progressLine.ts';
import { count, endWith, openStopped, ToldError } from './stopped.ts';

const USAGE =
  'Usage: npm run migrate -- --config FILE --to influx|duckdb [--site ID] [--replace] [--remove-source], with the server stopped';

function readArguments() {
  try {
    const { values } = parseArgs({
      options: {
        config: { type: 'string' },
        to: { type: 'string' },
        site: { type: 'string', multiple: true },
        replace: { type: 'boolean', default: false },
        'remove-source': { type: 'boolean', default: false },
      },
      strict: true,
    });
    if (values.to !== 'influx' && values.to !== 'duckdb') throw new Error('--to must be influx or duckdb');
    return { ...values, to: values.to as EngineName };
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n${USAGE}\n`);
    process.exit(2);
  }
}

async function main(): Promise<void> {
  const args = readArguments();
  const config = loadServerConfig(args.config, process.env);
  const line = new ProgressLine(process.stderr, Date.now);
  const say = (text: string): void => line.say(text);
  const stopped = await openStopped(config, Date.now, (what, error) => say(`${what}: ${error.message}`));
  const { duck, registry, audit } = stopped;
  try {
    for (const siteId of args.site ?? [])
      if (!registry.site(siteId))
        throw new ToldError(
          `there is no site ${siteId}; there are ${registry
            .sites()
            .map(({ id }) => id)
            .join(', ')}`,
        );
    const sites = args.site ?? registry.sites().map(({ id }) => id);
    const inDuck = duckSide(duck, registry, keptOf(config));
    const inInflux = await influxSide(influxPartsOf(config, stopped.parts));
    const [source, target] = args.to === 'influx' ? [inDuck, inInflux] : [inInflux, inDuck];
    try {
      for (const siteId of sites) {
        const progress = new ProgressFile(config.dataDir, siteId, args.to);
        const startedMs = Date.now();
        let beganAt: number | undefined;
        const onProgress = (moved: Moved): void => {
          beganAt ??= moved.rows;
          line.show(
            { done: moved.rows, total: moved.rowsTotal, begun: beganAt, startedMs },
            (figures) => `site ${siteId}: ${moved.table}, piece ${moved.pieces} of ${moved.piecesTotal}, ${figures}`,
          );
        };
        const result = await moveSite(
          { source, target, progress, nowMs: Date.now, onProgress, replace: args.replace },
          siteId,
        );
        line.end();
        const places = `from ${ENGINE_NAMES[source.engine]} to ${ENGINE_NAMES[target.engine]}`;
        if (result.outcome === 'nothing') say(`site ${siteId}: ${ENGINE_NAMES[source.engine]} has nothing of it`);
        if (result.outcome === 'already') say(`site ${siteId}: was moved ${places} before, and nothing has come since`);
        if (result.outcome === 'moved') {
          for (const { table, digest } of result.tables)
            if (digest.rows > 0)
              say(`  ${table.padEnd(18)} ${count(digest.rows).padStart(13)} rows, sum ${digest.sum}`);
          say(
            `site ${siteId}: ${count(result.rows)} rows moved ${places}${result.resumed ? ', going on from an earlier start' : ''}, read back and the same`,
          );
          await audit.record({
            actor: { kind: 'server', id: 'migrate' },
            action: 'series.move',
            siteId,
            detail: `${places}, ${result.rows} rows`,
          });
        }
        if (args['remove-source'] && result.outcome !== 'nothing') {
          const removed = await removeSource({ source, target, progress, nowMs: Date.now }, siteId);
          say(`site ${siteId}: ${count(removed)} rows removed from ${ENGINE_NAMES[source.engine]}`);
          await audit.record({
            actor: { kind: 'server', id: 'migrate' },
            action: 'series.remove-source',
            siteId,
            detail: `${ENGINE_NAMES[source.engine]}, ${removed} rows`,
          });
        }
      }
    } finally {
      await inInflux.close();
      await inDuck.close();
    }
    if (config.engine !== args.to) say(`Now set engine: ${args.to} in the configuration, and start the server.`);
  } finally {
    await stopped.close();
  }
}

main().catch((error: unknown) => {
  // Below the line of progress.
  process.stderr.write('\n');
  endWith(MoveError)(error);
});
