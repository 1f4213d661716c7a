import type { Migration } from './index.ts';

/**
 * Who may, and what stands in a site. Of secrets only hashes are stored. What is replaced often has no primary key: the
 * registry's maps are what keeps ids unique, and it is the only writer.
 */
export const accessAndRegistry: Migration = {
  number: 1,
  name: 'access-and-registry',
  statements: [
    `create table accounts (
      id varchar not null, email varchar not null, name varchar, password_hash varchar,
      created_ms bigint not null, last_sign_in_ms bigint)`,
    'create table account_grants (account_id varchar not null, role varchar not null, site_id varchar, tenant_id varchar)',
    `create table sessions (
      token_hash varchar not null, kind varchar not null, subject_id varchar not null, site_id varchar,
      created_ms bigint not null, expires_ms bigint not null)`,
    `create table one_time_links (
      token_hash varchar not null, account_id varchar not null,
      created_ms bigint not null, expires_ms bigint not null, used_ms bigint)`,
    `create table api_tokens (
      id varchar not null, token_hash varchar not null, label varchar not null, grants varchar not null,
      created_by varchar not null, created_ms bigint not null, expires_ms bigint, last_used_ms bigint, revoked_ms bigint)`,
    'create table sites (id varchar not null, json varchar not null, created_ms bigint not null)',
    'create table floors (site_id varchar not null, id varchar not null, json varchar not null)',
    'create table zones (site_id varchar not null, id varchar not null, json varchar not null)',
    'create table gateways (site_id varchar not null, id varchar not null, json varchar not null)',
    `create table carriers (
      site_id varchar not null, id varchar not null, kind varchar not null, uuid varchar not null,
      major bigint not null, minor bigint not null, power_dbm double, label varchar)`,
    `create table definitions_versions (
      site_id varchar not null, version bigint not null, created_ms bigint not null, json varchar not null)`,
    'create table dwell_seconds (site_id varchar not null, source varchar not null, json varchar not null)',
    // A version names its floors, zones and gateways by hash: an edit of one zone stores one zone.
    'create table model_timeline (site_id varchar not null, effective_from_ms bigint not null, json varchar not null)',
    'create table model_items (site_id varchar not null, hash varchar not null, json varchar not null)',
    `create table floor_images (
      site_id varchar not null, floor_id varchar not null, file varchar not null, content_type varchar not null,
      width_px bigint not null, height_px bigint not null, bytes bigint not null, uploaded_ms bigint not null)`,
    `create table reference_counts (
      site_id varchar not null, id varchar not null, zone_id varchar not null, from_ms bigint not null,
      to_ms bigint not null, people bigint not null, note varchar, created_by varchar not null, created_ms bigint not null)`,
    `create table audit (
      at_ms bigint not null, actor_kind varchar not null, actor_id varchar not null, action varchar not null,
      site_id varchar, subject varchar, detail varchar, ip varchar)`,
  ],
};
