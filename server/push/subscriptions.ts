/** Where closed phones can be reached: held in memory, written through. */
import type { PushSubscriptionInput } from '../contract/push.ts';
import type { Duck } from '../db/duckdb.ts';

export interface Subscription {
  endpoint: string;
  p256dh: string;
  auth: string;
  createdMs: number;
  /** Last told by the phone. */
  seenMs: number;
}

/** A phone, a tablet, a computer, and one of each before it was replaced. */
const MAX_PER_SHOPPER = 5;
/** A phone tells it at each start of the page: in longer there was none. */
const KEPT_MS = 400 * 86_400_000;
const SEEN_AGAIN_MS = 86_400_000;

interface Row extends Subscription {
  shopperId: string;
}

export class Subscriptions {
  readonly #duck: Duck;
  readonly #byShopper = new Map<string, Subscription[]>();
  readonly #ownerOf = new Map<string, string>();

  constructor(duck: Duck) {
    this.#duck = duck;
  }

  async start(): Promise<void> {
    const rows = await this.#duck.all<Row>(
      `select shopper_id as "shopperId", endpoint, p256dh, auth, created_ms as "createdMs", seen_ms as "seenMs"
       from push_subscriptions order by created_ms`,
    );
    for (const { shopperId, ...subscription } of rows) this.#hold(shopperId, [...this.of(shopperId), subscription]);
  }

  get size(): number {
    return this.#ownerOf.size;
  }

  /** Newest last. */
  of(shopperId: string): readonly Subscription[] {
    return this.#byShopper.get(shopperId) ?? [];
  }

  has(shopperId: string): boolean {
    return this.#byShopper.has(shopperId);
  }

  /** An endpoint is one browser: whoever told it last is its shopper. False: the shopper is gone. */
  async put(shopperId: string, given: PushSubscriptionInput, nowMs: number): Promise<boolean> {
    const { endpoint } = given;
    const { p256dh, auth } = given.keys;
    const known = this.of(shopperId).find((one) => one.endpoint === endpoint);
    const fresh = known !== undefined && nowMs - known.seenMs < SEEN_AGAIN_MS;
    if (fresh && known.p256dh === p256dh && known.auth === auth) return true;
    const subscription = { endpoint, p256dh, auth, createdMs: known?.createdMs ?? nowMs, seenMs: nowMs };
    const kept = [...this.of(shopperId).filter((one) => one.endpoint !== endpoint), subscription].slice(
      -MAX_PER_SHOPPER,
    );
    const dropped = this.of(shopperId).filter((one) => !kept.some((other) => other.endpoint === one.endpoint));
    const written = await this.#duck.transaction(async (sql) => {
      if ((await sql.get('select 1 as one from shoppers where id = $1', [shopperId])) === undefined) return false;
      for (const gone of [endpoint, ...dropped.map((one) => one.endpoint)])
        await sql.run('delete from push_subscriptions where endpoint = $1', [gone]);
      await sql.run('insert into push_subscriptions values ($1, $2, $3, $4, $5, $6)', [
        endpoint,
        shopperId,
        p256dh,
        auth,
        subscription.createdMs,
        nowMs,
      ]);
      // Within the lane of writes: an erasure comes either before this, and is seen above, or after it, and forgets it.
      const before = this.#ownerOf.get(endpoint);
      if (before !== undefined && before !== shopperId) this.#without(before, endpoint);
      this.#hold(shopperId, kept);
      return true;
    });
    return written;
  }

  async remove(shopperId: string, endpoint: string): Promise<void> {
    // Memory first: nothing is sent to it from here on.
    this.#without(shopperId, endpoint);
    await this.#duck.run('delete from push_subscriptions where shopper_id = $1 and endpoint = $2', [
      shopperId,
      endpoint,
    ]);
  }

  async removeAll(shopperId: string): Promise<void> {
    this.forget(shopperId);
    await this.#duck.run('delete from push_subscriptions where shopper_id = $1', [shopperId]);
    this.forget(shopperId);
  }

  /** For an erasure, whose transaction deletes the rows. */
  forget(shopperId: string): void {
    this.#hold(shopperId, []);
  }

  async expire(nowMs: number): Promise<void> {
    for (const [shopperId, all] of this.#byShopper)
      for (const { endpoint, seenMs } of all) if (seenMs < nowMs - KEPT_MS) await this.remove(shopperId, endpoint);
  }

  #hold(shopperId: string, subscriptions: Subscription[]): void {
    for (const { endpoint } of this.of(shopperId)) this.#ownerOf.delete(endpoint);
    for (const { endpoint } of subscriptions) this.#ownerOf.set(endpoint, shopperId);
    if (subscriptions.length === 0) this.#byShopper.delete(shopperId);
    else this.#byShopper.set(shopperId, subscriptions);
  }

  #without(shopperId: string, endpoint: string): void {
    this.#hold(
      shopperId,
      this.of(shopperId).filter((one) => one.endpoint !== endpoint),
    );
  }
}
