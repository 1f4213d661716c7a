/** A broker and the server's side of the contract: keeps what it accepted, acknowledges the contiguous top. */
import { createServer, type Server, type Socket } from 'node:net';
import { Aedes, type AedesPublishPacket } from 'aedes';
import { parseGatewayTopic, topicOf } from '../../../server/contract/topics.ts';
import {
  gapMessage,
  type SightingsMessage,
  type StatusMessage,
  sightingsMessage,
  statusMessage,
} from '../../../server/contract/wire.ts';

export class LedgerServer {
  port = 0;
  /** By `epoch/seq`. */
  readonly batches = new Map<string, SightingsMessage>();
  /** In order of arrival, repeats included. */
  readonly arrivals: string[] = [];
  readonly gaps: { epoch: number; fromSeq: number; toSeq: number; reason: string }[] = [];
  readonly statuses: (StatusMessage & { retain: boolean })[] = [];
  readonly invalid: string[] = [];
  readonly raw: string[] = [];
  isAcking = true;
  /** Silently loses this many sightings messages before it accepts one. */
  losing = 0;
  private readonly epochs = new Map<number, Set<number>>();
  private broker: Aedes | undefined;
  private server: Server | undefined;
  private readonly sockets = new Set<Socket>();
  private readonly retained = new Map<string, string>();

  async start(): Promise<void> {
    const broker = await Aedes.createBroker();
    this.broker = broker;
    broker.subscribe(
      'promenade/#',
      (packet, done) => {
        this.received(packet);
        done();
      },
      () => undefined,
    );
    const server = createServer((socket) => {
      this.sockets.add(socket);
      socket.on('close', () => this.sockets.delete(socket));
      broker.handle(socket);
    });
    this.server = server;
    await new Promise<void>((resolve) => server.listen(this.port, '127.0.0.1', resolve));
    const address = server.address();
    if (address && typeof address === 'object') this.port = address.port;
    for (const [topic, payload] of this.retained) await this.publish(topic, payload, true);
  }

  /** As if the machine was switched off: no goodbye, and the broker's sessions are gone. */
  async stop(): Promise<void> {
    const { broker, server } = this;
    this.broker = undefined;
    for (const socket of this.sockets) socket.destroy();
    await new Promise<void>((resolve) => (server ? server.close(() => resolve()) : resolve()));
    await new Promise<void>((resolve) => (broker ? broker.close(resolve) : resolve()));
  }

  get url(): string {
    return `mqtt://127.0.0.1:${this.port}`;
  }

  async configure(siteId: string, gatewayId: string, config: object): Promise<void> {
    const topic = topicOf(siteId, gatewayId, 'config');
    this.retained.set(topic, JSON.stringify(config));
    await this.publish(topic, JSON.stringify(config), true);
  }

  /** The configuration is published no more. */
  forget(siteId: string, gatewayId: string): void {
    this.retained.delete(topicOf(siteId, gatewayId, 'config'));
  }

  dropConnections(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  async publish(topic: string, payload: string, retain: boolean): Promise<void> {
    const { broker } = this;
    if (!broker) return;
    await new Promise<void>((resolve) =>
      broker.publish({ cmd: 'publish', topic, payload, qos: 1, retain, dup: false }, () => resolve()),
    );
  }

  private received(packet: AedesPublishPacket): void {
    const parsed = parseGatewayTopic(packet.topic);
    if (!parsed) return;
    const text = packet.payload.toString();
    this.raw.push(text);
    if (parsed.leaf === 'sightings') {
      const message = sightingsMessage.safeParse(JSON.parse(text));
      if (!message.success) this.invalid.push(text);
      else this.accept(parsed.siteId, parsed.gatewayId, message.data);
    } else if (parsed.leaf === 'gap') {
      const gap = gapMessage.parse(JSON.parse(text));
      this.gaps.push(gap);
      for (let seq = gap.fromSeq; seq <= gap.toSeq; seq += 1) this.seen(gap.epoch).add(seq);
    } else this.statuses.push({ ...statusMessage.parse(JSON.parse(text)), retain: packet.retain });
  }

  private seen(epoch: number): Set<number> {
    const set = this.epochs.get(epoch) ?? new Set();
    this.epochs.set(epoch, set);
    return set;
  }

  private accept(siteId: string, gatewayId: string, message: SightingsMessage): void {
    if (this.losing > 0) {
      this.losing -= 1;
      return;
    }
    const key = `${message.epoch}/${message.seq}`;
    this.arrivals.push(key);
    this.batches.set(key, message);
    const seen = this.seen(message.epoch);
    seen.add(message.seq);
    if (!this.isAcking) return;
    let top = Math.min(...seen);
    while (seen.has(top + 1)) top += 1;
    void this.publish(topicOf(siteId, gatewayId, 'ack'), JSON.stringify({ epoch: message.epoch, seq: top }), false);
  }
}
