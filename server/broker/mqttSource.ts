/** A broker of one's own, by URL. The one server file that imports mqtt. */
import mqtt, { type MqttClient } from 'mqtt';
import { SERVER_FILTERS } from '../contract/topics.ts';
import type { MessageSource } from '../ingest/types.ts';
import { throttled } from './throttle.ts';

const MAX_RECONNECT_MS = 10_000;
const MIN_RECONNECT_MS = 100;
const CONNECT_TIMEOUT_MS = 10_000;

export interface MqttSourceOptions {
  /** mqtt://, mqtts://, ws:// or wss:// */
  url: string;
  /** Must stay the same from start to start: the broker keeps what came meanwhile under it. */
  clientId: string;
  username?: string;
  password?: string;
  tls?: { ca?: Buffer; cert?: Buffer; key?: Buffer; rejectUnauthorized?: boolean };
  /** 0 to 1, for the jitter of reconnects. @default Math.random */
  random?: () => number;
  onProblem?: (what: string, error: Error) => void;
}

type Handler = Parameters<MessageSource['start']>[0];

/** Full jitter: a fleet that lost its broker does not come back in one moment. */
export const reconnectDelayMs = (attempt: number, random: () => number): number =>
  MIN_RECONNECT_MS +
  random() * (Math.min(MAX_RECONNECT_MS, MIN_RECONNECT_MS * 2 ** Math.min(attempt, 16)) - MIN_RECONNECT_MS);

class MqttSource implements MessageSource {
  readonly #options: MqttSourceOptions;
  #client: MqttClient | undefined;
  #timer: NodeJS.Timeout | undefined;
  #attempt = 0;

  constructor(options: MqttSourceOptions) {
    this.#options = options;
  }

  get url(): string {
    return this.#options.url;
  }

  /** Returns once the client tries: a broker that is down at the start is waited for. */
  async start(handle: Handler): Promise<void> {
    const { url, clientId, username, password, tls, random = Math.random } = this.#options;
    const problem = throttled((what, error) => this.#options.onProblem?.(`broker: ${what}`, error));
    const client = mqtt.connect(url, {
      clientId,
      clean: false,
      reconnectPeriod: 0,
      connectTimeout: CONNECT_TIMEOUT_MS,
      resubscribe: false,
      manualConnect: true,
      ...(username === undefined ? {} : { username }),
      ...(password === undefined ? {} : { password }),
      ...tls,
    });
    // PUBACK goes out when the callback is called: what was not committed is sent again after a crash.
    client.handleMessage = (packet, done) => {
      const payload = typeof packet.payload === 'string' ? Buffer.from(packet.payload) : packet.payload;
      handle(packet.topic, payload, { retained: packet.retain }).then(
        () => done(),
        (error: Error) => {
          problem('message', error);
          done(error);
        },
      );
    };
    client.on('connect', () => {
      this.#attempt = 0;
      client.subscribe(SERVER_FILTERS, { qos: 1 }, (error, granted) => {
        const refused = granted?.filter((grant) => grant.qos > 2) ?? [];
        if (error) problem('subscribe', error);
        else if (refused.length > 0)
          problem('subscribe', new Error(`the broker refuses ${refused.map((grant) => grant.topic).join(', ')}`));
      });
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
    if (client) await client.endAsync(true);
  }
}

export const createMqttSource = (options: MqttSourceOptions): MessageSource => new MqttSource(options);
