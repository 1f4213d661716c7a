/** The embedded broker. The one file that imports aedes. Messages reach the server in-process, without a subscription. */
import type { EventEmitter } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { Aedes, type AuthenticateError, type Client, type PublishPacket } from 'aedes';
import { ROOT } from '../contract/topics.ts';
import { MAX_PAYLOAD_BYTES } from '../contract/wire.ts';
import type { MessageSource } from '../ingest/types.ts';
import {
  forbiddenTopic,
  type GatewayCredential,
  mayListenInVain,
  mayPublish,
  mayPublishFor,
  mayReceive,
  maySubscribe,
  OPEN_SCOPE,
  type ReaderCredential,
  type Scope,
  scopeOf,
} from './credentials.ts';
import { flatten } from './flatQueue.ts';
import { FrameGuard } from './frameGuard.ts';
import { throttled } from './throttle.ts';
import { type RoutedFilter, TopicRouter } from './topicRouter.ts';

/** A packet above MAX_PAYLOAD_BYTES is refused and counted; one far above ends its connection before it is collected. */
const MAX_PACKET_BYTES = 16 * MAX_PAYLOAD_BYTES;
const BAD_USERNAME_OR_PASSWORD = 4;
/** Gateways may be long names behind persistent sessions. */
const MAX_CLIENT_ID_LENGTH = 128;
/** QoS 2 messages of one client that wait for their release; gateways send QoS 1. */
const MAX_UNRELEASED = 16;

export interface AedesSourceOptions {
  host: string;
  /** 0: any free port; `url` then has it. */
  port: number;
  /** Absent or empty: open to whoever reaches the port, which is fit for loopback only. */
  credentials?: readonly GatewayCredential[];
  /** Of those who read the live topics. */
  readers?: readonly ReaderCredential[];
  /** Under which Home Assistant is told; null or absent: it is not. */
  homeAssistantPrefix?: string | null;
  onProblem?: (what: string, error: Error) => void;
}

type Handler = Parameters<MessageSource['start']>[0];
type Done = (error?: Error) => void;

/**
 * What clients publish is for the server alone: nobody may subscribe to it. So it is handed over as it comes, without the
 * broker's look for subscribers and its copies for offline ones, and a client cannot publish to another.
 */
class HandingBroker extends Aedes {
  onClientPublish: (client: Client, packet: PublishPacket) => Promise<void> = () => Promise.resolve();

  override publish(packet: PublishPacket, clientOrDone: Client | null | Done, done?: Done): void {
    if (typeof clientOrDone === 'function') super.publish(packet, clientOrDone);
    else if (!clientOrDone) super.publish(packet, done ?? (() => {}));
    // The answer waits for the handler, which slows a client that sends faster than the log takes.
    else
      this.onClientPublish(clientOrDone, packet).then(
        () => done?.(),
        () => done?.(),
      );
  }
}

const bytesOf = (payload: string | Buffer): Uint8Array =>
  typeof payload === 'string' ? Buffer.from(payload) : payload;

class AedesSource implements MessageSource {
  readonly #options: AedesSourceOptions;
  readonly #scopes = new WeakMap<Client, Scope>();
  readonly #sockets = new Set<Socket>();
  #fleets = new TopicRouter([]);
  #fleetFilters: string[] = [];
  /** Publications that the server has before they are acknowledged. */
  readonly #handled = new WeakSet<object>();
  #broker: HandingBroker | undefined;
  #server: Server | undefined;
  #port = 0;

  constructor(options: AedesSourceOptions) {
    this.#options = options;
  }

  get url(): string {
    const { host, port } = this.#options;
    const reachable = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host;
    return `mqtt://${reachable}:${this.#port || port}`;
  }

  get connected(): boolean {
    return this.#broker !== undefined;
  }

  listenTo(filters: readonly RoutedFilter[]): void {
    this.#fleets = new TopicRouter(filters);
    this.#fleetFilters = filters.map(({ filter }) => filter);
  }

  /** Whose message it is, where the client may publish it. */
  #fleetOf(client: Client, topic: string): RoutedFilter | undefined {
    if (topic.startsWith(`${ROOT}/`)) return undefined;
    const fleet = this.#fleets.route(topic);
    return fleet && mayPublishFor(this.#scopes.get(client) ?? OPEN_SCOPE, fleet) ? fleet : undefined;
  }

  async start(handle: Handler): Promise<void> {
    const { credentials = [], readers = [], homeAssistantPrefix: prefix = null } = this.#options;
    const scopeOfClient = (client: Client): Scope => ({ ...(this.#scopes.get(client) ?? OPEN_SCOPE), prefix });
    const problem = throttled((what, error) => this.#options.onProblem?.(`broker: ${what}`, error));
    const broker = new HandingBroker({
      maxClientsIdLength: MAX_CLIENT_ID_LENGTH,
      authenticate: (client, username, password, done) => {
        const scope = scopeOf(credentials, username, password?.toString(), readers);
        if (scope) {
          this.#scopes.set(client, scope);
          return done(null, true);
        }
        const error = Object.assign(new Error('user name or password is wrong'), {
          returnCode: BAD_USERNAME_OR_PASSWORD,
        });
        done(error as AuthenticateError, false);
      },
      // Any topic is taken, that of a forbidden one too: ending the connection would have the client send it for ever.
      // But a QoS 2 message is kept until its sender asks for its release, so a huge one does end it.
      authorizePublish: (client, packet, done) => {
        if (packet.qos === 2 && packet.payload.length > MAX_PAYLOAD_BYTES)
          return done(new Error('a QoS 2 message is too large to keep'));
        const fleet = packet.qos === 1 && client ? this.#fleetOf(client, packet.topic) : undefined;
        if (fleet?.qos !== 1 || !client) return done(null);
        // The PUBACK is written after this: other makes know of no other acknowledgement.
        this.#handled.add(packet);
        handle(packet.topic, bytesOf(packet.payload), { retained: false, qos: 1 }).then(
          () => done(null),
          // Without one, and without its connection, the client sends it again.
          (error: Error) => done(error),
        );
      },
      maxInflightInbound: MAX_UNRELEASED,
      authorizeSubscribe: (client, subscription, done) => {
        const scope = scopeOfClient(client);
        const allowed =
          maySubscribe(scope, subscription.topic) || mayListenInVain(scope, subscription.topic, this.#fleetFilters);
        // Null answers SUBACK 128 for this filter and leaves the connection.
        done(null, allowed ? subscription : null);
      },
      authorizeForward: (client, packet) => (mayReceive(scopeOfClient(client), packet.topic) ? packet : null),
    });
    broker.onClientPublish = async (client, packet) => {
      const { topic, payload, qos } = packet;
      if (this.#handled.has(packet)) return;
      const allowed = mayPublish(scopeOfClient(client), topic) || this.#fleetOf(client, topic) !== undefined;
      try {
        await handle(allowed ? topic : forbiddenTopic(topic), bytesOf(payload), { retained: false, qos });
      } catch (error) {
        problem('message', error as Error);
      }
    };
    broker.on('clientError', (_client, error) => problem('client', error));
    broker.on('connectionError', (_client, error) => problem('connection', error));
    const emitter: EventEmitter = broker;
    emitter.on('error', (error: Error) => problem('broker', error));
    await broker.listen();
    const server = createServer((socket) => this.#accept(broker, socket));
    try {
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(this.#options.port, this.#options.host, resolve);
      });
    } catch (error) {
      await new Promise<void>((resolve) => broker.close(resolve));
      throw error;
    }
    server.on('error', (error) => problem('listener', error));
    const address = server.address();
    this.#port = typeof address === 'object' && address ? address.port : this.#options.port;
    flatten((broker as { mq?: unknown }).mq);
    this.#broker = broker;
    this.#server = server;
  }

  publish(topic: string, payload: string, options: { retain: boolean }): Promise<void> {
    const broker = this.#broker;
    if (!broker) return Promise.reject(new Error('the broker is not running'));
    // What is not retained is an ack: for a gateway that is away it must not pile up, and a lost one is given again.
    const qos = options.retain ? 1 : 0;
    return new Promise((resolve, reject) => {
      broker.publish(
        { cmd: 'publish', topic, payload: Buffer.from(payload), qos, retain: options.retain, dup: false },
        (error) => (error ? reject(error) : resolve()),
      );
    });
  }

  async stop(): Promise<void> {
    const broker = this.#broker;
    const server = this.#server;
    this.#broker = undefined;
    this.#server = undefined;
    if (!broker || !server) return;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    await new Promise<void>((resolve) => broker.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #accept(broker: HandingBroker, socket: Socket): void {
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    socket.setNoDelay(true);
    // The broker reads with read(); each piece passes the guard before it does.
    const guard = new FrameGuard(MAX_PACKET_BYTES);
    const read = socket.read.bind(socket);
    socket.read = (size?: number) => {
      const piece: unknown = read(size);
      if (piece instanceof Uint8Array && !guard.accepts(piece)) {
        socket.destroy(new Error(`a packet of more than ${MAX_PACKET_BYTES} bytes was announced`));
        return null;
      }
      return piece;
    };
    broker.handle(socket);
  }
}

export const createAedesSource = (options: AedesSourceOptions): MessageSource => new AedesSource(options);
