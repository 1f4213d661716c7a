/**
 * The first thing that runs on a fresh machine, so plain JavaScript without dependencies: installs what is missing,
 * builds what is older than its sources, then starts what was asked for.
 *
 *   node server/start.mjs demo | server | gateway | simulate | replay | migrate | export | import | build | bench:…  [arguments of that program]
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const DIST = join(ROOT, 'dist');
const NPM = process.platform === 'win32' ? 'npm.cmd' : 'npm';
const STOP_GRACE_MS = 15_000;
const SECOND_SIGNAL_AFTER_MS = 1_000;
/** Batches live for a moment each: a roomier nursery saves a third of the collector's work. */
const NODE_OPTIONS = ['--enable-source-maps', '--max-semi-space-size=64'];
/** A gateway runs on a small box: as in its systemd unit. */
const GATEWAY_NODE_OPTIONS = [
  '--max-semi-space-size=1',
  '--v8-pool-size=1',
  '--optimize-for-size',
  '--max-old-space-size=128',
];

/** Progress and faults go to standard error, what was asked for to standard output. */
const say = (text) => process.stderr.write(`${text}\n`);
const tell = (text) => process.stdout.write(`${text}\n`);

function fail(text) {
  say(`\n${text}`);
  process.exit(1);
}

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19))
    fail(
      `Promenade needs Node.js 20.19 or later; this is ${process.versions.node}. Install a newer one and try again.`,
    );
}

const mtimeMs = (path) => (existsSync(path) ? statSync(path).mtimeMs : 0);

/** Shows that a child is at work, as a rising count of seconds on a terminal. */
function runShown(title, command, args) {
  const startedMs = Date.now();
  const tty = process.stderr.isTTY;
  process.stderr.write(`${title} …${tty ? '' : '\n'}`);
  return new Promise((done) => {
    const child = spawn(command, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const keep = (chunk) => {
      output = (output + chunk).slice(-8_000);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    const timer = tty
      ? setInterval(() => process.stderr.write(`\r${title} … ${Math.round((Date.now() - startedMs) / 1000)} s`), 1_000)
      : setInterval(() => say(`  still at it, ${Math.round((Date.now() - startedMs) / 1000)} s`), 10_000);
    child.on('error', (error) => {
      output += error.message;
    });
    child.on('close', (code) => {
      clearInterval(timer);
      const seconds = ((Date.now() - startedMs) / 1000).toFixed(1);
      say(
        tty
          ? `\r${title}: ${code === 0 ? 'done' : 'failed'} in ${seconds} s      `
          : `  ${code === 0 ? 'done' : 'failed'} in ${seconds} s`,
      );
      done({ code, output });
    });
  });
}

export async function ensureInstalled() {
  const installed = mtimeMs(join(ROOT, 'node_modules', '.package-lock.json'));
  if (installed > 0 && installed >= mtimeMs(join(ROOT, 'package-lock.json')) - 1_000) return;
  // Not `npm ci`: it refuses a lock file made where a registry lacks the binaries of another platform.
  const { code, output } = await runShown('Installing packages (once)', NPM, [
    'install',
    '--no-save',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ]);
  if (code !== 0)
    fail(
      `${output}\nThe packages could not be installed. Check the network and what npm says above, then run the command again.`,
    );
  const now = new Date();
  utimesSync(join(ROOT, 'node_modules', '.package-lock.json'), now, now);
}

function newestSourceMs(folder) {
  let newest = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    newest = Math.max(newest, entry.isDirectory() ? newestSourceMs(path) : statSync(path).mtimeMs);
  }
  return newest;
}

async function buildPart(title, stamp, folders, command, args) {
  const newest = Math.max(
    ...folders.map((folder) => newestSourceMs(join(ROOT, folder))),
    mtimeMs(join(ROOT, 'package-lock.json')),
  );
  if (mtimeMs(stamp) >= newest) return;
  const begun = new Date();
  const { code, output } = await runShown(title, command, args);
  if (code !== 0) fail(`${output}\nThe build failed; what is wrong stands above.`);
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, '');
  utimesSync(stamp, begun, begun);
}

export async function ensureBuilt({ web }) {
  const node = process.execPath;
  const bin = (packageName, file) => join(ROOT, 'node_modules', packageName, file);
  await buildPart(
    'Building the server',
    join(DIST, '.built'),
    ['server', 'gateway', 'simulators', 'test/bench'],
    node,
    [bin('typescript', 'bin/tsc'), '-p', 'tsconfig.build.json'],
  );
  if (web)
    await buildPart('Building the pages', join(DIST, '.built-web'), ['web', 'server/contract', 'server/client'], node, [
      bin('vite', 'bin/vite.js'),
      'build',
      '--config',
      'web/vite.config.ts',
      '--logLevel',
      'warn',
    ]);
}

const program = (file) => join(DIST, file);

/** Starts a program and passes signals on; a second Ctrl-C, or the grace running out, kills. */
class Children {
  #running = new Set();
  #stopping = false;

  start(file, args, options = {}) {
    const child = spawn(process.execPath, [...(options.nodeOptions ?? NODE_OPTIONS), program(file), ...args], {
      cwd: process.cwd(),
      env: { ...process.env, ...options.env },
      stdio: options.ipc ? ['ignore', 'inherit', 'inherit', 'ipc'] : ['inherit', 'inherit', 'inherit'],
      // Not in the terminal's foreground group: Ctrl-C reaches this process, which stops them in order.
      detached: options.detached ?? false,
    });
    this.#running.add(child);
    child.on('exit', () => this.#running.delete(child));
    return child;
  }

  get stopping() {
    return this.#stopping;
  }

  async stop() {
    this.#stopping = true;
    // The last started depends on the ones before it.
    for (const child of [...this.#running].reverse()) {
      const ended = new Promise((done) => child.once('exit', done));
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_GRACE_MS);
      await ended;
      clearTimeout(timer);
    }
  }

  killAll() {
    for (const child of this.#running) child.kill('SIGKILL');
  }
}

function stopOnSignals(children) {
  let askedMs;
  const onSignal = async () => {
    if (askedMs !== undefined) {
      // npm passes on the Ctrl-C that the terminal has sent already; a person takes longer for a second one.
      if (Date.now() - askedMs < SECOND_SIGNAL_AFTER_MS) return;
      children.killAll();
      process.exit(130);
    }
    askedMs = Date.now();
    say('\nStopping …');
    await children.stop();
    say('Stopped.');
    process.exit(0);
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
}

const ready = (child, what) =>
  new Promise((done) => {
    child.on('message', (message) => {
      if (message?.type === 'ready') done(message);
    });
    child.once('exit', (code) => {
      if (code !== null && code !== 0) fail(`${what} ended with code ${code}; what is wrong stands above.`);
    });
  });

function printWelcome(server, note) {
  tell('');
  tell('  Promenade is running.');
  tell(`    Dashboard   ${server.signInUrl ?? server.url}`);
  if (server.signInUrl) tell('                (the link signs you in as owner, once)');
  tell(`    Shopper     ${server.url}/shopper`);
  tell(`    Till        ${server.url}/till`);
  tell(`    MQTT        ${server.mqttUrl}`);
  if (note) tell(`    ${note}`);
  tell('  Ctrl-C stops everything.');
  tell('');
}

/** `--name value` and `--name`; what is not listed goes on to the program. */
function takeFlags(args, names) {
  const taken = {};
  const rest = [];
  for (let i = 0; i < args.length; i++) {
    const name = args[i].startsWith('--') ? args[i].slice(2) : undefined;
    if (name !== undefined && name in names) {
      if (names[name] === 'flag') taken[name] = true;
      else {
        const value = args[++i];
        if (value === undefined) fail(`--${name} needs a value.`);
        taken[name] = value;
      }
    } else rest.push(args[i]);
  }
  return { taken, rest };
}

async function demo(args) {
  const { taken, rest } = takeFlags(args, {
    keep: 'flag',
    port: 'value',
    'mqtt-port': 'value',
    'data-dir': 'value',
    'history-days': 'value',
    seed: 'value',
    scenario: 'value',
  });
  if (rest.length > 0)
    fail(
      `Unknown argument ${rest[0]}. npm start takes --keep, --port N, --mqtt-port N, --data-dir DIR, --history-days N, --seed N, --scenario FILE.`,
    );
  const dataDir = resolve(taken['data-dir'] ?? join(ROOT, 'data', 'demo'));
  if (!taken.keep) rmSync(dataDir, { recursive: true, force: true });
  const children = new Children();
  stopOnSignals(children);
  const child = children.start('server/main.js', ['--demo'], {
    ipc: true,
    detached: true,
    env: {
      PROMENADE_DATA_DIR: dataDir,
      PROMENADE_DEMO: 'true',
      // Two weeks of simulated history are played in, and the log must reach back that far.
      PROMENADE_RETENTION_SIGHTINGS_HOURS: String(24 * 16),
      ...(taken.port ? { PROMENADE_HTTP_PORT: taken.port } : {}),
      ...(taken['mqtt-port'] ? { PROMENADE_MQTT_EMBEDDED_PORT: taken['mqtt-port'] } : {}),
    },
  });
  const server = await ready(child, 'The server');
  if (children.stopping) return;
  const days = taken['history-days'] ?? '14';
  const history = days === '0' ? '' : ` plays ${days === '1' ? 'a day' : `${days} days`} of history in, then`;
  printWelcome(server, `A simulated mall${history} goes on live.`);
  const simulator = children.start(
    'simulators/simulate.js',
    [
      '--scenario',
      taken.scenario ?? 'demo-mall',
      '--seed',
      taken.seed ?? '1',
      '--mqtt',
      server.mqttUrl,
      '--server',
      server.url,
      '--history-days',
      days,
    ],
    { ipc: true, detached: true, env: { PROMENADE_TOKEN: server.demoToken } },
  );
  const endTogether = (name) => async (code) => {
    if (children.stopping) return;
    say(`${name} ended with code ${code}; stopping the rest.`);
    await children.stop();
    process.exit(code === 0 ? 0 : 1);
  };
  child.on('exit', endTogether('The server'));
  simulator.on('exit', endTogether('The simulated mall'));
}

async function replay(args) {
  const { taken, rest } = takeFlags(args, {
    server: 'value',
    mqtt: 'value',
    token: 'value',
    data: 'value',
    port: 'value',
    'mqtt-port': 'value',
    'data-dir': 'value',
    exit: 'flag',
    keep: 'flag',
  });
  if (!taken.data) fail('Name the folder of recorded data: npm run replay -- --data DIR');
  const children = new Children();
  stopOnSignals(children);
  if (taken.server || taken.mqtt) {
    const child = children.start(
      'simulators/replay.js',
      args.filter((arg) => arg !== '--exit'),
    );
    child.on('exit', (code) => process.exit(code ?? 1));
    return;
  }
  const name = relative(dirname(resolve(taken.data)), resolve(taken.data)) || 'replay';
  const dataDir = resolve(taken['data-dir'] ?? join(ROOT, 'data', `replay-${name}`));
  if (!taken.keep) rmSync(dataDir, { recursive: true, force: true });
  const child = children.start('server/main.js', ['--demo'], {
    ipc: true,
    detached: true,
    env: {
      PROMENADE_DATA_DIR: dataDir,
      ...(taken.port ? { PROMENADE_HTTP_PORT: taken.port } : {}),
      ...(taken['mqtt-port'] ? { PROMENADE_MQTT_EMBEDDED_PORT: taken['mqtt-port'] } : {}),
    },
  });
  const server = await ready(child, 'The server');
  printWelcome(server, `Recorded data from ${name} is being played in; its site lives in its own time.`);
  const player = children.start(
    'simulators/replay.js',
    ['--data', taken.data, '--mqtt', server.mqttUrl, '--server', server.url, ...rest],
    { ipc: true, detached: true, env: { PROMENADE_TOKEN: server.demoToken } },
  );
  player.on('exit', async (code) => {
    if (children.stopping) return;
    if (code !== 0 || taken.exit) {
      await children.stop();
      process.exit(code ?? 1);
    }
    say('All is played in. The server goes on until Ctrl-C.');
  });
}

const PROGRAMS = {
  server: 'server/main.js',
  migrate: 'server/migrate.js',
  export: 'server/export.js',
  import: 'server/import.js',
  gateway: 'gateway/main.js',
  simulate: 'simulators/simulate.js',
  'bench:accuracy': 'test/bench/accuracy.js',
  'bench:zones': 'test/bench/zones.js',
  'bench:engine': 'test/bench/engineBench.js',
  'bench:query': 'test/bench/queryBench.js',
  'bench:counts': 'test/bench/counts.js',
  'bench:people': 'test/bench/people.js',
  'bench:proof': 'test/bench/proof.js',
  'bench:clones': 'test/bench/clones.js',
  'bench:still': 'test/bench/still.js',
  'bench:coverage': 'test/bench/coverage.js',
  'bench:rebuild': 'test/bench/rebuild.js',
  'bench:identities': 'test/bench/identities.js',
  'bench:delivery': 'test/bench/delivery.js',
  'bench:load': 'test/bench/load.js',
  'bench:gateway': 'test/bench/gateway.js',
  'bench:moved': 'test/bench/moved.js',
  'bench:fleets': 'test/bench/fleets.js',
};

async function main() {
  checkNode();
  const [verb, ...args] = process.argv.slice(2);
  await ensureInstalled();
  await ensureBuilt({ web: verb === 'demo' || verb === 'server' || verb === 'replay' || verb === 'build' });
  if (verb === 'build') return;
  if (verb === 'demo') return demo(args);
  if (verb === 'replay') return replay(args);
  const file = PROGRAMS[verb];
  if (!file) fail(`Unknown program ${verb ?? ''}. One of: demo, replay, build, ${Object.keys(PROGRAMS).join(', ')}.`);
  const children = new Children();
  const child = children.start(file, args, verb === 'gateway' ? { nodeOptions: GATEWAY_NODE_OPTIONS } : {});
  // The child shares the terminal and stops by itself; this process only waits for it.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  child.on('exit', (code, signal) => process.exit(code ?? (signal ? 130 : 1)));
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) await main();
