/** Offers for closed phones: encrypted for each subscription of the shopper, handed to its push service. */
import { randomBytes } from 'node:crypto';
import type { PushPayload } from '../contract/push.ts';
import type { Clock } from '../ingest/types.ts';
import { encrypt } from './encrypt.ts';
import type { PushService } from './service.ts';
import type { Subscription, Subscriptions } from './subscriptions.ts';
import { newVapidKeys, type Vapid } from './vapid.ts';

export interface WebPushParts {
  vapid: Vapid;
  service: PushService;
  subscriptions: Subscriptions;
  clock: Clock;
  onProblem: (error: Error) => void;
}

export interface Push<Hold> {
  payload: PushPayload;
  /** Of two with the same topic a phone that was off gets the later one alone. */
  topic: string;
  /** How long the push service keeps it for a phone that is off. */
  ttlSeconds: number;
  timeoutMs: number;
  holdNow: () => Promise<Hold | undefined>;
}
export type Pushed<Hold> = { outcome: 'pushed' | 'no-route' | 'failed' } | { outcome: 'held'; hold: Hold };

/** Offers are of this size or less, so that their length does not tell them apart; longer ones go by the next step. */
const PADDED_TO_BYTES = 512;

export class WebPush {
  readonly #parts: WebPushParts;

  constructor(parts: WebPushParts) {
    this.#parts = parts;
  }

  get publicKey(): string {
    return this.#parts.vapid.publicKey;
  }

  canReach(shopperId: string): boolean {
    return this.#parts.subscriptions.has(shopperId);
  }

  /** To all of the shopper's subscriptions; `pushed` once one service took it. */
  async send<Hold>(shopperId: string, push: Push<Hold>): Promise<Pushed<Hold>> {
    const held: Hold[] = [];
    const isHeld = async (): Promise<boolean> => {
      const hold = await push.holdNow();
      if (hold !== undefined) held.push(hold);
      return hold !== undefined;
    };
    const answers = await Promise.all(
      this.#parts.subscriptions.of(shopperId).map((one) => this.#sendTo(shopperId, one, push, isHeld)),
    );
    if (answers.includes('accepted')) return { outcome: 'pushed' };
    if (answers.includes('failed')) return { outcome: 'failed' };
    const hold = held[0];
    return hold === undefined ? { outcome: 'no-route' } : { outcome: 'held', hold };
  }

  async #sendTo(
    shopperId: string,
    { endpoint, p256dh, auth }: Subscription,
    { payload, topic, ttlSeconds, timeoutMs }: Push<unknown>,
    isHeld: () => Promise<boolean>,
  ) {
    const { vapid, service, subscriptions, clock, onProblem } = this.#parts;
    try {
      const plaintext = Buffer.from(JSON.stringify(payload));
      const body = encrypt(
        plaintext,
        { p256dh: Buffer.from(p256dh, 'base64url'), auth: Buffer.from(auth, 'base64url') },
        { privateKey: Buffer.from(newVapidKeys().privateKey, 'base64url'), salt: randomBytes(16) },
        Math.ceil(plaintext.length / PADDED_TO_BYTES) * PADDED_TO_BYTES,
      );
      const answer = await service.post(endpoint, {
        headers: {
          authorization: vapid.authorization(new URL(endpoint), clock()),
          'content-encoding': 'aes128gcm',
          'content-type': 'application/octet-stream',
          ttl: String(ttlSeconds),
          urgency: 'high',
          topic,
        },
        body,
        timeoutMs,
        isHeld,
      });
      if (answer === 'gone') await subscriptions.remove(shopperId, endpoint);
      return answer;
    } catch (error) {
      // Without the endpoint: who has it can push.
      onProblem(error as Error);
      return 'refused';
    }
  }
}
