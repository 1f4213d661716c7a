/** A broker of one's own, by URL. The one server file that imports mqtt. */
import mqtt, { type MqttClient } from 'mqtt';
import { OFFLINE, ONLINE } from '../contract/outgoingTopics.ts';
import { SERVER_FILTERS } from '../contract/topics.ts';
import type { MessageSource } from '../ingest/types.ts';
import { Copies } from './copies.ts';
import { covers, withoutCovered } from './filters.ts';
import { throttled } from './throttle.ts';
import type { RoutedFilter } from './topicRouter.ts';

const MAX_RECONNECT_MS = 10_000;
const MIN_RECONNECT_MS = 100;
const CONNECT_TIMEOUT_MS = 10_000;
const FAREWELL_MS = 1_000;

export interface MqttSourceOptions {
  /** mqtt://, mqtts://, ws:// or wss:// */
  url: string;
  /** Must stay the same from start to start: the broker keeps what came meanwhile under it. */
  clientId: string;
  username?: string;
  password?: string;
  tls?: { ca?: Buffer; cert?: Buffer; key?: Buffer; rejectUnauthorized?: boolean };
  /** Retained there: `online` while this is connected; the broker says `offline` for it once it is not. */
  availabilityTopic?: string;
  /** Beside what gateways publish. */
  alsoSubscribe?: readonly string[];
  /** 0 to 1, for the jitter of reconnects. @default Math.random */
  random?: () => number;
  onProblem?: (what: string, error: Error) => void;
}

type Handler = Parameters<MessageSource['start']>[0];

/** Full jitter: a fleet that lost its broker does not come back in one moment. */
export const reconnectDelayMs = (attempt: number, random: () => number): number =>
  MIN_RECONNECT_MS +
  random() * (Math.min(MAX_RECONNECT_MS, MIN_RECONNECT_MS * 2 ** Math.min(attempt, 16)) - MIN_RECONNECT_MS);

interface Acking {
  _sendPacket(packet: { cmd: string; messageId?: number }, sent?: (error?: Error) => void): void;
}

/**
 * A message's PUBACK goes out once it is committed: what was not is sent again after a crash. mqtt.js would hold the next
 * message back until then, and so commit one at a time; this holds the PUBACK alone. It leans on a method of mqtt.js that is
 * not public, which the test of redelivery watches.
 */
function holdAcks(client: MqttClient): { until(messageId: number | undefined, committed: Promise<void>): void } {
  const acking = client as unknown as Acking;
  const send = acking._sendPacket.bind(client);
  let connection = 0;
  const pending = new Map<number, Promise<void>>();
  client.on('close', () => {
    connection += 1;
    pending.clear();
  });
  acking._sendPacket = (packet, sent) => {
    const committed = packet.cmd === 'puback' && packet.messageId !== undefined && pending.get(packet.messageId);
    if (!committed) return send(packet, sent);
    const of = connection;
    committed.then(
      () => {
        pending.delete(packet.messageId!);
        // A message id means nothing on another connection, which gets the message anew.
        if (of === connection) send(packet);
      },
      // Not acknowledged: the broker hands it over again on the next connection.
      () => {},
    );
    sent?.();
  };
  return {
    until: (messageId, committed) => {
      if (messageId !== undefined) pending.set(messageId, committed);
    },
  };
}

class MqttSource implements MessageSource {
  readonly #options: MqttSourceOptions;
  #client: MqttClient | undefined;
  #timer: NodeJS.Timeout | undefined;
  #attempt = 0;
  readonly #listeners = new Set<() => void>();
  #problem: (what: string, error: Error) => void = () => {};
  /** Topics of fleets, each with the QoS that it is wanted with. */
  #foreign = new Map<string, 0 | 1>();
  /** No longer wanted, but the broker may not know yet. */
  readonly #unwanted = new Set<string>();
  #copies = new Copies([]);

  constructor(options: MqttSourceOptions) {
    this.#options = options;
  }

  get url(): string {
    return this.#options.url;
  }

  get connected(): boolean {
    return this.#client?.connected ?? false;
  }

  onConnected(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Returns once the client tries: a broker that is down at the start is waited for. */
  async start(handle: Handler): Promise<void> {
    const { url, clientId, username, password, tls, random = Math.random } = this.#options;
    const { availabilityTopic, alsoSubscribe = [] } = this.#options;
    const problem = throttled((what, error) => this.#options.onProblem?.(`broker: ${what}`, error));
    this.#problem = problem;
    const client = mqtt.connect(url, {
      clientId,
      clean: false,
      reconnectPeriod: 0,
      connectTimeout: CONNECT_TIMEOUT_MS,
      resubscribe: false,
      manualConnect: true,
      ...(username === undefined ? {} : { username }),
      ...(password === undefined ? {} : { password }),
      ...(availabilityTopic === undefined
        ? {}
        : { will: { topic: availabilityTopic, payload: Buffer.from(OFFLINE), qos: 1 as const, retain: true } }),
      ...tls,
    });
    const held = holdAcks(client);
    client.handleMessage = (packet, done) => {
      const payload = typeof packet.payload === 'string' ? Buffer.from(packet.payload) : packet.payload;
      if (this.#copies.isCopy(packet.topic, payload, performance.now())) return done();
      const committed = handle(packet.topic, payload, { retained: packet.retain, qos: packet.qos });
      held.until(packet.messageId, committed);
      committed.catch((error: Error) => problem('message', error));
      // On with the next one: one commit carries many messages.
      done();
    };
    client.on('connect', () => {
      this.#attempt = 0;
      this.#subscribe(
        client,
        Object.fromEntries([...SERVER_FILTERS, ...alsoSubscribe].map((own) => [own, { qos: 1 }])),
      );
      this.#subscribeForeign(client, this.#foreign);
      this.#unsubscribe(client);
      if (availabilityTopic !== undefined) client.publish(availabilityTopic, ONLINE, { qos: 1, retain: true });
      for (const listener of this.#listeners) listener();
    });
    client.on('error', (error) => problem('connection', error));
    client.on('close', () => {
      if (this.#client !== client || this.#timer) return;
      this.#timer = setTimeout(
        () => {
          this.#timer = undefined;
          client.reconnect();
        },
        reconnectDelayMs(this.#attempt++, random),
      );
    });
    this.#client = client;
    client.connect();
  }

  listenTo(filters: readonly RoutedFilter[]): void {
    const wanted = new Map<string, 0 | 1>();
    for (const filter of withoutCovered(filters.map((one) => one.filter))) {
      const qos = filters.some((one) => one.qos === 1 && covers(filter, one.filter)) ? 1 : 0;
      wanted.set(filter, qos);
    }
    const added = new Map([...wanted].filter(([filter, qos]) => this.#foreign.get(filter) !== qos));
    for (const filter of this.#foreign.keys()) if (!wanted.has(filter)) this.#unwanted.add(filter);
    for (const filter of wanted.keys()) this.#unwanted.delete(filter);
    this.#foreign = wanted;
    this.#copies = new Copies([...wanted.keys()]);
    const client = this.#client;
    // Else at the next connection.
    if (!client?.connected) return;
    this.#subscribeForeign(client, added);
    this.#unsubscribe(client);
  }

  #subscribeForeign(client: MqttClient, filters: ReadonlyMap<string, 0 | 1>): void {
    if (filters.size > 0)
      this.#subscribe(client, Object.fromEntries([...filters].map(([filter, qos]) => [filter, { qos }])));
  }

  #subscribe(client: MqttClient, filters: Record<string, { qos: 0 | 1 }>): void {
    client.subscribe(filters, (error, granted) => {
      const refused = granted?.filter((grant) => grant.qos > 2) ?? [];
      if (error) this.#problem('subscribe', error);
      else if (refused.length > 0)
        this.#problem('subscribe', new Error(`the broker refuses ${refused.map((grant) => grant.topic).join(', ')}`));
    });
  }

  #unsubscribe(client: MqttClient): void {
    const filters = [...this.#unwanted];
    if (filters.length === 0) return;
    client.unsubscribe(filters, (error) => {
      if (error) return this.#problem('unsubscribe', error);
      for (const filter of filters) this.#unwanted.delete(filter);
    });
  }

  publish(topic: string, payload: string, options: { retain: boolean }): Promise<void> {
    const client = this.#client;
    if (!client) return Promise.reject(new Error('not connected to a broker'));
    // Resolves once handed over; while the broker is away the client keeps it in memory and sends it later.
    return new Promise((resolve, reject) => {
      client.publish(topic, payload, { qos: 1, retain: options.retain }, (error) =>
        error ? reject(error) : resolve(),
      );
      if (!client.connected) resolve();
    });
  }

  async stop(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (client === undefined) return;
    const { availabilityTopic } = this.#options;
    // A farewell: the broker tells the last will of those alone who do not say goodbye.
    if (availabilityTopic !== undefined && client.connected)
      await Promise.race([
        client.publishAsync(availabilityTopic, OFFLINE, { qos: 1, retain: true }).catch(() => {}),
        new Promise((resolve) => setTimeout(resolve, FAREWELL_MS).unref()),
      ]);
    await client.endAsync(true);
  }
}

export const createMqttSource = (options: MqttSourceOptions): MessageSource => new MqttSource(options);
