/** A broker of one's own, mosquitto: what it and the server lose in a crash, the gateways send again. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { Series } from '../../server/contract/metrics.ts';
import type { SightingRow, SightingsMessage } from '../../server/contract/wire.ts';
import { describeWith } from '../support/describeWith.ts';
import { loggedSightings } from '../support/loggedSightings.ts';
import { eventually, freePort, ServerProcess } from '../support/serverProcess.ts';
import { TestGateway } from '../support/testGateway.ts';

const MOSQUITTO = ['/usr/sbin/mosquitto', '/usr/local/sbin/mosquitto', '/opt/homebrew/sbin/mosquitto'].find(existsSync);
const MISSING = 'no mosquitto on this machine: install it (Debian: apt-get install mosquitto)';

const UUID = 'f7826da6-4fa2-4e98-8024-bc5b71e0893e';
const MINUTE_MS = 60_000;
const GATEWAYS = 20;
const BATCHES = 100;
const CARRIERS = 15;

const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const undo of cleanUp.splice(0).reverse()) await undo();
});

class Mosquitto {
  readonly #folder: string;
  readonly #port: number;
  #child: ChildProcess | undefined;

  constructor(folder: string, port: number, persistence: boolean) {
    this.#folder = folder;
    this.#port = port;
    const data = join(folder, 'data');
    mkdirSync(data, { recursive: true });
    const lines = [
      `listener ${port} 127.0.0.1`,
      'allow_anonymous true',
      `persistence ${persistence}`,
      `persistence_location ${data}/`,
      'autosave_interval 1',
      // As root it would become another user, who may not write here.
      ...(process.getuid?.() === 0 ? ['user root'] : []),
    ];
    writeFileSync(join(folder, 'mosquitto.conf'), `${lines.join('\n')}\n`);
  }

  get url(): string {
    return `mqtt://127.0.0.1:${this.#port}`;
  }

  async start(): Promise<void> {
    const child = spawn(MOSQUITTO!, ['-c', join(this.#folder, 'mosquitto.conf')], { stdio: 'ignore' });
    this.#child = child;
    await eventually('mosquitto listens', async () => {
      if (child.exitCode !== null) throw new Error(`mosquitto ended with ${child.exitCode}`);
      const open = await new Promise<boolean>((resolve) => {
        const socket = connect(this.#port, '127.0.0.1');
        socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
        socket.once('connect', () => socket.destroy());
      });
      return open ? true : undefined;
    });
  }

  async kill9(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
  }
}

/** Each gateway hears each carrier once in each of its seconds: every number of sightings is known beforehand. */
const batchesOf = (startMs: number): SightingsMessage[] =>
  Array.from({ length: BATCHES }, (_, second) => ({
    v: 1,
    epoch: 4,
    seq: second + 1,
    fromMs: startMs + second * 1000,
    toMs: startMs + (second + 1) * 1000,
    uuids: [UUID],
    sightings: Array.from({ length: CARRIERS }, (_, minor): SightingRow => [0, 1, minor, -60, -58, 5, -59, 500]),
  }));

async function startSite(mqttUrl: string): Promise<ServerProcess> {
  const folder = mkdtempSync(join(tmpdir(), 'promenade-own-broker-'));
  cleanUp.push(() => rmSync(folder, { recursive: true, force: true }));
  const server = new ServerProcess(folder, { PROMENADE_MQTT_URL: mqttUrl });
  cleanUp.push(() => server.kill9());
  await server.start();
  expect(server.ready.mqttUrl).toBe(mqttUrl);
  await server.must('POST', '/sites', { id: 'mall', name: 'Mall', timezone: 'Europe/Prague', uuids: [UUID] });
  await server.must('POST', '/sites/mall/floors', { id: 'f0', name: 'Ground', level: 0, widthM: 50, heightM: 50 });
  for (let i = 0; i < GATEWAYS; i++)
    await server.must('POST', '/sites/mall/gateways', {
      id: `g${i}`,
      floorId: 'f0',
      xM: 5 + (i % 5) * 10,
      yM: 5 + Math.floor(i / 5) * 10,
    });
  return server;
}

describeWith(MOSQUITTO === undefined ? MISSING : undefined, 'behind mosquitto', () => {
  test.each([{ persistence: false }, { persistence: true }])(
    'kill -9 of broker and server loses and doubles nothing (persistence $persistence)',
    async ({ persistence }) => {
      const folder = mkdtempSync(join(tmpdir(), 'promenade-mosquitto-'));
      cleanUp.push(() => rmSync(folder, { recursive: true, force: true }));
      const broker = new Mosquitto(folder, await freePort(), persistence);
      cleanUp.push(() => broker.kill9());
      await broker.start();
      const server = await startSite(broker.url);

      const endMs = Math.floor((Date.now() - 40 * MINUTE_MS) / (15 * MINUTE_MS)) * 15 * MINUTE_MS;
      const startMs = endMs - 15 * MINUTE_MS;
      const gateways = Array.from({ length: GATEWAYS }, (_, i) => new TestGateway('mall', `g${i}`, batchesOf(startMs)));
      for (const gateway of gateways) {
        cleanUp.push(() => gateway.stop());
        gateway.holdAfter(BATCHES * 0.4);
        await gateway.start(broker.url);
      }
      const left = (): number => gateways.reduce((sum, gateway) => sum + gateway.left, 0);
      const some = (share: number) =>
        eventually(
          'some are acked',
          async () => (left() <= GATEWAYS * BATCHES * (1 - share) ? true : undefined),
          60_000,
        );
      await some(0.01);
      expect(left()).toBeGreaterThan(0);
      await broker.kill9();
      await broker.start();
      await some(0.2);
      for (const gateway of gateways) gateway.holdAfter(BATCHES * 0.8);
      await some(0.42);
      await server.kill9();
      expect(left()).toBeGreaterThan(0);
      await server.start();
      for (const gateway of gateways) gateway.holdAfter(BATCHES);
      await eventually('all are acked', async () => (left() === 0 ? true : undefined), 60_000);

      const period = `from=${new Date(startMs).toISOString()}&to=${new Date(endMs).toISOString()}`;
      const footfall = await eventually('the visits', async () => {
        const { series } = await server.must<Series>('GET', `/sites/mall/metrics/footfall?interval=15m&${period}`);
        return series.every((point) => point.state === 'final') ? series : undefined;
      });
      expect(footfall.map((point) => point.value)).toEqual([CARRIERS]);
      // What the log holds, counted row by row.
      await server.stop();
      const logged = await loggedSightings(server.dataDir, 'mall');
      expect(logged.doubled).toEqual([]);
      expect(logged.batches).toBe(GATEWAYS * BATCHES);
      expect(logged.sightings).toBe(GATEWAYS * BATCHES * CARRIERS);
      // One at a time would be one commit for each.
      expect(logged.commits).toBeLessThan(logged.batches / 3);
    },
  );
});
