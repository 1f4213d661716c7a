/** The gateway's end of MQTT: sends the outbox, tells its state, hears acknowledgements and configuration. */
import { connect, type IClientOptions, type MqttClient } from 'mqtt';
import { topicOf } from '../server/contract/topics.ts';
import { ackMessage, type ConfigMessage, configMessage, type StatusMessage } from '../server/contract/wire.ts';
import { doublingMs, fullJitterMs } from './backoff.ts';
import type { Outbox, StoredBatch } from './outbox.ts';
import { SendPlan, sizeOf } from './ranges.ts';

export interface PublisherOptions {
  url: string;
  username?: string | undefined;
  password?: string | undefined;
  /** PEM, for brokers whose certificate no public authority signed. */
  ca?: Buffer | undefined;
  siteId: string;
  gatewayId: string;
  outbox: Outbox;
  status: () => StatusMessage;
  onConfig: (config: ConfigMessage) => void;
  /** `id` where the configuration has one. */
  onConfigRefused?: (id: string | null, why: string) => void;
  log: (sentence: string) => void;
  random: () => number;
  /** @default 10_000 */
  statusEveryMs?: number;
  /** No acknowledgement for this long while some are due: they are sent again. @default 10_000 */
  ackStallMs?: number;
  /** Batches that may wait for the server's acknowledgement before the backlog pauses. @default 256 */
  windowBatches?: number;
  /** A backlog goes at this pace, so that live batches and the other gateways have room. @default 500 */
  backlogBatchesPerSecond?: number;
}

const CONNECT_TIMEOUT_MS = 10_000;
const KEEPALIVE_SECONDS = 30;
/** A connection that lasted this long was a good one: the next attempt is quick again. */
const STABLE_AFTER_MS = 10_000;
const MAX_STALL_MS = 160_000;
const TICK_MS = 100;
/** Live batches overtake a backlog even when its window is full; a server that is away gets no more than these. */
const LIVE_EXTRA_BATCHES = 64;
const READ_AT_ONCE = 64;
/** A broker that does not answer within this at the end has lost its chance; the outbox has not. */
const FAREWELL_MS = 2_000;
/** Acknowledged before the end is not sent again after the next start. */
const LAST_ACK_MS = 500;
const MAX_INCOMING_BYTES = 64 * 1024;
const STATUS_EVERY_MS = 10_000;
const MAX_FAULTS = 5;
const MAX_WHY = 400;

const monotonicMs = (): number => performance.now();

export class Publisher {
  private readonly options: PublisherOptions;
  private readonly plan = new SendPlan();
  /** Sent, not yet confirmed by the broker, by epoch: not trimmed whatever the server acknowledges. */
  private readonly unconfirmed = new Map<number, Set<number>>();
  private readonly serverAck = new Map<number, number>();
  private client: MqttClient | undefined;
  private attempts = 0;
  private connectedAtMs: number | undefined;
  private reconnectTimer: NodeJS.Timeout | undefined;
  private timers: NodeJS.Timeout[] = [];
  private statusTimer: NodeJS.Timeout | undefined;
  private backlogBudget = 0;
  private isPumping = false;
  private mayOvertake = false;
  private lastProgressMs = 0;
  private stalls = 0;
  private isStopping = false;
  private lastTrouble = '';
  private readonly gapsInFlight = new Set<string>();

  constructor(options: PublisherOptions) {
    this.options = options;
  }

  get isConnected(): boolean {
    return this.client?.connected ?? false;
  }

  start(): void {
    this.options.outbox.onGap = () => this.publishGaps();
    this.timers.push(setInterval(() => this.tick(), TICK_MS));
    this.statusEvery(this.options.statusEveryMs);
    this.connect();
  }

  statusEvery(ms = this.options.statusEveryMs ?? STATUS_EVERY_MS): void {
    if (this.isStopping) return;
    clearInterval(this.statusTimer);
    this.statusTimer = setInterval(() => this.publishStatus(), ms);
  }

  /** A batch that was just put into the outbox. */
  offer(batch: StoredBatch): void {
    // Without a connection it is found in the outbox when there is one.
    if (!this.isConnected) return;
    const room = this.window + (this.plan.unsent > 0 ? LIVE_EXTRA_BATCHES : 0) - this.inFlight();
    if (room > 0 && (this.mayOvertake || this.plan.unsent === 0)) this.send(batch);
    else this.plan.add(batch.epoch, batch.seq);
  }

  /** Gives what is unsent a last chance, says goodbye, closes. */
  async stop(): Promise<void> {
    await this.waitFor(FAREWELL_MS, () => this.plan.unsent === 0 && this.unconfirmed.size === 0);
    await this.waitFor(LAST_ACK_MS, () => this.inFlight() === 0);
    this.isStopping = true;
    for (const timer of this.timers) clearInterval(timer);
    clearInterval(this.statusTimer);
    clearTimeout(this.reconnectTimer);
    this.options.outbox.onGap = undefined;
    const client = this.client;
    this.client = undefined;
    if (!client) return;
    if (client.connected) {
      const farewell = JSON.stringify({ ...this.options.status(), online: false } satisfies StatusMessage);
      await within(FAREWELL_MS, (done) =>
        client.publish(this.topic('status'), farewell, { qos: 1, retain: true }, () => done()),
      );
      await within(FAREWELL_MS, (done) => client.end(false, () => done()));
    }
    client.end(true);
  }

  private async waitFor(ms: number, isDone: () => boolean): Promise<void> {
    const deadlineMs = monotonicMs() + ms;
    while (this.isConnected && !isDone() && monotonicMs() < deadlineMs)
      await new Promise((resolve) => setTimeout(resolve, 20));
  }

  private topic(leaf: Parameters<typeof topicOf>[2]): string {
    return topicOf(this.options.siteId, this.options.gatewayId, leaf);
  }

  private get window(): number {
    return this.options.windowBatches ?? 256;
  }

  private inFlight(): number {
    return this.options.outbox.unackedBatches - this.plan.unsent;
  }

  /**
   * A new client for each connection: the outbox is what is sent again, and a client that lives on would repeat its own
   * in-flight messages beside it. The broker's session goes by the client id and stays.
   */
  private connect(): void {
    const { url, username, password, ca, siteId, gatewayId, outbox } = this.options;
    const will: StatusMessage = { online: false, epoch: outbox.epoch };
    const settings: IClientOptions = {
      clientId: `promenade-gateway-${siteId}-${gatewayId}`,
      clean: false,
      reconnectPeriod: 0,
      connectTimeout: CONNECT_TIMEOUT_MS,
      keepalive: KEEPALIVE_SECONDS,
      will: { topic: this.topic('status'), payload: Buffer.from(JSON.stringify(will)), qos: 1, retain: true },
      ...(username === undefined ? {} : { username }),
      ...(password === undefined ? {} : { password }),
      ...(ca === undefined ? {} : { ca }),
    };
    const client = connect(url, settings);
    this.client = client;
    client.on('connect', () => this.connected(client));
    client.on('message', (topic, payload) => this.received(topic, payload));
    client.on('error', (error) => {
      if (this.client === client) this.trouble(error);
      this.retire(client);
    });
    client.on('close', () => this.retire(client));
  }

  private retire(client: MqttClient): void {
    if (this.client !== client || this.isStopping) return;
    this.client = undefined;
    client.end(true);
    if (this.connectedAtMs !== undefined) this.options.log('Connection to the broker lost');
    const lastedMs = this.connectedAtMs === undefined ? 0 : monotonicMs() - this.connectedAtMs;
    this.connectedAtMs = undefined;
    this.attempts = lastedMs >= STABLE_AFTER_MS ? 0 : this.attempts + 1;
    this.reconnectTimer = setTimeout(() => this.connect(), fullJitterMs(this.attempts, this.options.random));
  }

  /** Each kind of trouble is said once, not at every attempt. */
  private trouble(error: Error & { code?: unknown }): void {
    const cause = error.message || String(error.code);
    if (cause === this.lastTrouble) return;
    this.lastTrouble = cause;
    this.options.log(
      `No connection to ${this.options.url}: ${cause}; trying again, nothing is lost. If it stays so, check mqtt.url, mqtt.username and mqtt.password`,
    );
  }

  private connected(client: MqttClient): void {
    if (this.client !== client) return;
    this.connectedAtMs = monotonicMs();
    this.lastTrouble = '';
    const { outbox, log, url } = this.options;
    log(`Connected to ${url}, ${outbox.unackedBatches} batches to send`);
    client.subscribe([this.topic('ack'), this.topic('config')], { qos: 1 }, (error, granted) => {
      const isRefused = granted?.some(({ qos }) => qos === 128);
      if (error || isRefused)
        log(
          `The broker refused ${this.topic('ack')} and ${this.topic('config')}; allow this user to subscribe to them`,
        );
    });
    this.publishStatus();
    this.gapsInFlight.clear();
    this.publishGaps();
    this.stalls = 0;
    this.mayOvertake = false;
    this.sendAllAgain();
  }

  private sendAllAgain(): void {
    const { outbox } = this.options;
    this.unconfirmed.clear();
    this.plan.reset(outbox.unacked());
    this.lastProgressMs = monotonicMs();
    this.backlogBudget = this.budgetPerTick();
    void this.pump();
  }

  private budgetPerTick(): number {
    return Math.max(1, Math.round(((this.options.backlogBatchesPerSecond ?? 500) * TICK_MS) / 1_000));
  }

  private tick(): void {
    if (!this.isConnected) return;
    const stallMs = doublingMs(this.stalls, this.options.ackStallMs ?? 10_000, MAX_STALL_MS);
    if (this.inFlight() === 0) this.lastProgressMs = monotonicMs();
    else if (monotonicMs() - this.lastProgressMs > stallMs) {
      // Ever more rarely: behind a broker that lives while the server does not, repeats pile up in its queue.
      this.stalls += 1;
      this.publishHoles();
      this.sendAllAgain();
      return;
    }
    this.backlogBudget = this.budgetPerTick();
    void this.pump();
  }

  private async pump(): Promise<void> {
    if (this.isPumping) return;
    this.isPumping = true;
    const client = this.client;
    try {
      if (!this.mayOvertake) {
        // The server counts an epoch from the first seq that it sees, so that one goes before any that overtakes.
        const first = this.plan.takeFirstOf(this.options.outbox.epoch);
        if (first) await this.sendRange(first, client);
        this.mayOvertake = this.client === client;
      }
      while (this.plan.unsent > 0 && this.backlogBudget > 0 && this.client === client && this.isConnected) {
        const room = Math.min(this.window - this.inFlight(), this.backlogBudget, READ_AT_ONCE);
        const range = this.plan.take(room);
        if (!range) break;
        this.backlogBudget -= sizeOf(range);
        await this.sendRange(range, client);
      }
    } finally {
      this.isPumping = false;
    }
  }

  private async sendRange(range: Parameters<Outbox['read']>[0], client: MqttClient | undefined): Promise<void> {
    // Held back from trimming while it is read.
    for (let seq = range.fromSeq; seq <= range.toSeq; seq += 1) this.unconfirmedOf(range.epoch).add(seq);
    const batches = await this.options.outbox.read(range);
    if (this.client !== client) return;
    const found = new Set(batches.map(({ seq }) => seq));
    for (let seq = range.fromSeq; seq <= range.toSeq; seq += 1) if (!found.has(seq)) this.confirm(range.epoch, seq);
    for (const batch of batches) this.send(batch);
  }

  private unconfirmedOf(epoch: number): Set<number> {
    const set = this.unconfirmed.get(epoch) ?? new Set();
    this.unconfirmed.set(epoch, set);
    return set;
  }

  private send(batch: StoredBatch): void {
    const client = this.client;
    if (!client) return;
    this.unconfirmedOf(batch.epoch).add(batch.seq);
    client.publish(this.topic('sightings'), Buffer.from(batch.payload), { qos: 1 }, (error) => {
      if (error || this.client !== client) return;
      this.confirm(batch.epoch, batch.seq);
      this.trim(batch.epoch);
    });
  }

  private confirm(epoch: number, seq: number): void {
    const set = this.unconfirmed.get(epoch);
    set?.delete(seq);
    if (set?.size === 0) this.unconfirmed.delete(epoch);
  }

  /** Acknowledged by the server, and nothing among it that this connection has yet to send or the broker to confirm. */
  private trim(epoch: number): void {
    const acked = this.serverAck.get(epoch);
    if (acked === undefined) return;
    let limit = Math.min(acked, (this.plan.lowestUnsent(epoch) ?? Number.POSITIVE_INFINITY) - 1);
    for (const seq of this.unconfirmed.get(epoch) ?? []) limit = Math.min(limit, seq - 1);
    const { outbox } = this.options;
    if (limit <= (outbox.acked(epoch) ?? -1)) return;
    this.lastProgressMs = monotonicMs();
    this.stalls = 0;
    void outbox.ack(epoch, limit);
    if (epoch !== outbox.epoch && limit === acked && !outbox.unacked().some((range) => range.epoch === epoch))
      this.serverAck.delete(epoch);
  }

  private received(topic: string, payload: Buffer): void {
    const json = payload.length <= MAX_INCOMING_BYTES ? parseJson(payload) : undefined;
    if (topic === this.topic('ack')) {
      const ack = ackMessage.safeParse(json);
      if (ack.success) this.acknowledged(ack.data.epoch, ack.data.seq);
      else this.options.log(`Ignored a message on ${topic} that is not an acknowledgement`);
    } else if (topic === this.topic('config')) {
      // The broker's way to take a retained message back.
      if (payload.length === 0) return;
      const config = configMessage.safeParse(json);
      if (config.success) this.options.onConfig(config.data);
      else this.refuse(json, config.error.issues);
      // The server waits to hear whether it runs.
      this.publishStatus();
    }
  }

  /** Of a config only where it is wrong is said, and what would be right: it can hold the day's key. */
  private refuse(json: unknown, issues: readonly { path: PropertyKey[]; message: string }[]): void {
    const why =
      json === undefined
        ? 'it is not JSON'
        : issues
            .slice(0, MAX_FAULTS)
            .map(({ path, message }) => `${path.map(String).join('.') || 'the whole message'}: ${message}`)
            .join('; ');
    this.options.log(`Refused a configuration from the server, and goes on with the one before: ${why}`);
    const { id } = typeof json === 'object' && json !== null && 'id' in json ? json : { id: null };
    this.options.onConfigRefused?.(typeof id === 'string' ? id.slice(0, 64) : null, why.slice(0, MAX_WHY));
  }

  private acknowledged(epoch: number, seq: number): void {
    const newest = this.options.outbox.unacked().findLast((range) => range.epoch === epoch)?.toSeq;
    if (newest === undefined || seq <= (this.serverAck.get(epoch) ?? -1)) return;
    if (seq > newest) this.options.log(`The server acknowledged ${epoch}/${seq}, the newest batch is ${newest}`);
    this.serverAck.set(epoch, Math.min(seq, newest));
    this.trim(epoch);
    if (this.plan.unsent > 0) void this.pump();
  }

  private publishStatus(): void {
    if (!this.isConnected) return;
    this.client?.publish(this.topic('status'), JSON.stringify(this.options.status()), { qos: 1, retain: true });
  }

  private publishGaps(): void {
    const client = this.client;
    if (!client?.connected) return;
    for (const gap of this.options.outbox.gaps()) {
      const payload = JSON.stringify(gap);
      if (this.gapsInFlight.has(payload)) continue;
      this.gapsInFlight.add(payload);
      client.publish(this.topic('gap'), payload, { qos: 1 }, (error) => {
        if (error || this.client !== client) return;
        this.gapsInFlight.delete(payload);
        void this.options.outbox.gapPublished(gap);
      });
    }
  }

  /** The server waits before a hole that it was told of, or should have been: told again. */
  private publishHoles(): void {
    for (const { epoch, fromSeq } of this.options.outbox.unacked()) {
      const acked = this.serverAck.get(epoch);
      if (acked === undefined || fromSeq <= acked + 1) continue;
      const hole = JSON.stringify({ epoch, fromSeq: acked + 1, toSeq: fromSeq - 1, reason: 'outbox-full' });
      this.client?.publish(this.topic('gap'), hole, { qos: 1 });
    }
  }
}

function parseJson(payload: Buffer): unknown {
  try {
    return JSON.parse(payload.toString('utf8'));
  } catch {
    return undefined;
  }
}

/** Waits for `act`'s answer, but no longer than `ms`. */
function within(ms: number, act: (done: () => void) => void): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    act(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
