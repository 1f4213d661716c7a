/** Imports run one way, from edge to core, and each external library has one door. */
import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..');

function sources(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)));
}

interface Import {
  file: string;
  /** Path from the root for a relative import, else the package or built-in module. */
  target: string;
  typeOnly: boolean;
}

function importsOf(file: string, text: string): Import[] {
  const found: Import[] = [];
  const pattern =
    /(?:^|\n)\s*(?:import|export)\s+(type\s+)?(?:[^'";]*?\s+from\s+)?['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]\s*\)/g;
  for (const match of text.matchAll(pattern)) {
    const specifier = (match[2] ?? match[3])!;
    const target = specifier.startsWith('.') ? relative(ROOT, join(ROOT, dirname(file), specifier)) : specifier;
    found.push({ file, target, typeOnly: match[1] !== undefined });
  }
  return found;
}

const ALL: Import[] = ['server', 'gateway', 'web', 'simulators']
  .flatMap(sources)
  .flatMap((file) => importsOf(file, readFileSync(join(ROOT, file), 'utf8')));

const isFile = (target: string): boolean => /\.(tsx?|css|json)$/.test(target) && !target.startsWith('@');

/** Folders and files that must be pure, and what they may import. */
const PURE = [
  'server/contract/',
  'server/floor/',
  'server/positioning/',
  'server/visits/',
  'server/engine/',
  'server/metrics/',
  'server/insights/',
  'server/calibration/',
  'gateway/ibeacon.ts',
  'gateway/sightings.ts',
  // Decoders of other makes; what feeds them is the edge.
  ...['types', 'index', 'read', 'times', 'entries', 'messagePack', 'espresense', 'openMqttGateway', 'roomAssistant']
    .concat(['minew', 'moko', 'aprilBrother', 'ruuvi', 'happyBubbles', 'shelly', 'kontakt'])
    .map((name) => `server/ingest/adapters/${name}.ts`),
];
/** Decisions of campaigns are pure; their coordinator is the edge. */
const isPure = (file: string): boolean => PURE.some((prefix) => file.startsWith(prefix));
/** Pure computation that happens to come as a module. */
const PURE_MODULES = new Set(['zod', 'luxon', 'node:zlib', 'node:buffer', 'node:crypto', 'image-size']);

describe('the direction of imports', () => {
  test('the scan sees the tree', () => {
    expect(ALL.length).toBeGreaterThan(50);
    expect(
      importsOf('server/engine/x.ts', "import { readFileSync } from 'node:fs';\nimport type { A } from './a.ts';"),
    ).toEqual([
      { file: 'server/engine/x.ts', target: 'node:fs', typeOnly: false },
      { file: 'server/engine/x.ts', target: 'server/engine/a.ts', typeOnly: true },
    ]);
  });

  test('pure code imports only pure code', () => {
    const wrong = ALL.filter(({ file, target, typeOnly }) => {
      if (!isPure(file) || typeOnly) return false;
      if (isFile(target)) return !(isPure(target) || target === 'server/errors.ts');
      return !PURE_MODULES.has(target);
    });
    expect(wrong).toEqual([]);
  });

  test('pure code reads no clock and throws no dice', () => {
    const wrong = ['server', 'gateway']
      .flatMap(sources)
      .filter(isPure)
      .filter((file) =>
        /Date\.now\(|new Date\(\)|Math\.random\(|performance\.now\(|randomBytes|randomUUID/.test(
          readFileSync(join(ROOT, file), 'utf8'),
        ),
      );
    expect(wrong).toEqual([]);
  });

  test('gateway, web and simulators know of the server only its contract and its client', () => {
    const wrong = ALL.filter(
      ({ file, target }) =>
        !file.startsWith('server/') && target.startsWith('server/') && !/^server\/(contract|client)\//.test(target),
    );
    expect(wrong).toEqual([]);
  });

  test('the client is a folder that can be copied: it imports nothing, and the server does not use it', () => {
    const own = ALL.filter(({ file }) => file.startsWith('server/client/'));
    expect(own.length).toBeGreaterThan(3);
    expect(own.filter(({ target }) => !target.startsWith('server/client/'))).toEqual([]);
    const users = ALL.filter(({ target }) => target.startsWith('server/client/')).map(({ file }) => file);
    expect(users.filter((file) => /^(server\/(?!client\/)|gateway\/)/.test(file))).toEqual([]);
  });

  test('the server knows neither gateway nor web nor simulators', () => {
    expect(
      ALL.filter(({ file, target }) => file.startsWith('server/') && /^(gateway|web|simulators)\//.test(target)),
    ).toEqual([]);
  });

  test('the pages ask the server through the client alone: no address of the API, no fetch of their own', () => {
    const own = [
      // Service workers stand alone: what they fetch is the page itself, and the push key when a subscription was changed.
      'web/shopper/pwa/worker.ts',
      'web/till/pwa/worker.ts',
    ];
    const pages = sources('web').filter((file) => !file.endsWith('.config.ts'));
    const asking = pages.filter((file) =>
      /\bfetch\(|XMLHttpRequest|sendBeacon|EventSource|['"`]\/?api\/v1|['"`]\/(sites|shopper|redemptions|auth)\//.test(
        readFileSync(join(ROOT, file), 'utf8').replace(/href="\/api\/v1\/(openapi|grafana)\.json"/g, ''),
      ),
    );
    expect(asking.filter((file) => !own.includes(file))).toEqual([]);
    expect(asking).toContain('web/shopper/pwa/worker.ts');
    const speaking = ALL.filter(({ target }) => /^server\/client\/(operations|core|index)\.ts$/.test(target)).map(
      ({ file }) => file.split('/').slice(0, 2).join('/'),
    );
    for (const page of ['web/dashboard', 'web/shopper', 'web/till']) expect(speaking).toContain(page);
  });

  test('the pages take no run-time code from Node', () => {
    const wrong = ALL.filter(
      ({ file, target }) =>
        file.startsWith('web/') &&
        !file.endsWith('.config.ts') &&
        (target.startsWith('node:') || builtinModules.includes(target)),
    );
    expect(wrong).toEqual([]);
  });

  test.each([
    ['@abandonware/noble', /^gateway\/noble/, 'gateway'],
    ['mqtt', /^gateway\/publisher\.ts$/, 'gateway'],
    ['mqtt', /^server\/broker\/mqttSource\.ts$/, 'server'],
    ['aedes', /^server\/broker\/aedesSource\.ts$/, 'server'],
    ['@duckdb/node-api', /^server\/db\/duckdb\.ts$/, 'server'],
    ['express', /^server\/http\//, 'server'],
    ['socket.io', /^server\/live\//, 'server'],
  ])('%s has one door', (library, door, part) => {
    const users = ALL.filter(({ file, target }) => file.startsWith(`${part}/`) && target === library).map(
      ({ file }) => file,
    );
    expect(users.filter((file) => !door.test(file))).toEqual([]);
  });
});
