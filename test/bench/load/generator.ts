/** Child process: every gateway of the mall on a connection of its own, at a pace or as fast as its acks come. */

import { Crowd } from './crowd.ts';
import { GatewayLink } from './gatewayLink.ts';
import { address, type Packet, packetsOf, publishPacket, type Row } from './messages.ts';
import { windowsOf } from './pace.ts';
import { beaconOf, gridOf, PROBES, placesOf, probeBeacon, SITE } from './world.ts';

export type GeneratorOrder =
  | { type: 'prepare'; gateways: number; carriers: number; rates: number[] }
  | { type: 'connect'; host: string; port: number }
  | { type: 'pace'; rate: number }
  /** One new carrier a second from now on, in the batch that is sent last. */
  | { type: 'probe'; on: boolean }
  | { type: 'flood'; rate: number; windowsUnderWay: number }
  | { type: 'stop' };
export type GeneratorNews =
  | { type: 'prepared' | 'connected' }
  | { type: 'count'; published: number; acked: number; messages: number; oldestUnackedMs: number; worstLateMs: number }
  /** With the probe of that number visible, all that was published then is. */
  | { type: 'probed'; n: number; publishedAtMs: number[] };

const LOOP_SECONDS = 16;
/** Silent for longer a carrier would not be present any more. */
const PROBE_AGAIN_SECONDS = 20;
const STATUS_EVERY_MS = 10_000;

interface Loop {
  windowMs: number;
  /** By window, then by gateway. */
  slots: Packet[][][];
}

const nowMs = (): number => performance.timeOrigin + performance.now();
const tell = (news: GeneratorNews): void => void process.send?.(news);

class Generator {
  readonly #loops = new Map<number, Loop>();
  #links: GatewayLink[] = [];
  #seqs: number[] = [];
  #unacked: { seq: number; rows: number; at: number }[][] = [];
  #gatewayIds: string[] = [];
  #flood: { loop: Loop; windowsUnderWay: number; next: number[]; fromMs: number[] } | undefined;
  #pace: { loop: Loop; slot: number } | undefined;
  #running = false;
  #probing = false;
  #probes = 0;
  #published = 0;
  #acked = 0;
  #messages = 0;
  #worstLateMs = 0;

  prepare(gateways: number, carriers: number, rates: number[]): void {
    const grid = gridOf(gateways);
    const places = placesOf(grid);
    this.#gatewayIds = places.map(({ id }) => id);
    for (const rate of rates) {
      const { windows, heardBy } = windowsOf(gateways, carriers, rate);
      const crowd = new Crowd(grid, places, carriers);
      const windowMs = 1_000 / windows;
      const slots = Array.from({ length: LOOP_SECONDS * windows }, () => {
        crowd.step(1 / windows);
        return crowd.heard(heardBy).map((heard, g) =>
          packetsOf(
            this.#gatewayIds[g]!,
            heard.map(({ carrier, rssiDbm }, i): Row => {
              // A tag advertises about every 300 ms: the last of a window lies so far before its end.
              const lastMs = Math.floor(windowMs * (0.7 + 0.3 * ((i * 0.618) % 1)));
              return [0, ...beaconOf(carrier), rssiDbm, Math.round(rssiDbm) + 3, 3, -59, lastMs];
            }),
          ),
        );
      });
      this.#loops.set(rate, { windowMs, slots });
    }
  }

  async connect(host: string, port: number): Promise<void> {
    this.#links = this.#gatewayIds.map((id, g) => new GatewayLink(id, (seq) => this.#onAck(g, seq)));
    this.#seqs = this.#links.map(() => 0);
    this.#unacked = this.#links.map(() => []);
    for (const link of this.#links) await link.open(host, port);
    setInterval(() => this.#count(), 1_000);
    this.#tellStatus();
    setInterval(() => this.#tellStatus(), STATUS_EVERY_MS);
  }

  pace(rate: number): void {
    this.#pace = { loop: this.#loops.get(rate)!, slot: 0 };
    if (this.#running) return;
    this.#running = true;
    this.#next();
  }

  probe(on: boolean): void {
    this.#probing = on;
  }

  flood(rate: number, windowsUnderWay: number): void {
    const loop = this.#loops.get(rate)!;
    const startMs = Math.floor(nowMs() / 1_000) * 1_000;
    this.#flood = { loop, windowsUnderWay, next: this.#links.map(() => 0), fromMs: this.#links.map(() => startMs) };
    this.#links.forEach((_, g) => {
      this.#pour(g);
    });
  }

  stop(): void {
    this.#flood = undefined;
    this.#pace = undefined;
  }

  #tellStatus(): void {
    for (const link of this.#links) {
      const status = {
        online: true,
        version: 'bench',
        epoch: 1,
        clockMs: Math.round(nowMs()),
        outboxBatches: 0,
        droppedBatches: 0,
        advertsPerSecond: 100,
      };
      const { bytes, packetIdAt } = publishPacket(
        `promenade/1/${SITE}/${link.gatewayId}/status`,
        JSON.stringify(status),
      );
      bytes.writeUInt16BE(link.packetId(), packetIdAt);
      link.write(bytes);
    }
  }

  /** The last windows come back to the first: a shopper turns round at the loop's end. */
  #slotOf(loop: Loop, n: number): Packet[][] {
    const { length } = loop.slots;
    const at = n % (2 * length);
    return loop.slots[at < length ? at : 2 * length - 1 - at]!;
  }

  #send(g: number, packets: readonly Packet[], fromMs: number, toMs: number): void {
    if (packets.length === 0) return;
    const link = this.#links[g]!;
    const at = nowMs();
    link.together(() => {
      for (const packet of packets) {
        const seq = ++this.#seqs[g]!;
        link.write(address(packet, link.packetId(), seq, Math.round(fromMs), Math.round(toMs)));
        this.#unacked[g]!.push({ seq, rows: packet.rows, at });
        this.#published += packet.rows;
        this.#messages++;
      }
    });
  }

  #next(): void {
    if (!this.#pace) {
      this.#running = false;
      return;
    }
    const { windowMs } = this.#pace.loop;
    // Up to the next whole second with the old windows, from there on with the new ones.
    const toMs = Math.floor(nowMs() / windowMs + 1e-6) * windowMs + windowMs;
    setTimeout(() => this.#window(toMs), Math.max(0, toMs - nowMs()));
  }

  #window(toMs: number): void {
    const pace = this.#pace;
    if (!pace) {
      this.#running = false;
      return;
    }
    // A timer may come a little early.
    while (nowMs() < toMs);
    const { loop } = pace;
    const slot = this.#slotOf(loop, pace.slot++);
    const publishedAtMs: number[] = [];
    slot.forEach((packets, g) => {
      this.#send(g, packets, toMs - loop.windowMs, toMs);
      if (packets.length > 0) publishedAtMs.push(nowMs());
    });
    if (Math.round(toMs) % 1_000 === 0) this.#sendProbes(toMs - loop.windowMs, toMs, publishedAtMs);
    this.#worstLateMs = Math.max(this.#worstLateMs, nowMs() - toMs);
    this.#next();
  }

  #sendProbes(fromMs: number, toMs: number, publishedAtMs: number[]): void {
    if (this.#probing && this.#probes < PROBES) this.#probes++;
    const newest = this.#probes - 1;
    const rows: Row[] = [];
    for (let i = newest; i >= 0; i -= PROBE_AGAIN_SECONDS)
      rows.push([0, ...probeBeacon(i), -60, -57, 3, -59, Math.floor((toMs - fromMs) * 0.9)]);
    if (!this.#probing)
      for (let i = 0; i <= newest; i++)
        if (
          i % PROBE_AGAIN_SECONDS === Math.floor(toMs / 1_000) % PROBE_AGAIN_SECONDS &&
          !rows.some((row) => row[2] === i)
        )
          rows.push([0, ...probeBeacon(i), -60, -57, 3, -59, Math.floor((toMs - fromMs) * 0.9)]);
    if (rows.length === 0) return;
    this.#send(this.#links.length - 1, packetsOf(this.#gatewayIds.at(-1)!, rows), fromMs, toMs);
    if (!this.#probing) return;
    publishedAtMs.push(nowMs());
    tell({ type: 'probed', n: this.#probes, publishedAtMs });
  }

  #pour(g: number): void {
    const flood = this.#flood;
    if (!flood) return;
    const unacked = this.#unacked[g]!;
    const { loop } = flood;
    // One near whom nobody comes in the whole loop has nothing to send.
    for (let quiet = 0; unacked.length < flood.windowsUnderWay && quiet < 2 * loop.slots.length; ) {
      const packets = this.#slotOf(loop, flood.next[g]!++)[g]!;
      quiet = packets.length === 0 ? quiet + 1 : 0;
      const fromMs = flood.fromMs[g]!;
      flood.fromMs[g] = fromMs + loop.windowMs;
      this.#send(g, packets, fromMs, fromMs + loop.windowMs);
    }
  }

  #onAck(g: number, seq: number): void {
    const unacked = this.#unacked[g]!;
    let done = 0;
    while (done < unacked.length && unacked[done]!.seq <= seq) this.#acked += unacked[done++]!.rows;
    unacked.splice(0, done);
    this.#pour(g);
  }

  #count(): void {
    const at = nowMs();
    let oldest = at;
    for (const unacked of this.#unacked) oldest = Math.min(oldest, unacked[0]?.at ?? at);
    tell({
      type: 'count',
      published: this.#published,
      acked: this.#acked,
      messages: this.#messages,
      oldestUnackedMs: at - oldest,
      worstLateMs: this.#worstLateMs,
    });
    this.#worstLateMs = 0;
  }
}

const generator = new Generator();
process.on('disconnect', () => process.exit(0));
process.on('message', async (order: GeneratorOrder) => {
  switch (order.type) {
    case 'prepare':
      generator.prepare(order.gateways, order.carriers, order.rates);
      return tell({ type: 'prepared' });
    case 'connect':
      await generator.connect(order.host, order.port);
      return tell({ type: 'connected' });
    case 'pace':
      return generator.pace(order.rate);
    case 'probe':
      return generator.probe(order.on);
    case 'flood':
      return generator.flood(order.rate, order.windowsUnderWay);
    case 'stop':
      return generator.stop();
  }
});
