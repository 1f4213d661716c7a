/** One gateway: scanner → thinning → outbox → broker. */
import { readFile } from 'node:fs/promises';
import type { ConfigMessage, SightingsMessage, StatusMessage } from '../server/contract/wire.ts';
import { boxHealth } from './box.ts';
import { type GatewayConfig, GatewayConfigError } from './config.ts';
import { Outbox } from './outbox.ts';
import { Publisher } from './publisher.ts';
import type { Scanner } from './scanner.ts';
import { loadServerConfig, saveServerConfig } from './serverConfig.ts';
import { type Batch, Thinning } from './sightings.ts';

export interface GatewayParts {
  scanner: Scanner;
  version: string;
  nowMs: () => number;
  random: () => number;
  log: (sentence: string) => void;
}

/** Until the server says otherwise. */
const DEFAULT_WINDOW_MS = 1_000;
const DEFAULT_HEARTBEAT_MS = 10_000;
/** A rate over less is chance; status also goes out when a configuration came. */
const RATE_OVER_MS = 2_000;
const MAX_SENTENCE = 500;

interface Measured {
  advertsPerSecond: number;
  airDbm: StatusMessage['airDbm'];
  cpuShare: number;
}

const monotonicMs = (): number => performance.now();

export class Gateway {
  private readonly config: GatewayConfig;
  private readonly parts: GatewayParts;
  private thinning: Thinning;
  private outbox: Outbox | undefined;
  private publisher: Publisher | undefined;
  private fault: string | undefined;
  private frames = 0;
  private framesSinceMs = monotonicMs();
  private saving: Promise<void> = Promise.resolve();
  private configId: string | null = null;
  private configRefused: StatusMessage['configRefused'];
  private statusEveryMs: number | undefined;
  private readonly startedMs = monotonicMs();
  private cpuSeconds = 0;
  private measured: Measured | undefined;

  constructor(config: GatewayConfig, parts: GatewayParts) {
    this.config = config;
    this.parts = parts;
    this.thinning = new Thinning({
      uuids: config.uuids,
      windowMs: DEFAULT_WINDOW_MS,
      heartbeatMs: DEFAULT_HEARTBEAT_MS,
    });
  }

  /** Rejects with ScannerUnavailable or GatewayConfigError, leaving nothing running. */
  async start(): Promise<void> {
    const { config, parts } = this;
    const ca = config.mqtt.caFile === null ? undefined : await readCa(config.mqtt.caFile);
    const outbox = await Outbox.open({
      dir: config.dataDir,
      maxBytes: config.outbox.maxBytes,
      nowMs: parts.nowMs(),
      warn: parts.log,
    });
    this.outbox = outbox;
    const kept = await loadServerConfig(config.dataDir);
    if (kept) this.applyConfig(kept);
    try {
      await parts.scanner.start({
        heard: (beacons, uptoMs, frames) => {
          this.frames += frames;
          for (const beacon of beacons) this.thinning.add(beacon);
          this.keep(this.thinning.advance(uptoMs));
        },
        interrupted: () => this.keep(this.thinning.interrupt()),
        fault: (sentence) => {
          this.fault = sentence;
          if (sentence) parts.log(sentence);
        },
      });
    } catch (error) {
      await outbox.close();
      throw error;
    }
    this.publisher = new Publisher({
      url: config.mqtt.url,
      username: config.mqtt.username ?? undefined,
      password: config.mqtt.password ?? undefined,
      ca,
      siteId: config.site,
      gatewayId: config.gateway,
      outbox,
      status: () => this.status(),
      onConfig: (message) => this.configured(message),
      onConfigRefused: (id, why) => {
        this.configRefused = { id, why };
      },
      log: parts.log,
      random: parts.random,
      ...(this.statusEveryMs === undefined ? {} : { statusEveryMs: this.statusEveryMs }),
    });
    this.publisher.start();
  }

  /** Keeps and sends what was heard to the end, says goodbye to the broker. */
  async stop(): Promise<void> {
    await this.parts.scanner.stop();
    this.keep(this.thinning.interrupt());
    await this.publisher?.stop();
    await this.outbox?.close();
    await this.saving;
  }

  private keep(batches: readonly Batch[]): void {
    const outbox = this.outbox;
    if (!outbox) return;
    for (const batch of batches) {
      const { seq, payload } = outbox.append((epoch, nextSeq) =>
        Buffer.from(JSON.stringify({ v: 1, epoch, seq: nextSeq, ...batch } satisfies SightingsMessage)),
      );
      // At once, beside the writing: on an SD card a sync can take a second, and the server knows repeats by their seq.
      this.publisher?.offer({ epoch: outbox.epoch, seq, payload });
    }
  }

  private status(): StatusMessage {
    const { parts, outbox, configRefused } = this;
    const nowMs = monotonicMs();
    const { restarts, memoryBytes, cpuSeconds } = parts.scanner.stats();
    if (this.measured === undefined || nowMs - this.framesSinceMs >= RATE_OVER_MS)
      this.measured = this.measure(nowMs, cpuSeconds);
    const { advertsPerSecond, airDbm, cpuShare } = this.measured;
    return {
      online: true,
      version: parts.version,
      epoch: outbox?.epoch ?? 0,
      clockMs: parts.nowMs(),
      outboxBatches: outbox?.unackedBatches ?? 0,
      droppedBatches: outbox?.droppedBatches ?? 0,
      advertsPerSecond,
      ...(this.fault === undefined ? {} : { fault: this.fault.slice(0, MAX_SENTENCE) }),
      uptimeSeconds: Math.round((nowMs - this.startedMs) / 1_000),
      configId: this.configId,
      ...(configRefused === undefined ? {} : { configRefused }),
      scannerRestarts: restarts,
      ...(airDbm === undefined ? {} : { airDbm }),
      program: {
        cpuShare,
        memoryBytes: process.memoryUsage.rss() + memoryBytes,
      },
      box: boxHealth(),
    };
  }

  /** Since it was last measured. */
  private measure(nowMs: number, scannerCpuSeconds: number): Measured {
    const { air } = this.parts.scanner;
    const seconds = Math.max(0.001, (nowMs - this.framesSinceMs) / 1_000);
    const { user, system } = process.cpuUsage();
    const cpuSeconds = (user + system) / 1e6 + scannerCpuSeconds;
    const measured: Measured = {
      advertsPerSecond: Math.round((this.frames / seconds) * 10) / 10,
      airDbm: air.quantiles(),
      cpuShare: Math.round((Math.max(0, cpuSeconds - this.cpuSeconds) / seconds) * 1_000) / 1_000,
    };
    air.clear();
    this.frames = 0;
    this.framesSinceMs = nowMs;
    this.cpuSeconds = cpuSeconds;
    return measured;
  }

  private configured(message: ConfigMessage): void {
    this.applyConfig(message);
    const unknowns = message.unknowns ? 'counted under the key of the day' : 'dropped';
    this.parts.log(
      `Configuration from the server: ${message.uuids.length} UUIDs, windows of ${message.windowMs} ms, heartbeat every ${message.heartbeatMs} ms, unknown beacons ${unknowns}`,
    );
    this.saving = this.saving
      .then(() => saveServerConfig(this.config.dataDir, message))
      .catch((error) =>
        this.parts.log(`cannot keep the server's configuration in ${this.config.dataDir}: ${String(error)}`),
      );
  }

  private applyConfig({ id, uuids, windowMs, heartbeatMs, statusEveryMs, unknowns }: ConfigMessage): void {
    this.thinning.configure({ uuids, windowMs, heartbeatMs, unknowns });
    this.statusEveryMs = statusEveryMs;
    this.configId = id ?? null;
    this.configRefused = undefined;
    this.publisher?.statusEvery(statusEveryMs);
  }
}

async function readCa(caFile: string): Promise<Buffer> {
  try {
    return await readFile(caFile);
  } catch {
    throw new GatewayConfigError('The configuration', [
      `mqtt.caFile: ${caFile} cannot be read; name a PEM file that this user may read`,
    ]);
  }
}
