/** One gateway's connection: as little MQTT 3.1.1 as publishing with QoS 1 and hearing one's acks takes. */
import { connect, type Socket } from 'node:net';
import { SITE } from './world.ts';

const CONNECT = 0x10;
const CONNACK = 0x20;
const PUBLISH = 0x30;
const SUBSCRIBE = 0x82;
const SUBACK = 0x90;
const CLEAN_SESSION = 0x02;
const KEEP_ALIVE_SECONDS = 120;

const text = (value: string): Buffer => {
  const bytes = Buffer.from(value);
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 0xff]), bytes]);
};
const packet = (type: number, body: Buffer): Buffer => Buffer.concat([Buffer.from([type, body.length]), body]);

export class GatewayLink {
  readonly gatewayId: string;
  readonly #onAck: (seq: number) => void;
  #socket!: Socket;
  #rest: Buffer = Buffer.alloc(0);
  #nextPacketId = 1;
  #heard: (() => void) | undefined;

  constructor(gatewayId: string, onAck: (seq: number) => void) {
    this.gatewayId = gatewayId;
    this.#onAck = onAck;
  }

  async open(host: string, port: number): Promise<void> {
    this.#socket = connect({ host, port, noDelay: true });
    this.#socket.on('data', (bytes) => this.#read(bytes));
    this.#socket.on('error', () => {});
    await new Promise<void>((resolve, reject) => {
      this.#socket.once('connect', resolve);
      this.#socket.once('error', reject);
    });
    const protocol = Buffer.concat([text('MQTT'), Buffer.from([4, CLEAN_SESSION, 0, KEEP_ALIVE_SECONDS])]);
    await this.#ask(packet(CONNECT, Buffer.concat([protocol, text(`bench-${this.gatewayId}`)])));
    const filter = Buffer.concat([
      Buffer.from([0, 1]),
      text(`promenade/1/${SITE}/${this.gatewayId}/ack`),
      Buffer.from([0]),
    ]);
    await this.#ask(packet(SUBSCRIBE, filter));
  }

  packetId(): number {
    const id = this.#nextPacketId;
    this.#nextPacketId = id === 0xffff ? 1 : id + 1;
    return id;
  }

  write(bytes: Buffer): void {
    this.#socket.write(bytes);
  }

  /** Several writes as one. */
  together(work: () => void): void {
    this.#socket.cork();
    work();
    this.#socket.uncork();
  }

  close(): void {
    this.#socket.destroy();
  }

  #ask(bytes: Buffer): Promise<void> {
    return new Promise((resolve) => {
      this.#heard = resolve;
      this.#socket.write(bytes);
    });
  }

  #read(piece: Buffer): void {
    const bytes = this.#rest.length === 0 ? piece : Buffer.concat([this.#rest, piece]);
    let at = 0;
    for (;;) {
      let length = 0;
      let digits = 0;
      let low = 0x80;
      while (low >= 0x80 && at + 1 + digits < bytes.length) {
        low = bytes[at + 1 + digits]!;
        length += (low & 0x7f) * 128 ** digits++;
      }
      const bodyAt = at + 1 + digits;
      if (low >= 0x80 || bodyAt + length > bytes.length) break;
      const type = bytes[at]! & 0xf0;
      if (type === CONNACK || type === SUBACK) {
        this.#heard?.();
        this.#heard = undefined;
      } else if (type === PUBLISH) {
        const ack = JSON.parse(bytes.toString('utf8', bodyAt + 2 + bytes.readUInt16BE(bodyAt), bodyAt + length)) as {
          seq: number;
        };
        this.#onAck(ack.seq);
      }
      at = bodyAt + length;
    }
    this.#rest = at === bytes.length ? Buffer.alloc(0) : Buffer.from(bytes.subarray(at));
  }
}
