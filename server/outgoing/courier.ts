/** Takes the outbox to the receivers: each webhook by itself, so that a slow or dead one holds up no other. */

import { retryAfterMs, retryDelayMs } from './backoff.ts';
import type { Due, Outbox, Settlement } from './outbox.ts';
import type { PostAnswer, Poster } from './post.ts';
import { signatureHeaders } from './signature.ts';
import { secretsOf, type Webhook, type Webhooks } from './webhooks.ts';

export interface CourierParts {
  webhooks: Pick<Webhooks, 'get' | 'disable'>;
  outbox: Outbox;
  poster: Pick<Poster, 'post'>;
  /** Whether what happened to this person then may be told now. */
  mayTell: (shopperId: string, eventMs: number) => Promise<boolean>;
  clock: () => number;
  random: () => number;
  onProblem: (error: Error) => void;
  /** @default TIMEOUT_MS */
  timeoutMs?: number;
}

/** A receiver is to write it down and answer; what takes longer belongs after the answer. */
const TIMEOUT_MS = 10_000;
/** At once to one receiver; order is not promised. */
const AT_ONCE = 4;
const PAGE = 64;
/** Looked again even if nobody called: a clock that was set back, a write whose wake was lost. */
const LOOK_AGAIN_MS = 60_000;
const MAX_ERROR = 300;
/** Tried on: the file may come yet. */
export const NO_SECRET =
  'the secret cannot be opened: put secrets.key of the server that the database comes from beside it and start again, or make a new secret';
const USER_AGENT = 'Promenade-Webhooks/1';

export interface CourierCounts {
  delivered: number;
  failed: number;
  dead: number;
  withdrawn: number;
}

interface Round {
  siteId: string;
  running: boolean;
  again: boolean;
  timer: NodeJS.Timeout | undefined;
  failures: number;
  notBeforeMs: number;
}

export class Courier {
  readonly #parts: CourierParts;
  readonly #rounds = new Map<string, Round>();
  readonly #running = new Set<Promise<void>>();
  readonly counts: CourierCounts = { delivered: 0, failed: 0, dead: 0, withdrawn: 0 };
  #stopped = false;

  constructor(parts: CourierParts) {
    this.#parts = parts;
  }

  follow({ id, siteId }: Webhook): void {
    const known = this.#rounds.get(id);
    if (known === undefined)
      this.#rounds.set(id, { siteId, running: false, again: false, timer: undefined, failures: 0, notBeforeMs: 0 });
    // Its address or secret may be right now.
    else known.notBeforeMs = 0;
    this.wake(id);
  }

  forget(webhookId: string): void {
    clearTimeout(this.#rounds.get(webhookId)?.timer);
    this.#rounds.delete(webhookId);
  }

  state(webhookId: string): { failing: number; retryMs: number | null } {
    const round = this.#rounds.get(webhookId);
    const waits = round !== undefined && round.notBeforeMs > this.#parts.clock();
    return { failing: round?.failures ?? 0, retryMs: waits ? round.notBeforeMs : null };
  }

  /** Something may be due. */
  wake(webhookId: string): void {
    const round = this.#rounds.get(webhookId);
    if (round === undefined || this.#stopped) return;
    if (round.running) {
      round.again = true;
      return;
    }
    round.running = true;
    clearTimeout(round.timer);
    const work = this.#work(webhookId, round)
      .catch((error: Error) => {
        this.#parts.onProblem(error);
        this.#later(webhookId, round, LOOK_AGAIN_MS);
      })
      .finally(() => {
        round.running = false;
        this.#running.delete(work);
        if (round.again) this.wake(webhookId);
      });
    this.#running.add(work);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    for (const { timer } of this.#rounds.values()) clearTimeout(timer);
    await Promise.all(this.#running);
  }

  #later(webhookId: string, round: Round, ms: number): void {
    clearTimeout(round.timer);
    if (this.#stopped || this.#rounds.get(webhookId) !== round) return;
    round.timer = setTimeout(() => this.wake(webhookId), Math.max(0, Math.min(ms, LOOK_AGAIN_MS)));
    round.timer.unref();
  }

  async #work(webhookId: string, round: Round): Promise<void> {
    const { outbox, webhooks, clock } = this.#parts;
    for (;;) {
      round.again = false;
      const webhook = webhooks.get(round.siteId, webhookId);
      if (this.#stopped || webhook === undefined || !webhook.enabled) return;
      const waitMs = round.notBeforeMs - clock();
      if (waitMs > 0) return this.#later(webhookId, round, waitMs);
      const due = await outbox.due(webhookId, clock(), PAGE);
      if (due.length === 0) {
        if (round.again) continue;
        const nextMs = await outbox.nextDueMs(webhookId);
        if (nextMs !== undefined) this.#later(webhookId, round, nextMs - clock());
        return;
      }
      const queue = due.values();
      // After a failure one at a time: it shows whether the receiver is back as well as four would.
      const lanes = round.failures > 0 ? 1 : AT_ONCE;
      await Promise.all(Array.from({ length: lanes }, () => this.#lane(webhookId, round, queue)));
    }
  }

  async #lane(webhookId: string, round: Round, queue: IterableIterator<Due>): Promise<void> {
    const { webhooks, clock } = this.#parts;
    for (const one of queue) {
      const webhook = webhooks.get(round.siteId, webhookId);
      if (this.#stopped || webhook === undefined || !webhook.enabled || round.notBeforeMs > clock()) return;
      await this.#deliver(webhook, round, one);
    }
  }

  async #deliver(webhook: Webhook, round: Round, one: Due): Promise<void> {
    const { outbox, clock } = this.#parts;
    const settle = (settlement: Omit<Settlement, 'id'>): Promise<void> =>
      outbox.settle(webhook.id, { id: one.id, ...settlement });
    const unsent = { nextMs: null, lastMs: null, lastStatus: null, lastError: null };
    if (one.shopperId !== null && clock() >= one.expiresMs) return settle({ state: 'expired', ...unsent });
    const answer = await this.#send(webhook, one);
    if (answer.kind === 'held') {
      this.counts.withdrawn += 1;
      return settle({ state: 'withdrawn', ...unsent });
    }
    const lastMs = clock();
    if (answer.kind === 'answered' && answer.status >= 200 && answer.status < 300) {
      round.failures = 0;
      round.notBeforeMs = 0;
      this.counts.delivered += 1;
      return settle({ state: 'delivered', nextMs: null, lastMs, lastStatus: answer.status, lastError: null });
    }
    this.counts.failed += 1;
    const last = {
      lastMs,
      lastStatus: answer.kind === 'answered' ? answer.status : null,
      lastError: wordsOf(answer),
    };
    if (last.lastStatus === 410) {
      await settle({ state: one.shopperId === null ? 'dead' : 'expired', nextMs: null, ...last });
      await outbox.giveUp(webhook.id, 410, last.lastError);
      await this.#parts.webhooks.disable(webhook, 'gone');
      return;
    }
    const nextMs = lastMs + this.#delayMs(round, one, answer, lastMs);
    if (nextMs < one.expiresMs) return settle({ state: 'pending', nextMs, ...last });
    this.counts.dead += 1;
    return settle({ state: one.shopperId === null ? 'dead' : 'expired', nextMs: null, ...last });
  }

  /** A refusal of this one alone (a 4xx) leaves the others their turn; anything else is the receiver's trouble. */
  #delayMs(round: Round, one: Due, answer: PostAnswer, nowMs: number): number {
    const { random } = this.#parts;
    const ownMs = retryDelayMs(one.attempts + 1, random);
    const status = answer.kind === 'answered' ? answer.status : 0;
    if (status >= 400 && status < 500 && status !== 408 && status !== 425 && status !== 429) return ownMs;
    const askedMs =
      answer.kind === 'answered' && (status === 429 || status === 503)
        ? retryAfterMs(answer.retryAfter, nowMs)
        : undefined;
    // Those that were under way together fail together, and count once.
    if (round.notBeforeMs <= nowMs) round.failures += 1;
    const waitMs = Math.max(askedMs ?? 0, retryDelayMs(round.failures, random));
    round.notBeforeMs = Math.max(round.notBeforeMs, nowMs + waitMs);
    return 0;
  }

  async #send(webhook: Webhook, one: Due): Promise<PostAnswer> {
    const { poster, mayTell, clock, timeoutMs = TIMEOUT_MS } = this.#parts;
    const { shopperId, atMs } = one;
    const isHeld = async (): Promise<boolean> => shopperId !== null && !(await mayTell(shopperId, atMs));
    if (await isHeld()) return { kind: 'held' };
    const nowMs = clock();
    const secrets = secretsOf(webhook, nowMs);
    if (secrets.length === 0) return { kind: 'failed', why: NO_SECRET };
    return poster.post(webhook.url, {
      tenantId: webhook.tenantId,
      headers: {
        'content-type': 'application/json',
        'user-agent': USER_AGENT,
        ...signatureHeaders(secrets, one.id, Math.floor(nowMs / 1_000), one.body),
      },
      body: one.body,
      timeoutMs,
      isHeld,
    });
  }
}

function wordsOf(answer: PostAnswer): string {
  if (answer.kind !== 'answered') return answer.kind === 'failed' ? answer.why.slice(0, MAX_ERROR) : '';
  const { status, text } = answer;
  if (status >= 300 && status < 400) return `${status}: redirects are not followed; enter the address that it leads to`;
  // Of control characters nothing is kept: it is shown in the dashboard and in logs.
  return text
    .replaceAll(/[\p{Cc}\p{Cs}]+/gu, ' ')
    .trim()
    .slice(0, MAX_ERROR);
}
