/** `npm test`: installs what the suites need, then runs all of them, fast ones first. `npm test -- unit` runs one. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureBuilt, ensureInstalled } from '../server/start.mjs';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
process.chdir(ROOT);

/** Services that suites use for real: command to look for → Debian package. */
const SERVICES = { chromium: 'chromium', mosquitto: 'mosquitto', influxd: 'influxdb' };

const found = (command) =>
  [...(process.env.PATH ?? '').split(':'), '/usr/sbin', '/usr/bin'].some((folder) => existsSync(join(folder, command)));

function ensureServices() {
  const missing = Object.keys(SERVICES).filter((command) => !found(command));
  if (missing.length === 0) return;
  const mayInstall = process.getuid?.() === 0 && found('apt-get');
  if (!mayInstall) {
    console.log(`Not installed and not to be installed from here: ${missing.join(', ')}. Their suites will say so.`);
    return;
  }
  console.log(`Installing ${missing.join(', ')} (once) …`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  spawnSync('apt-get', ['update', '-qq'], { stdio: ['ignore', 'ignore', 'inherit'], env });
  spawnSync(
    'apt-get',
    ['install', '-y', '-qq', '--no-install-recommends', ...missing.map((command) => SERVICES[command])],
    {
      stdio: ['ignore', 'ignore', 'inherit'],
      env,
    },
  );
}

const node = (...args) => [process.execPath, args];
const plain = ([command, args]) => spawnSync(command, args, { stdio: 'inherit' }).status === 0;

const reports = mkdtempSync(join(tmpdir(), 'promenade-tests-'));
process.on('exit', () => rmSync(reports, { recursive: true, force: true }));

/** Names of failed tests by file; undefined where the runner did not come to a report. */
function runVitest(projects, files, label) {
  const report = join(reports, `${label}.json`);
  const args = [
    'run',
    ...projects.flatMap((project) => ['--project', project]),
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
  ];
  const { status } = spawnSync(process.execPath, ['node_modules/vitest/vitest.mjs', ...args, ...files], {
    stdio: 'inherit',
  });
  if (status === 0) return new Map();
  if (!existsSync(report)) return undefined;
  const { testResults } = JSON.parse(readFileSync(report, 'utf8'));
  const failed = testResults.filter((file) => file.status !== 'passed');
  // A failure outside of any file, an unhandled rejection say.
  if (failed.length === 0) return undefined;
  return new Map(
    failed.map((file) => [
      relative(ROOT, file.name),
      file.assertionResults.filter((one) => one.status === 'failed').map((one) => one.fullName),
    ]),
  );
}

/** More failed files than that are no accident of a busy machine. */
const MAX_FILES_AGAIN = 3;
const unsteady = [];
const broken = [];
const lines = (failed) =>
  [...failed].flatMap(([file, names]) => (names.length === 0 ? [file] : names.map((name) => `${file}: ${name}`)));

/** What failed is run once more, alone: passing then, it is named as unsteady and does not fail the run. */
const vitest =
  (project, ...more) =>
  () => {
    const projects = [project, ...more];
    const first = runVitest(projects, [], project);
    if (first?.size === 0) return true;
    if (first === undefined || first.size > MAX_FILES_AGAIN) {
      broken.push(...(first === undefined ? [`${project}: no report`] : lines(first)));
      return false;
    }
    console.log(`\nOnce more, alone: ${[...first.keys()].join(', ')}`);
    const second = runVitest(projects, [...first.keys()], `${project}-again`);
    if (second?.size === 0) {
      unsteady.push(...lines(first));
      return true;
    }
    broken.push(...lines(second ?? first));
    return false;
  };
const SUITES = {
  types: () => plain(node('node_modules/typescript/bin/tsc', '-p', 'tsconfig.json')),
  style: () => plain(node('node_modules/@biomejs/biome/bin/biome', 'ci', '.')),
  unit: vitest('unit'),
  service: vitest('service'),
  browser: vitest('browser'),
  /** Those of one engine run once more on InfluxDB. */
  e2e: () => {
    if (found('influxd') || process.env.CI === 'true') return vitest('e2e', 'influx')();
    console.log('skipped: those on InfluxDB, influxd is not installed (apt-get install influxdb)');
    return vitest('e2e')();
  },
};

await ensureInstalled();
await ensureBuilt({ web: true });
ensureServices();

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !(name in SUITES));
if (unknown.length > 0) {
  console.error(`Unknown suite ${unknown.join(', ')}. One of: ${Object.keys(SUITES).join(', ')}.`);
  process.exit(2);
}
const results = [];
for (const [name, run] of Object.entries(SUITES)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const startedMs = Date.now();
  console.log(`\n── ${name} ──`);
  const ok = run();
  results.push({ name, ok, seconds: (Date.now() - startedMs) / 1000 });
}

console.log('\n── suites ──');
for (const { name, ok, seconds } of results)
  console.log(`${ok ? 'ok    ' : 'FAILED'}  ${name.padEnd(8)} ${seconds.toFixed(1)} s`);
if (unsteady.length > 0) console.log(`\nunsteady, passed alone:\n  ${unsteady.join('\n  ')}`);
if (broken.length > 0) console.log(`\nfailed:\n  ${broken.join('\n  ')}`);
const failed = results.filter((result) => !result.ok).length;
console.log(`\n${results.length - failed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
