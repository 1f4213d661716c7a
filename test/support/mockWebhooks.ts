/** Webhooks of the mock mall and what became of their deliveries. Each answer is checked against its contract. */
import { z } from 'zod';
import {
  type DeliveryView,
  delivery,
  type WebhookView,
  webhook,
  webhookInput,
} from '../../server/contract/outgoing.ts';
import { Refusal } from './mockCampaigns.ts';
import * as mall from './mockMall.ts';

const MINUTE_MS = 60_000;
const iso = (atMs: number): string => new Date(atMs).toISOString();
const NO_FIGURES = { pending: 0, dead: 0, delivered: 0, dropped: 0, failing: 0, retryAt: null };

export class MockWebhooks {
  #webhooks: WebhookView[] = [];
  #deliveries: DeliveryView[] = [];
  #secrets = 0;

  constructor() {
    this.reset();
  }

  reset(): void {
    this.#secrets = 0;
    const common = { zones: [], campaigns: [], dwellSeconds: [], countsInterval: '15m', disabledReason: null };
    this.#webhooks = z.array(webhook).parse([
      {
        ...common,
        id: 'wh-1',
        tenantId: null,
        url: 'https://building.arkada.example/hooks/promenade',
        name: 'Building control',
        events: ['occupancy.threshold', 'zone.counts'],
        thresholds: [{ zone: null, limit: 400, hysteresis: 20, forSeconds: 10 }],
        enabled: true,
        previousSecretUntil: null,
        createdAt: iso(mall.NOW_MS - 40 * 24 * 60 * MINUTE_MS),
        figures: {
          pending: 1,
          dead: 2,
          delivered: 96,
          dropped: 0,
          failing: 3,
          retryAt: iso(mall.NOW_MS + 4 * MINUTE_MS),
        },
      },
      {
        ...common,
        id: 'wh-2',
        tenantId: 'cafe-alma',
        url: 'https://alma.example/coupons',
        name: null,
        events: ['redemption.made', 'redemption.voided'],
        thresholds: [],
        enabled: true,
        previousSecretUntil: null,
        createdAt: iso(mall.NOW_MS - 4 * 24 * 60 * MINUTE_MS),
        figures: { ...NO_FIGURES, delivered: 31 },
      },
    ]);
    const of = (n: number, state: DeliveryView['state'], rest: Partial<DeliveryView> = {}) => ({
      id: `msg-${n}`,
      sequence: 200 + n,
      type: n % 3 === 0 ? 'occupancy.threshold' : 'zone.counts',
      state,
      at: iso(mall.NOW_MS - (6 - n) * 15 * MINUTE_MS),
      attempts: 1,
      lastAttemptAt: iso(mall.NOW_MS - (6 - n) * 15 * MINUTE_MS + 800),
      nextAttemptAt: null,
      lastStatus: 200,
      lastError: null,
      replayable: state !== 'pending',
      ...rest,
    });
    this.#deliveries = z.array(delivery).parse([
      of(5, 'pending', {
        attempts: 3,
        lastStatus: 503,
        lastError: 'Service Unavailable',
        nextAttemptAt: iso(mall.NOW_MS + 4 * MINUTE_MS),
      }),
      of(4, 'dead', { attempts: 12, lastStatus: 500, lastError: 'Internal Server Error: cannot reach the panel' }),
      of(3, 'dead', { attempts: 12, lastStatus: null, lastError: 'no answer within 10 seconds' }),
      of(2, 'delivered'),
      of(1, 'delivered'),
    ]);
  }

  #withSecret(one: WebhookView) {
    this.#secrets++;
    return { ...one, secret: `whsec_${'c2VjcmV0'.repeat(5)}${this.#secrets}` };
  }

  #check(body: unknown) {
    const input = webhookInput.parse(body);
    if (!input.url.startsWith('https://')) throw new Refusal(400, 'must be an https address', 'body.url');
    input.thresholds.forEach(({ limit, hysteresis }, i) => {
      if (limit - hysteresis < 10)
        throw new Refusal(
          400,
          'limit − hysteresis must be at least 10: of fewer than that nothing is told',
          `body.thresholds.${i}.limit`,
        );
    });
    return input;
  }

  #replay(ids: ReadonlySet<string>): void {
    this.#deliveries = this.#deliveries.map((one) =>
      ids.has(one.id) ? { ...one, state: 'pending', replayable: false } : one,
    );
    const dead = this.#deliveries.filter(({ state }) => state === 'dead').length;
    this.#webhooks = this.#webhooks.map((one) =>
      one.id === 'wh-1' ? { ...one, figures: { ...one.figures, dead } } : one,
    );
  }

  /** Undefined where the question is not of webhooks. */
  answer(asked: {
    method: string;
    what: string | undefined;
    id: string | undefined;
    sub: string | undefined;
    item: string | undefined;
    query: URLSearchParams;
    body: unknown;
    tenantId: string | null;
    empty: boolean;
  }): { body: unknown } | undefined {
    const { method, what, id, sub, item, query, body, tenantId } = asked;
    if (what !== 'webhooks') return undefined;
    const own = this.#webhooks.filter((one) => tenantId === null || one.tenantId === tenantId);
    if (id === undefined && method === 'GET') return { body: asked.empty ? [] : own };
    if (id === undefined) {
      const made: WebhookView = {
        ...this.#check(body),
        id: `wh-${this.#webhooks.length + 1}`,
        tenantId,
        disabledReason: null,
        previousSecretUntil: null,
        createdAt: iso(mall.NOW_MS),
        figures: NO_FIGURES,
      };
      this.#webhooks = [...this.#webhooks, made];
      return { body: this.#withSecret(made) };
    }
    const found = own.find((one) => one.id === id);
    if (found === undefined) throw new Refusal(404, `webhook ${id} does not exist`);
    const change = (next: WebhookView): WebhookView => {
      this.#webhooks = this.#webhooks.map((one) => (one.id === id ? next : one));
      return next;
    };
    if (sub === 'secret')
      return {
        body: this.#withSecret(change({ ...found, previousSecretUntil: iso(mall.NOW_MS + 24 * 60 * MINUTE_MS) })),
      };
    if (sub === 'test') return { body: undefined };
    if (sub === 'replay') {
      const dead = this.#deliveries.filter(({ state }) => state === 'dead');
      this.#replay(new Set(dead.map((one) => one.id)));
      return { body: { replayed: dead.length } };
    }
    if (sub === 'deliveries' && item !== undefined) {
      this.#replay(new Set([item]));
      return { body: undefined };
    }
    if (sub === 'deliveries') {
      const state = query.get('state');
      const rows = id === 'wh-1' ? this.#deliveries : [];
      return { body: { deliveries: rows.filter((one) => state === null || one.state === state) } };
    }
    if (method === 'PUT') return { body: change({ ...found, ...this.#check(body) }) };
    if (method === 'DELETE') this.#webhooks = this.#webhooks.filter((one) => one !== found);
    return { body: method === 'DELETE' ? undefined : found };
  }
}
