/** `npm run migrate` as an operator runs it: killed anywhere and started again, and refusing while the server holds the file. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadServerConfig } from '../../server/config.ts';
import { Duck } from '../../server/db/duckdb.ts';
import { migrate } from '../../server/db/migrations/index.ts';
import { openEngine } from '../../server/db/open.ts';
import { openRegistry } from '../../server/registry/registry.ts';
import { openStopped } from '../../server/stopped.ts';
import { onInflux } from '../db/engines.ts';
import { builtDist } from '../support/build.ts';
import { addMall, END, fillMall, tablesOf } from '../support/movingWorld.ts';
import { seededRandom } from '../support/random.ts';

interface Ended {
  code: number | null;
  output: string;
}

onInflux('npm run migrate', (world) => {
  async function started(
    args: string[],
  ): Promise<{ child: ChildProcess; ended: Promise<Ended>; output: () => string }> {
    const child = spawn(process.execPath, [join(await builtDist(), 'server', 'migrate.js'), ...args]);
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (text: Buffer) => {
        output += text.toString();
      });
    const ended = new Promise<Ended>((resolve) => child.once('close', (code) => resolve({ code, output })));
    return { child, ended, output: () => output };
  }
  const run = async (args: string[]): Promise<Ended> => (await started(args)).ended;

  test('is killed again and again, and moves every row once', { timeout: 120_000 }, async () => {
    const folder = world.newFolder();
    const file = join(folder, 'server.yaml');
    writeFileSync(
      file,
      `dataDir: ${folder}\nengine: duckdb\ninflux:\n  url: ${world.influxd.url}\n  database: ${world.newDatabase()}\n`,
    );
    expect(await run(['--config', file, '--to', 'influx'])).toMatchObject({
      code: 1,
      output: expect.stringMatching(/promenade\.duckdb does not exist: is dataDir of the configuration/),
    });
    const duck = await Duck.open(join(folder, 'promenade.duckdb'));
    await migrate(duck, END);
    const registry = await openRegistry(
      duck,
      () => END,
      () => END,
    );
    await addMall(registry, 'mall');
    const config = loadServerConfig(file, {});
    const parts = { duck, registry, nowMs: () => END, onProblem: () => {}, signal: new AbortController().signal };
    const series = await openEngine(config, parts);
    await fillMall(series, registry, 'mall', 5, 2);
    const before = await tablesOf(duck, 'mall');
    const held = await run(['--config', file, '--to', 'influx']);
    expect(held).toMatchObject({
      code: 1,
      output: expect.stringMatching(/promenade\.duckdb is held by process \d+, as it is while the server runs: stop/),
    });
    await series.close();
    await duck.close();

    const random = seededRandom(11);
    const progress = join(folder, 'moving', 'mall-to-influx.progress');
    let killed = 0;
    let last: Ended | undefined;
    while (last === undefined) {
      const { child, ended } = await started(['--config', file, '--to', 'influx']);
      if (killed < 5) {
        // From its first note on, wherever it is by then.
        for (let tries = 0; tries < 400 && !existsSync(progress) && child.exitCode === null; tries += 1)
          await new Promise((resolve) => setTimeout(resolve, 5));
        if (killed > 0) await new Promise((resolve) => setTimeout(resolve, 300 + random() * 900));
        if (child.exitCode === null) {
          child.kill('SIGKILL');
          killed += 1;
        }
      }
      const end = await ended;
      if (end.code !== null) last = end;
    }
    expect(killed).toBeGreaterThan(1);
    expect(last.output).toMatch(/site mall: [\d,]+ rows moved from DuckDB to InfluxDB, going on from an earlier start/);
    expect(last.output).toMatch(/Now set engine: influx in the configuration, and start the server/);

    const stopped = await openStopped(
      config,
      () => END,
      () => {},
    );
    const influx = await openEngine({ ...config, engine: 'influx' }, stopped.parts);
    expect(await tablesOf(influx.sql, 'mall')).toEqual(before);
    expect(await tablesOf(stopped.duck, 'mall')).toEqual(before);
    expect((await stopped.audit.entries({ limit: 5 })).map(({ action, siteId }) => `${action} ${siteId}`)).toEqual([
      'series.move mall',
    ]);
    await influx.close();
    await stopped.close();

    expect((await run(['--config', file, '--to', 'influx', '--remove-source'])).output).toMatch(
      /was moved from DuckDB to InfluxDB before.*\n.*rows removed from DuckDB/,
    );
    const back = await run(['--config', file, '--to', 'duckdb', '--site', 'mall']);
    expect(back).toMatchObject({
      code: 0,
      output: expect.stringMatching(/rows moved from InfluxDB to DuckDB, read back/),
    });
    const again = await Duck.open(join(folder, 'promenade.duckdb'));
    expect(await tablesOf(again, 'mall')).toEqual(before);
    await again.close();
    expect(await run(['--to', 'mysql'])).toMatchObject({ code: 2 });
    expect((await run(['--config', file, '--to', 'influx', '--site', 'nowhere'])).output).toMatch(
      /there is no site nowhere; there are mall/,
    );
  });
});
