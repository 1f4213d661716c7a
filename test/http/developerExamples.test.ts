/** What the developers' page shows runs: each example beside the client as it is downloaded, checked by the compiler, against a whole server. */
import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mqtt from 'mqtt';
import { transformWithOxc } from 'vite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type App, createApp } from '../../server/app.ts';
import {
  type Client,
  createCarriers,
  createClient,
  createFloor,
  createGateway,
  createSite,
  createZone,
  getFootfall,
  listReferenceCounts,
  listWebhooks,
} from '../../server/client/index.ts';
import { parseServerConfig } from '../../server/config.ts';
import { newSecret, signatureHeaders } from '../../server/outgoing/signature.ts';
import { wholeClient } from '../../web/developers/client.config.ts';
import { eventually, freePort } from '../support/serverProcess.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const UUID = 'f7826da6-4fa2-4e98-8024-bc5b71e0893e';
/** Ten in the morning of the day that the page asks for. */
const OPEN_MS = Date.parse('2026-05-04T08:00:00Z');
const CARRIERS = 15;

const page = readFileSync(join(ROOT, 'web', 'developers', 'index.html'), 'utf8');
const plain = (html: string): string =>
  html.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&');
const examples = new Map(
  [...page.matchAll(/<code data-example="([a-z]+)">([\s\S]*?)<\/code>/g)].map(([, name, code]) => [
    name!,
    plain(code!),
  ]),
);

let app: App;
let client: Client;
let env: NodeJS.ProcessEnv;
const folder = mkdtempSync(join(tmpdir(), 'developer-'));

function program(name: string) {
  const child = spawn(process.execPath, [`${name}.mjs`], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk) => {
    out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    err += chunk;
  });
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  return { child, ended, out: () => out, err: () => err };
}

async function run(name: string): Promise<string> {
  const { ended, out, err } = program(name);
  expect([await ended, err()]).toEqual([0, '']);
  return out();
}

beforeAll(async () => {
  const config = parseServerConfig('', 'test', {
    PROMENADE_DATA_DIR: join(folder, 'data'),
    PROMENADE_HTTP_PORT: '0',
    PROMENADE_MQTT_EMBEDDED_PORT: '0',
  });
  app = createApp(config, { clock: Date.now });
  const { url, mqttUrl } = await app.start();
  const token = await app.issueDemoToken();
  client = createClient({ baseUrl: url, token });
  env = { ...process.env, PROMENADE_URL: url, PROMENADE_TOKEN: token };

  const site = 'mall';
  await createSite(client, { id: site, name: 'Mall', timezone: 'Europe/Prague', clock: 'data', uuids: [UUID] });
  await createFloor(client, { site }, { id: 'f0', name: 'Ground', level: 0, widthM: 20, heightM: 20 });
  await createGateway(client, { site }, { id: 'g1', floorId: 'f0', xM: 10, yM: 10 });
  const circle = (xM: number, radiusM: number) => ({ type: 'circle' as const, xM, yM: 10, radiusM });
  await createZone(
    client,
    { site },
    { id: 'shop', floorId: 'f0', name: 'Say "hi"', kind: 'shop', shape: circle(10, 8) },
  );
  await createZone(
    client,
    { site },
    { id: 'north-door', floorId: 'f0', name: 'North', kind: 'entrance', shape: circle(19, 1) },
  );
  await createCarriers(client, { site }, [{ kind: 'tag', uuid: UUID, major: 1, minor: 999 }]);

  const gateway = mqtt.connect(mqttUrl, { clientId: 'g1' });
  const here = Array.from({ length: CARRIERS }, (_, minor) => [0, 1, minor, -55, -52, 4, -59, 500]);
  // Ten minutes with people, then an hour without, which ends their visits.
  for (let seq = 1; seq <= 120; seq++) {
    const fromMs = OPEN_MS + (seq <= 60 ? seq * 10_000 : 600_000 + (seq - 60) * 60_000);
    const batch = {
      v: 1,
      epoch: 1,
      seq,
      fromMs,
      toMs: fromMs + 1_000,
      uuids: [UUID],
      sightings: seq <= 60 ? here : [],
    };
    gateway.publish(`promenade/1/${site}/g1/sightings`, JSON.stringify(batch), { qos: 1 });
  }
  await eventually('the visits', async () => {
    const from = new Date(OPEN_MS);
    const { series } = await getFootfall(client, { site, from, to: new Date(OPEN_MS + 3_600_000), interval: 'hour' });
    return series[0]?.value === CARRIERS ? true : undefined;
  });
  await gateway.endAsync();

  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  mkdirSync(join(folder, 'node_modules'));
  for (const name of ['socket.io-client', '@types', 'engine.io-client', 'socket.io-parser', '@socket.io'])
    symlinkSync(join(ROOT, 'node_modules', name), join(folder, 'node_modules', name));
  const sources = new Map([['promenade', wholeClient()], ...examples]);
  for (const [name, text] of sources) {
    writeFileSync(join(folder, `${name}.ts`), text);
    const { code } = await transformWithOxc(text, `${name}.ts`, { sourcemap: false });
    writeFileSync(
      join(folder, `${name}.mjs`),
      code.replaceAll("'./promenade.ts'", "'./promenade.mjs'").replaceAll('"./promenade.ts"', '"./promenade.mjs"'),
    );
  }
}, 60_000);

afterAll(async () => {
  await app?.stop();
  rmSync(folder, { recursive: true, force: true });
});

test('the client as it is downloaded, and every example, pass the strictest compiler, alone', () => {
  expect([...examples.keys()]).toEqual(
    expect.arrayContaining(['footfall', 'live', 'webhook', 'receiver', 'export', 'count']),
  );
  const compilerOptions = {
    target: 'ES2023',
    lib: ['ES2023', 'DOM'],
    module: 'NodeNext',
    moduleResolution: 'NodeNext',
    strict: true,
    noUncheckedIndexedAccess: true,
    exactOptionalPropertyTypes: true,
    noUnusedLocals: true,
    erasableSyntaxOnly: true,
    verbatimModuleSyntax: true,
    isolatedModules: true,
    allowImportingTsExtensions: true,
    skipLibCheck: true,
    types: ['node'],
    noEmit: true,
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }));
  const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
  const { status, stdout } = spawnSync(process.execPath, [tsc, '-p', folder], { encoding: 'utf8' });
  expect(stdout).toBe('');
  expect(status).toBe(0);
});

test('reads the footfall of a day', async () => {
  const lines = (await run('footfall')).trim().split('\n');
  expect(lines).toHaveLength(24);
  expect(lines[10]).toMatch(/^2026-05-04T10:00:00\S* 15 visits \(15 to 15\) \d+ % heard$/);
  expect(lines[3]).toMatch(/not measured 0 % heard$/);
});

test('follows what happens, and stops when it is told to', async () => {
  const { child, ended, out, err } = program('live');
  await eventually('a live line', async () => (/^\S+T\S+Z .* in 2 zones$/m.test(out()) ? true : undefined));
  expect(err()).toMatch(/^live/);
  child.kill('SIGINT');
  expect(await ended).toBe(0);

  const token = env.PROMENADE_TOKEN;
  env = { ...env, PROMENADE_TOKEN: 'wrong' };
  const refused = program('live');
  await eventually('a refusal', async () => (/^refused sign in/.test(refused.err()) ? true : undefined));
  expect(await refused.ended).toBe(0);
  env = { ...env, PROMENADE_TOKEN: token };
});

test('creates a webhook, whose secret is told once', async () => {
  expect(await run('webhook')).toMatch(/^webhook \S+; keep its secret, it is told once: whsec_\S{40,}$/m);
  const [webhook] = await listWebhooks(client, { site: 'mall' });
  expect(webhook).toMatchObject({ url: 'https://receiver.example/promenade', enabled: true, figures: { pending: 1 } });
});

test('a receiver takes what is signed, once', async () => {
  const secret = newSecret(randomBytes);
  const port = await freePort();
  env = { ...env, WEBHOOK_SECRET: secret, PORT: String(port) };
  const { child, ended, out } = program('receiver');
  const body = JSON.stringify({ type: 'zone.counts', timestamp: '2026-05-04T08:00:00.000Z', data: { zones: ['čaj'] } });
  const send = async (headers: Record<string, string>): Promise<number> => {
    const response = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', headers, body });
    return response.status;
  };
  const nowSeconds = Math.floor(Date.now() / 1_000);
  const right = signatureHeaders([newSecret(randomBytes), secret], 'msg-1', nowSeconds, body);
  await eventually('the receiver', async () => ((await send(right).catch(() => 0)) === 204 ? true : undefined));
  expect(await send(right)).toBe(204);
  expect(await send(signatureHeaders([newSecret(randomBytes)], 'msg-2', nowSeconds, body))).toBe(401);
  expect(await send({ ...right, 'webhook-id': 'msg-3' })).toBe(401);
  expect(await send(signatureHeaders([secret], 'msg-4', nowSeconds - 3_600, body))).toBe(401);
  expect(out()).toBe('2026-05-04T08:00:00.000Z zone.counts {"zones":["čaj"]}\n');
  child.kill();
  await ended;
});

test('exports what was counted', async () => {
  expect(await run('export')).toBe('31 days of shops in visits.csv\n');
  const [head, ...rows] = readFileSync(join(folder, 'visits.csv'), 'utf8').trim().split('\n');
  expect(head).toBe('shop,day,visits,low,high,coverage,state');
  expect(rows).toHaveLength(31);
  expect(rows[3]).toMatch(/^"Say ""hi""",2026-05-04,15,15,15,/);
  expect(rows[0]).toMatch(/^"Say ""hi""",2026-05-01,,,,0,/);
});

test('enters a count of people, and says what is wrong with a second one', async () => {
  expect(await run('count')).toMatch(/^kept as r-/);
  const [count] = await listReferenceCounts(client, { site: 'mall' });
  expect(count).toMatchObject({ zoneId: 'north-door', people: 112, out: 98 });
  env = { ...env, PROMENADE_TOKEN: 'wrong' };
  const refused = program('count');
  expect(await refused.ended).toBe(1);
  expect(refused.err()).toMatch(/^unauthenticated /);
});
