/** The gateway's own program beside the server's: what the radio heard is counted, whichever of the two dies meanwhile. */
import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { Outbox } from '../../gateway/outbox.ts';
import type { Definitions } from '../../server/contract/definitions.ts';
import type { GatewayHealthView } from '../../server/contract/gatewayHealth.ts';
import type { LiveGateway, LiveSnapshot } from '../../server/contract/live.ts';
import type { Series } from '../../server/contract/metrics.ts';
import type { SightingsMessage } from '../../server/contract/wire.ts';
import type { IngestCounters } from '../../server/ingest/types.ts';
import { builtDist } from '../support/build.ts';
import { loggedSightings } from '../support/loggedSightings.ts';
import { eventually, ServerProcess } from '../support/serverProcess.ts';

const UUID = 'f7826da6-4fa2-4e98-8024-bc5b71e0893e';
const STRANGER = 'fda50693a4e24fb1afcfc6eb07647825';
const CARRIERS = [1, 2, 3];
const RECORDED_SECONDS = 16;
const PACKETS_PER_SECOND = 8;
const PACKETS = CARRIERS.length * RECORDED_SECONDS * PACKETS_PER_SECOND;
const HOUR_MS = 3_600_000;

const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const undo of cleanUp.splice(0).reverse()) await undo();
});

/** Packets of the mall's carriers, of a stranger's beacon, and what is no beacon at all. */
function recording(): string {
  const lines: object[] = [];
  for (let i = 0; i < RECORDED_SECONDS * PACKETS_PER_SECOND; i++) {
    const atMs = (i * 1000) / PACKETS_PER_SECOND;
    for (const minor of CARRIERS) {
      const id = `${UUID.replaceAll('-', '')}0001${minor.toString(16).padStart(4, '0')}`;
      lines.push({ atMs, rssiDbm: -60 - ((i + minor) % 5), manufacturerData: `4c000215${id}c5` });
    }
    lines.push({ atMs, rssiDbm: -70, advertisement: `0201061aff4c000215${STRANGER}10e97a69c5` });
    lines.push({ atMs, rssiDbm: -70, advertisement: '020106' });
  }
  return `${lines.map((line) => JSON.stringify(line)).join('\n')}\n`;
}

class GatewayProcess {
  readonly #main: string;
  readonly #file: string;
  #child: ChildProcess | undefined;
  output = '';

  constructor(dist: string, folder: string, mqttUrl: string) {
    mkdirSync(folder, { recursive: true });
    this.#main = join(dist, 'gateway', 'main.js');
    this.#file = join(folder, 'gateway.yaml');
    writeFileSync(join(folder, 'adverts.ndjson'), recording());
    writeFileSync(
      this.#file,
      [
        'site: mall',
        'gateway: g1',
        `mqtt: { url: "${mqttUrl}" }`,
        `dataDir: ${JSON.stringify(join(folder, 'data'))}`,
        // The allowlist comes from the server at the first connection; before it nothing would be let through.
        `uuids: [${UUID}]`,
        'scanner: { kind: replay, file: adverts.ndjson }',
      ].join('\n'),
    );
  }

  start(): void {
    this.output = '';
    const child = spawn(process.execPath, [this.#main, '--config', this.#file], { stdio: ['ignore', 'pipe', 'pipe'] });
    const keep = (chunk: Buffer): void => {
      this.output = (this.output + chunk.toString()).slice(-6_000);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    this.#child = child;
  }

  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null> {
    const child = this.#child;
    this.#child = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null;
    const ended = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
    child.kill(signal);
    return ended;
  }
}

/** What a killed gateway had in its outbox, by gateway/epoch/seq; read from a copy, as opening it begins an epoch. */
async function unacked(dataDir: string, copy: string): Promise<Map<string, number>> {
  cpSync(dataDir, copy, { recursive: true });
  const outbox = await Outbox.open({ dir: copy, maxBytes: 2 ** 26, nowMs: Date.now(), warn: () => {} });
  const found = new Map<string, number>();
  for (const range of outbox.unacked())
    for (const { epoch, seq, payload } of await outbox.read(range)) {
      const { sightings } = JSON.parse(Buffer.from(payload).toString()) as SightingsMessage;
      found.set(
        `g1/${epoch}/${seq}`,
        sightings.reduce((sum, row) => sum + row[5], 0),
      );
    }
  await outbox.close();
  return found;
}

test('a gateway and a server that die in turn lose and double nothing of what was heard', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'promenade-gateway-'));
  cleanUp.push(() => rmSync(folder, { recursive: true, force: true }));
  const server = new ServerProcess(join(folder, 'server'));
  cleanUp.push(() => server.kill9());
  await server.start();
  await server.must('POST', '/sites', { id: 'mall', name: 'Mall', timezone: 'Europe/Prague', uuids: [UUID] });
  const { definitions } = await server.must<{ definitions: Definitions }>('GET', '/sites/mall/definitions');
  // The recording is short, and the point here is that its visits are counted at all.
  await server.must('PUT', '/sites/mall/definitions', { ...definitions, minVisitSeconds: 5 });
  await server.must('POST', '/sites/mall/floors', { id: 'f0', name: 'Ground', level: 0, widthM: 20, heightM: 20 });
  await server.must('POST', '/sites/mall/gateways', { id: 'g1', floorId: 'f0', xM: 10, yM: 10 });
  await server.must('POST', '/sites/mall/gateways', { id: 'g2', floorId: 'f0', xM: 1, yM: 1 });
  const health = async (id: string): Promise<LiveGateway | undefined> =>
    (await server.must<LiveSnapshot>('GET', '/sites/mall/live')).gateways.find((gateway) => gateway.id === id);
  const sightingsSoFar = async () => (await server.must<IngestCounters>('GET', '/ingest')).sightings;

  const gateway = new GatewayProcess(await builtDist(), join(folder, 'gateway'), server.ready.mqttUrl);
  cleanUp.push(() => gateway.end('SIGKILL'));
  gateway.start();
  await eventually('the first sightings', async () => ((await sightingsSoFar()) > 0 ? true : undefined));
  expect(
    await eventually('its health', async () => ((await health('g1'))?.version ? health('g1') : undefined)),
  ).toMatchObject({
    online: true,
    finding: null,
    droppedBatches: 0,
  });
  expect(await health('g2')).toMatchObject({ online: false, finding: expect.stringContaining('never heard') });

  // What it runs with is what it was sent, and again after a change, without a restart.
  const inFull = () => server.must<GatewayHealthView>('GET', '/sites/mall/gateways/g1/health');
  const confirmedAfter = (sentMs: number) =>
    eventually('its configuration is confirmed', async () => {
      const { config } = await inFull();
      return config.state === 'confirmed' && (config.sinceMs ?? 0) > sentMs ? config : undefined;
    });
  const sent = await confirmedAfter(0);
  const { uptimeSeconds } = await inFull();
  const settings = { windowMs: 500, statusEveryMs: 5_000 };
  expect(await server.must('PATCH', '/sites/mall/gateways/g1', { settings })).toMatchObject({ settings });
  const changed = await confirmedAfter(sent.sinceMs!);
  await server.must('PATCH', '/sites/mall/gateways/g1', { settings: { windowMs: null, statusEveryMs: null } });
  await confirmedAfter(changed.sinceMs!);
  const full = await inFull();
  expect(full.uptimeSeconds).toBeGreaterThanOrEqual(uptimeSeconds!);
  expect(full).toMatchObject({ findings: [], lostBatches: 0, scannerRestarts: 0 });
  expect(full.program!.memoryBytes).toBeGreaterThan(2e7);
  expect(full.box!.memoryFreeShare).toBeGreaterThan(0);

  await gateway.end('SIGKILL');
  const dead = await eventually('its death shows', async () => {
    const now = await health('g1');
    return now?.online === false ? now : undefined;
  });
  expect(dead.finding).toMatch(/^offline since \d/);

  // It comes back; then the server dies, the outbox fills, and it dies with that in hand.
  const before = await sightingsSoFar();
  gateway.start();
  await eventually('it goes on', async () => ((await sightingsSoFar()) > before ? true : undefined));
  await server.kill9();
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  await gateway.end('SIGKILL');
  const inHand = await unacked(join(folder, 'gateway', 'data'), join(folder, 'copy'));
  expect(inHand.size).toBeGreaterThan(0);

  // The last time it hears some seconds before anybody listens.
  gateway.start();
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  await server.start();
  const alive = await eventually('it is back', async () => {
    const now = await health('g1');
    return now?.online && (now.advertsPerSecond ?? 0) > 0 ? now : undefined;
  });
  expect(alive.finding).toBeNull();
  // Crashes of both sides lost nothing, and none is reported.
  expect(await inFull()).toMatchObject({ lostBatches: 0, droppedBatches: 0 });
  await eventually('the recording is over', async () =>
    gateway.output.includes('recording has ended') ? true : undefined,
  );
  const footfall = await eventually(
    'the visits',
    async () => {
      const fromMs = Math.floor(Date.now() / HOUR_MS - 1) * HOUR_MS;
      const period = `from=${new Date(fromMs).toISOString()}&to=${new Date(fromMs + 3 * HOUR_MS).toISOString()}`;
      const { series } = await server.must<Series>('GET', `/sites/mall/metrics/footfall?interval=hour&${period}`);
      const visits = series.reduce((sum, point) => sum + (point.value ?? 0), 0);
      return visits > 0 ? visits : undefined;
    },
    90_000,
  );
  // The outages were shorter than what ends a visit.
  expect(footfall).toBe(CARRIERS.length);
  expect(await gateway.end('SIGTERM')).toBe(0);
  await server.stop();

  const logged = await loggedSightings(server.dataDir, 'mall');
  expect(logged.doubled).toEqual([]);
  const epochs = new Map<string, { seqs: number[]; packets: number }>();
  for (const [key, packets] of logged.advertsByBatch) {
    const [, epoch = '', seq] = key.split('/');
    const entry = epochs.get(epoch) ?? { seqs: [], packets: 0 };
    entry.seqs.push(Number(seq));
    entry.packets += packets;
    epochs.set(epoch, entry);
  }
  expect(epochs.size).toBe(3);
  // Without a hole, however often something died.
  for (const { seqs } of epochs.values()) expect(seqs.sort((a, b) => a - b)).toEqual(Array.from(seqs, (_, i) => i + 1));
  for (const [batch, packets] of inHand) expect([batch, logged.advertsByBatch.get(batch)]).toEqual([batch, packets]);
  const [first, second, third] = [...epochs]
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([, { packets }]) => packets);
  for (const cutShort of [first, second]) {
    expect(cutShort).toBeGreaterThan(0);
    expect(cutShort).toBeLessThan(PACKETS);
  }
  // The whole recording, packet by packet.
  expect(third).toBe(PACKETS);
});
