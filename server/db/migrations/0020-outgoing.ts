import type { Migration } from './index.ts';

/** Webhooks with their outbox, what was told of counts, and the retained topics that are out. */
export const outgoing: Migration = {
  number: 20,
  name: 'outgoing',
  statements: [
    `create table webhooks (
      id varchar not null, site_id varchar not null, tenant_id varchar, settings varchar not null,
      disabled_reason varchar, secret varchar not null, previous_secret varchar, previous_until_ms bigint,
      next_seq bigint not null, dropped bigint not null, created_ms bigint not null)`,
    // Without a body nothing is left to send. The shopper is named until it is sent, so that a withdrawal finds it.
    `create table webhook_deliveries (
      id varchar not null, webhook_id varchar not null, seq bigint not null, type varchar not null, at_ms bigint not null,
      state varchar not null, body varchar, shopper_id varchar, attempts bigint not null, queued_ms bigint not null,
      next_ms bigint, expires_ms bigint, last_ms bigint, last_status bigint, last_error varchar)`,
    'create table webhook_thresholds (webhook_id varchar not null, threshold varchar not null, above boolean not null)',
    `create table outgoing_counts (
      site_id varchar not null, step varchar not null, from_ms bigint not null, to_ms bigint not null,
      figures varchar not null, final boolean not null, revision bigint not null)`,
    'create table outgoing_cursors (site_id varchar not null, what varchar not null, until_ms bigint not null)',
    'create table published_topics (topic varchar not null)',
  ],
};
