/** Append-only: every read of a person's data and every change of who may. There is no way to alter an entry, and age alone removes one. */
import type { Duck } from '../db/duckdb.ts';
import type { Principal } from '../http/route.ts';
import type { Clock } from '../ingest/types.ts';

export interface AuditEntry {
  actor: { kind: 'account' | 'token' | 'shopper' | 'server'; id: string };
  /** Stable, such as `carriers.read`. */
  action: string;
  siteId?: string | null;
  /** What was read or changed: ids, never contents. */
  subject?: string | null;
  detail?: string | null;
  ip?: string | null;
}
export interface RecordedEntry {
  atMs: number;
  actorKind: string;
  actorId: string;
  action: string;
  siteId: string | null;
  subject: string | null;
  detail: string | null;
  ip: string | null;
}

export interface Audit {
  record(entry: AuditEntry): Promise<void>;
  /** The newest first. */
  entries(filter: { siteId?: string; beforeMs?: number; limit: number }): Promise<RecordedEntry[]>;
  /** Removes what is older than it may be kept. */
  expire(): Promise<void>;
}

/** Two years. */
export const AUDIT_KEPT_MS = 2 * 366 * 86_400_000;

export function actorOf(principal: Principal | undefined): AuditEntry['actor'] {
  switch (principal?.kind) {
    case 'account':
      return { kind: 'account', id: principal.accountId };
    case 'token':
      return { kind: 'token', id: principal.tokenId };
    case 'shopper':
      return { kind: 'shopper', id: principal.shopperId };
    default:
      return { kind: 'server', id: '' };
  }
}

const MAX_TEXT = 1_000;
const cut = (text: string | null | undefined): string | null => text?.slice(0, MAX_TEXT) ?? null;

export function createAudit(duck: Duck, clock: Clock): Audit {
  return {
    record: ({ actor, action, siteId, subject, detail, ip }) =>
      duck.run('insert into audit values ($1, $2, $3, $4, $5, $6, $7, $8)', [
        clock(),
        actor.kind,
        actor.id,
        action,
        siteId ?? null,
        cut(subject),
        cut(detail),
        cut(ip),
      ]),
    expire: () => duck.run('delete from audit where at_ms < $1', [clock() - AUDIT_KEPT_MS]),
    entries: ({ siteId, beforeMs, limit }) =>
      duck.all<RecordedEntry>(
        `select at_ms as "atMs", actor_kind as "actorKind", actor_id as "actorId", action, site_id as "siteId",
            subject, detail, ip
          from audit
          where ($1::varchar is null or site_id = $1) and at_ms < $2
          order by at_ms desc, rowid desc limit $3`,
        [siteId ?? null, beforeMs ?? Number.MAX_SAFE_INTEGER, limit],
      ),
  };
}
