/** Virtual gateways that speak MQTT as real ones do: topics, epochs, acks, an outbox with resending, status and last will. */
import { ROOT, topicOf } from '../server/contract/topics.ts';
import { ackMessage, type ConfigMessage, configMessage, type StatusMessage } from '../server/contract/wire.ts';
import { conditionOf } from './faults.ts';
import { Link } from './link.ts';
import { createRandom } from './random.ts';
import type { Fault } from './scenario.ts';
import { hashUnknown } from './unknownHash.ts';
import { type Beacon, VirtualGateway } from './virtualGateway.ts';

const STATUS_EVERY_MS = 10_000;
const STATUS_EVERY_EVENT_MS = 900_000;
/** A server that took a batch acks within a second or two; silence for this long means that it was lost on the way. */
const RESEND_AFTER_MS = 30_000;
/** MQTT has 65,535 packet ids a connection; far fewer keep a slow broker's memory small. */
const MAX_IN_FLIGHT = 1_000;
const MAX_IN_FLIGHT_SHARED = 20_000;
const VERSION = 'simulated 1';

export interface FleetOptions {
  siteId: string;
  gatewayIds: readonly string[];
  url: string;
  username?: string;
  password?: string;
  uuids: readonly string[];
  seed: number;
  /** First epoch of each gateway; must be above that of any earlier run on the same site. */
  epoch: number;
  batchMs: number;
  windowMs?: number;
  heartbeatMs: number;
  heartbeatSpanMs?: number;
  /** One connection for all, as for hundreds of gateways or history in strict order; else one each. */
  sharedLink: boolean;
  /** `server`: its ack frees a batch. `broker`: its PUBACK does, for trials without a Promenade server. */
  ackFrom?: 'server' | 'broker';
  maxOutboxBatches?: number;
  faults?: readonly Fault[];
  /** Event time at which the run began: faults count from here. */
  beganMs: number;
  onProblem?: (problem: string) => void;
}

interface Member {
  id: string;
  index: number;
  gateway: VirtualGateway;
  link: Link | undefined;
  /** Index of the first batch of the outbox that was not sent on this connection. */
  sent: number;
  inFlight: number;
  droppedSeen: number;
  /** The newest batch ever sent. */
  newest: { epoch: number; seq: number };
  powered: boolean;
  online: boolean;
  clockOffsetMs: number;
  config: ConfigMessage | undefined;
  progressAtMs: number;
  advertsAtStatus: number;
  /** Event time. */
  statusAtMs: number;
}

export interface FleetTotals {
  batches: number;
  rows: number;
  ackedBatches: number;
  ackedRows: number;
  /** Transmissions beyond each batch's first. */
  resent: number;
  dropped: number;
  waiting: number;
}

export class Fleet {
  private readonly options: FleetOptions;
  private readonly members: Member[];
  private readonly byId: Map<string, Member>;
  private shared: Link | undefined;
  private eventMs: number;
  private statusTimer: NodeJS.Timeout | undefined;
  private wakers: (() => void)[] = [];
  private ackedBatches = 0;
  private ackedRows = 0;
  private resent = 0;
  private stopping = false;
  private readonly maxInFlight: number;

  constructor(options: FleetOptions) {
    this.options = options;
    this.eventMs = options.beganMs;
    this.members = options.gatewayIds.map((id, index) => {
      const member: Member = {
        id,
        index,
        gateway: new VirtualGateway({
          epoch: options.epoch,
          uuids: options.uuids,
          windowMs: options.windowMs ?? 1_000,
          batchMs: options.batchMs,
          heartbeatMs: options.heartbeatMs,
          ...(options.heartbeatSpanMs === undefined ? {} : { heartbeatSpanMs: options.heartbeatSpanMs }),
          maxOutboxBatches: options.maxOutboxBatches ?? 100_000,
          hashUnknown: (beacon, clockMs) => hashUnknown(member.config?.unknowns, beacon, clockMs),
        }),
        link: undefined,
        sent: 0,
        inFlight: 0,
        droppedSeen: 0,
        newest: { epoch: 0, seq: 0 },
        powered: true,
        online: true,
        clockOffsetMs: 0,
        config: undefined,
        progressAtMs: 0,
        advertsAtStatus: 0,
        statusAtMs: options.beganMs,
      };
      return member;
    });
    this.maxInFlight = options.sharedLink ? Math.ceil(MAX_IN_FLIGHT_SHARED / options.gatewayIds.length) : MAX_IN_FLIGHT;
    this.byId = new Map(this.members.map((member) => [member.id, member]));
  }

  start(): void {
    const { options } = this;
    this.applyFaults();
    if (options.sharedLink) {
      this.shared = this.link(
        `promenade-fleet-${options.siteId}`,
        undefined,
        ['ack', 'config'].map((leaf) => `${ROOT}/${options.siteId}/+/${leaf}`),
      );
      this.shared.start();
    } else
      for (const member of this.members) {
        member.link = this.link(
          `promenade-${options.siteId}-${member.id}`,
          member,
          ['ack', 'config'].map((leaf) => `${ROOT}/${options.siteId}/${member.id}/${leaf}`),
        );
        if (member.online) member.link.start();
      }
    this.statusTimer = setInterval(() => this.beat(), STATUS_EVERY_MS);
  }

  private link(clientId: string, member: Member | undefined, subscriptions: string[]): Link {
    const { options } = this;
    const mine = member ? [member] : this.members;
    return new Link({
      url: options.url,
      clientId,
      ...(options.username === undefined ? {} : { username: options.username }),
      ...(options.password === undefined ? {} : { password: options.password }),
      ...(member ? { will: { topic: this.topic(member, 'status'), payload: '{"online":false}' } } : {}),
      subscriptions,
      random: createRandom(`${options.seed}/${clientId}`),
      onUp: () => {
        for (const one of mine) {
          one.inFlight = 0;
          one.sent = 0;
          one.progressAtMs = performance.now();
          if (one.online) this.status(one, true);
        }
        this.pump(...mine);
      },
      onDown: () => this.wake(),
      onMessage: (topic, payload) => this.message(topic, payload),
      onProblem: (problem) => this.options.onProblem?.(problem),
    });
  }

  private linkOf(member: Member): Link | undefined {
    return this.shared ?? member.link;
  }

  private topic(member: Member, leaf: 'sightings' | 'status' | 'gap'): string {
    return topicOf(this.options.siteId, member.id, leaf);
  }

  private message(topic: string, payload: Buffer): void {
    const [, , , id, leaf] = topic.split('/');
    const member = this.byId.get(id ?? '');
    if (!member) return;
    let json: unknown;
    try {
      json = JSON.parse(payload.toString());
    } catch {
      return;
    }
    if (leaf === 'ack') {
      const ack = ackMessage.safeParse(json);
      if (ack.success && (this.options.ackFrom ?? 'server') === 'server')
        this.acked(member, ack.data.epoch, ack.data.seq);
    } else if (leaf === 'config') {
      const config = configMessage.safeParse(json);
      if (!config.success) return;
      member.config = config.data;
      member.gateway.setAllowlist(config.data.uuids);
    }
  }

  private acked(member: Member, epoch: number, seq: number): void {
    for (const entry of member.gateway.outbox)
      if (entry.epoch === epoch && entry.seq <= seq) this.ackedRows += entry.rows;
    const freed = member.gateway.ack(epoch, seq);
    if (freed === 0) return;
    this.ackedBatches += freed;
    member.sent = Math.max(0, member.sent - freed);
    member.progressAtMs = performance.now();
    this.pump(member);
    this.wake();
  }

  /** Sends what was not sent on this connection; several gateways' backlogs in the order of their time. */
  private pump(...members: Member[]): void {
    const ready = members.filter((member) => member.online && this.linkOf(member)?.up);
    for (const member of ready) {
      this.reportGaps(member);
      // What the outbox dropped for lack of room stood before everything else.
      member.sent = Math.max(0, member.sent - (member.gateway.droppedBatches - member.droppedSeen));
      member.droppedSeen = member.gateway.droppedBatches;
    }
    if (ready.length === 1) {
      while (this.sendNext(ready[0]!));
      return;
    }
    const next = (member: Member): number => member.gateway.outbox[member.sent]?.toMs ?? Number.POSITIVE_INFINITY;
    for (let open = ready; open.length > 0; ) {
      const first = open.reduce((a, b) => (next(b) < next(a) ? b : a));
      if (!this.sendNext(first)) open = open.filter((member) => member !== first);
    }
  }

  private reportGaps(member: Member): void {
    const { gateway } = member;
    for (const gap of gateway.gaps.splice(0)) {
      const payload = JSON.stringify({ ...gap, reason: 'outbox-full' });
      void this.linkOf(member)!
        .publish(this.topic(member, 'gap'), payload)
        .then((taken) => {
          if (!taken) gateway.gaps.unshift(gap);
        });
    }
  }

  /** False where nothing is left to send, or enough is on its way. */
  private sendNext(member: Member): boolean {
    const entry = member.gateway.outbox[member.sent];
    if (!entry || member.inFlight >= this.maxInFlight) return false;
    member.sent++;
    member.inFlight++;
    const { newest } = member;
    if (entry.epoch < newest.epoch || (entry.epoch === newest.epoch && entry.seq <= newest.seq)) this.resent++;
    else member.newest = { epoch: entry.epoch, seq: entry.seq };
    void this.linkOf(member)!
      .publish(this.topic(member, 'sightings'), entry.payload)
      .then((taken) => {
        member.inFlight = Math.max(0, member.inFlight - 1);
        if (taken && this.options.ackFrom === 'broker') this.acked(member, entry.epoch, entry.seq);
        else if (taken) this.pump(member);
      });
    return true;
  }

  private status(member: Member, online: boolean): void {
    const link = this.linkOf(member);
    if (!link?.up) return;
    const { gateway } = member;
    const seconds = (this.eventMs - member.statusAtMs) / 1_000;
    const status: StatusMessage = {
      online,
      version: VERSION,
      epoch: gateway.epoch,
      clockMs: Math.round(this.eventMs + member.clockOffsetMs),
      outboxBatches: gateway.outbox.length,
      droppedBatches: gateway.droppedBatches,
      advertsPerSecond: Math.round(((gateway.adverts - member.advertsAtStatus) / Math.max(1, seconds)) * 10) / 10,
    };
    member.advertsAtStatus = gateway.adverts;
    member.statusAtMs = this.eventMs;
    void link.publish(this.topic(member, 'status'), JSON.stringify(online ? status : { online: false }), {
      retain: true,
    });
  }

  private beat(): void {
    const nowMs = performance.now();
    for (const member of this.members) {
      if (!member.online || !this.linkOf(member)?.up) continue;
      this.status(member, true);
      if (member.sent > 0 && nowMs - member.progressAtMs > RESEND_AFTER_MS) {
        member.sent = 0;
        member.inFlight = 0;
        member.progressAtMs = nowMs;
        this.pump(member);
      }
    }
  }

  /** One advertisement at one gateway; `atMs` is the true event time. */
  hear(index: number, beacon: Beacon, atMs: number, rssiDbm: number): void {
    const member = this.members[index];
    if (member?.powered) member.gateway.hear(beacon, atMs + member.clockOffsetMs, rssiDbm);
  }

  /** Event time has come to `eventMs`: windows that are over are closed and sent. */
  advance(eventMs: number): void {
    this.eventMs = eventMs;
    this.applyFaults();
    for (const member of this.members) {
      if (!member.powered) continue;
      member.gateway.close(eventMs + member.clockOffsetMs);
      // Of history that is played in within minutes, too, there is a status for every quarter hour.
      if (member.online && eventMs - member.statusAtMs >= STATUS_EVERY_EVENT_MS) this.status(member, true);
      if (member.sent < member.gateway.outbox.length) this.pump(member);
    }
  }

  /** Nothing was measured from now to `eventMs`: what is open is closed, and no heartbeat vouches for the time between. */
  skipTo(eventMs: number): void {
    for (const member of this.members) {
      member.gateway.skip(this.eventMs + member.clockOffsetMs, eventMs + member.clockOffsetMs);
      this.pump(member);
    }
    this.eventMs = eventMs;
  }

  private applyFaults(): void {
    const { faults, beganMs } = this.options;
    if (!faults || faults.length === 0) return;
    for (const member of this.members) {
      const now = conditionOf(faults, member.id, beganMs, this.eventMs);
      member.clockOffsetMs = now.clockOffsetMs;
      if (now.powered && !member.powered) member.gateway.restart(this.eventMs + member.clockOffsetMs);
      member.powered = now.powered;
      if (now.online === member.online) continue;
      member.online = now.online;
      if (this.shared) {
        // Its neighbours keep the connection: what the broker would say for it is said here.
        member.sent = 0;
        this.status(member, now.online);
        this.pump(member);
      } else if (now.online) member.link?.start();
      else member.link?.cut();
    }
  }

  private wake(): void {
    for (const waker of this.wakers.splice(0)) waker();
  }

  /** Batches that are on their way: those of gateways cut off by a fault do not count. */
  private waiting(): number {
    let waiting = 0;
    for (const member of this.members) if (member.online) waiting += member.gateway.outbox.length;
    return waiting;
  }

  /** Resolves when at most `limit` batches wait for their ack; false when it took longer than `timeoutMs`. */
  async room(limit: number, timeoutMs = Number.POSITIVE_INFINITY): Promise<boolean> {
    const untilMs = performance.now() + timeoutMs;
    while (this.waiting() > limit && !this.stopping) {
      const leftMs = untilMs - performance.now();
      if (leftMs <= 0) return false;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, Math.min(leftMs, 1_000));
        this.wakers.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
    return !this.stopping;
  }

  totals(): FleetTotals {
    const sum = (read: (gateway: VirtualGateway) => number): number =>
      this.members.reduce((total, { gateway }) => total + read(gateway), 0);
    return {
      batches: sum((gateway) => gateway.batchesMade),
      rows: sum((gateway) => gateway.rowsMade),
      ackedBatches: this.ackedBatches,
      ackedRows: this.ackedRows,
      resent: this.resent,
      dropped: sum((gateway) => gateway.droppedBatches),
      waiting: this.waiting(),
    };
  }

  get connected(): number {
    return this.members.filter((member) => this.linkOf(member)?.up).length;
  }

  /** Closes what is open, waits a while for the acks, says goodbye. */
  async stop(options: { graceMs?: number; farewell?: boolean } = {}): Promise<void> {
    clearInterval(this.statusTimer);
    for (const member of this.members) {
      if (!member.powered) continue;
      member.gateway.closeAll(this.eventMs + member.clockOffsetMs);
      this.pump(member);
    }
    await this.room(0, options.graceMs ?? 2_000);
    this.stopping = true;
    this.wake();
    if (options.farewell ?? true) for (const member of this.members) if (member.online) this.status(member, false);
    await Promise.all([this.shared?.stop(), ...this.members.map((member) => member.link?.stop())]);
  }
}
