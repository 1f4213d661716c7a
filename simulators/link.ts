/** One MQTT connection of virtual gateways. The one file of the simulators that imports mqtt. */
import mqtt, { type MqttClient } from 'mqtt';

const RECONNECT_FIRST_MS = 250;
const RECONNECT_CAP_MS = 10_000;
const KEEPALIVE_SECONDS = 30;

export interface LinkOptions {
  url: string;
  clientId: string;
  username?: string;
  password?: string;
  will?: { topic: string; payload: string };
  subscriptions: string[];
  random: () => number;
  onUp: () => void;
  onDown: () => void;
  onMessage: (topic: string, payload: Buffer) => void;
  onProblem: (problem: string) => void;
}

export class Link {
  up = false;
  private readonly options: LinkOptions;
  private client: MqttClient | undefined;
  private timer: NodeJS.Timeout | undefined;
  private attempts = 0;
  private wanted = false;

  constructor(options: LinkOptions) {
    this.options = options;
  }

  start(): void {
    if (this.wanted) return;
    this.wanted = true;
    this.connect();
  }

  /** Ends as a real box does when its cable is pulled: no farewell, so that the broker sends the last will. */
  cut(): void {
    this.wanted = false;
    clearTimeout(this.timer);
    const { client } = this;
    this.client = undefined;
    client?.end(true);
    this.down();
  }

  async stop(): Promise<void> {
    this.wanted = false;
    clearTimeout(this.timer);
    const { client } = this;
    this.client = undefined;
    if (client) await client.endAsync(!client.connected).catch(() => undefined);
    this.down();
  }

  /** Resolves with true once the broker has taken it; false where the connection went first. */
  publish(topic: string, payload: string, options: { retain?: boolean; qos?: 0 | 1 } = {}): Promise<boolean> {
    const { client } = this;
    if (!client || !this.up) return Promise.resolve(false);
    return new Promise((resolve) => {
      client.publish(topic, payload, { qos: options.qos ?? 1, retain: options.retain ?? false }, (error) =>
        resolve(!error),
      );
    });
  }

  private connect(): void {
    const { url, clientId, username, password, will, subscriptions } = this.options;
    // A client of its own per connection: what it had in flight is sent again from the outbox, and only from there.
    const client = mqtt.connect(url, {
      clientId,
      clean: false,
      reconnectPeriod: 0,
      connectTimeout: 10_000,
      keepalive: KEEPALIVE_SECONDS,
      ...(username === undefined ? {} : { username }),
      ...(password === undefined ? {} : { password }),
      ...(will ? { will: { topic: will.topic, payload: Buffer.from(will.payload), qos: 1, retain: true } } : {}),
    });
    this.client = client;
    client.on('message', (topic, payload) => {
      if (this.client === client) this.options.onMessage(topic, payload);
    });
    client.on('connect', () => {
      if (subscriptions.length === 0) return this.ready(client);
      client.subscribe(subscriptions, { qos: 1 }, (error) => {
        if (!error) return this.ready(client);
        this.options.onProblem(`${clientId}: subscription refused: ${error.message}`);
        client.end(true);
      });
    });
    client.on('error', (error) => {
      if (this.client === client) this.options.onProblem(`${clientId}: ${error.message || String(error)}`);
    });
    client.on('close', () => {
      if (this.client !== client) return;
      this.client = undefined;
      client.end(true);
      this.down();
      if (this.wanted) this.retry();
    });
  }

  private ready(client: MqttClient): void {
    if (this.client !== client) return;
    this.attempts = 0;
    this.up = true;
    this.options.onUp();
  }

  private retry(): void {
    const ceiling = Math.min(RECONNECT_CAP_MS, RECONNECT_FIRST_MS * 2 ** this.attempts++);
    this.timer = setTimeout(() => this.connect(), this.options.random() * ceiling);
  }

  private down(): void {
    if (!this.up) return;
    this.up = false;
    this.options.onDown();
  }
}
