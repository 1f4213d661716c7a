/** `npm test`: installs what the suites need, then runs all of them, fast ones first. `npm test -- unit` runs one. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureBuilt, ensureInstalled } from '../server/start.mjs';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
process.chdir(ROOT);

/** Services that suites use for real: command to look for → Debian package. */
const SERVICES = { chromium: 'chromium', mosquitto: 'mosquitto' };

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
const vitest = (project) => node('node_modules/vitest/vitest.mjs', 'run', '--project', project);
const SUITES = {
  types: node('node_modules/typescript/bin/tsc', '-p', 'tsconfig.json'),
  style: node('node_modules/@biomejs/biome/bin/biome', 'ci', '.'),
  unit: vitest('unit'),
  service: vitest('service'),
  browser: vitest('browser'),
  e2e: vitest('e2e'),
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
for (const [name, [command, args]] of Object.entries(SUITES)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const startedMs = Date.now();
  console.log(`\n── ${name} ──`);
  const { status } = spawnSync(command, args, { stdio: 'inherit' });
  results.push({ name, ok: status === 0, seconds: (Date.now() - startedMs) / 1000 });
}

console.log('\n── suites ──');
for (const { name, ok, seconds } of results)
  console.log(`${ok ? 'ok    ' : 'FAILED'}  ${name.padEnd(8)} ${seconds.toFixed(1)} s`);
const failed = results.filter((result) => !result.ok).length;
console.log(`\n${results.length - failed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
