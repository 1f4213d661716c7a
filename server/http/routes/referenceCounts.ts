/** Counts by people or door counters, against which observed carriers are weighed. */
import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { newId } from '../../auth/secrets.ts';
import { id } from '../../contract/model.ts';
import { badRequest, notFound } from '../../errors.ts';
import { actorOf } from '../../privacy/audit.ts';
import { siteParams } from '../resources.ts';
import { type Principal, Reply, type Route, route } from '../route.ts';
import type { Services } from '../services.ts';
import { checkedPeriod, instant, iso } from '../times.ts';

const counters = { roles: ['owner', 'manager'], scope: 'site' } as const;
const input = z.object({
  /** An entrance. */
  zoneId: id,
  from: instant,
  to: instant,
  /** Persons who came in. */
  people: z.int().min(0).max(1_000_000),
  note: z.string().trim().max(500).nullable().default(null),
});
const answer = z.object({
  id,
  zoneId: id,
  from: z.string(),
  to: z.string(),
  people: z.int(),
  note: z.string().nullable(),
});
const params = siteParams.extend({ count: id });
/** Longer counts say nothing of an hour of the week any more. */
const MAX_COUNT_MS = 24 * 3_600_000;
/** Five years of every quarter hour at ten doors. */
const MAX_LISTED = 10_000;

interface Row {
  id: string;
  zone_id: string;
  from_ms: number;
  to_ms: number;
  people: number;
  note: string | null;
}
const shown = (row: Row): z.output<typeof answer> => ({
  id: row.id,
  zoneId: row.zone_id,
  from: iso(row.from_ms),
  to: iso(row.to_ms),
  people: row.people,
  note: row.note,
});

export function referenceCountRoutes({ duck, registry }: Services): Route[] {
  function checked(siteId: string, body: z.output<typeof input>, nowMs: number) {
    const zone = registry.zones.get(siteId, body.zoneId);
    if (zone?.kind !== 'entrance')
      throw badRequest(
        zone ? `zone ${body.zoneId} is a ${zone.kind}; counts are of entrances` : `zone ${body.zoneId} does not exist`,
        'body.zoneId',
      );
    if (body.to <= body.from) throw badRequest('must be later than from', 'body.to');
    if (body.to - body.from > MAX_COUNT_MS) throw badRequest('must lie at most 24 hours after from', 'body.to');
    if (body.to > nowMs) throw badRequest('must not lie in the future', 'body.to');
    return { zone_id: body.zoneId, from_ms: body.from, to_ms: body.to, people: body.people, note: body.note };
  }

  async function store(siteId: string, row: Row, principal: Principal | undefined, nowMs: number): Promise<void> {
    await duck.transaction(async (sql) => {
      await sql.run('delete from reference_counts where site_id = $1 and id = $2', [siteId, row.id]);
      await sql.run('insert into reference_counts values ($1, $2, $3, $4, $5, $6, $7, $8, $9)', [
        siteId,
        row.id,
        row.zone_id,
        row.from_ms,
        row.to_ms,
        row.people,
        row.note,
        actorOf(principal).id,
        nowMs,
      ]);
    });
  }
  const exists = async (siteId: string, countId: string): Promise<void> => {
    const row = await duck.get('select 1 as one from reference_counts where site_id = $1 and id = $2', [
      siteId,
      countId,
    ]);
    if (!row) throw notFound(`reference count ${countId}`);
  };

  return [
    route({
      method: 'get',
      path: '/sites/:site/reference-counts',
      summary: 'Reference counts that overlap a period, the oldest first',
      access: counters,
      params: siteParams,
      query: z.object({ from: instant.optional(), to: instant.optional(), zone: id.optional() }),
      response: z.array(answer),
      async handler({ siteId, query }) {
        const { fromMs, toMs } =
          query.from !== undefined && query.to !== undefined
            ? checkedPeriod({ from: query.from, to: query.to })
            : { fromMs: query.from ?? 0, toMs: query.to ?? Number.MAX_SAFE_INTEGER };
        const rows = await duck.all<Row>(
          `select id, zone_id, from_ms, to_ms, people, note from reference_counts
            where site_id = $1 and to_ms > $2 and from_ms < $3 and ($4::varchar is null or zone_id = $4)
            order by from_ms, id limit ${MAX_LISTED}`,
          [siteId, fromMs, toMs, query.zone ?? null],
        );
        return rows.map(shown);
      },
    }),
    route({
      method: 'post',
      path: '/sites/:site/reference-counts',
      summary: 'Add a count of people who came in by an entrance',
      access: counters,
      params: siteParams,
      body: input,
      response: answer,
      statuses: [201],
      async handler({ siteId, body, principal, nowMs }) {
        const row = { id: newId(randomBytes, 'r'), ...checked(siteId, body, nowMs) };
        await store(siteId, row, principal, nowMs);
        return new Reply(201, shown(row));
      },
    }),
    route({
      method: 'put',
      path: '/sites/:site/reference-counts/:count',
      summary: 'Correct a count',
      access: counters,
      params,
      body: input,
      response: answer,
      async handler({ siteId, params, body, principal, nowMs }) {
        await exists(siteId, params.count);
        const row = { id: params.count, ...checked(siteId, body, nowMs) };
        await store(siteId, row, principal, nowMs);
        return shown(row);
      },
    }),
    route({
      method: 'delete',
      path: '/sites/:site/reference-counts/:count',
      summary: 'Remove a count',
      access: counters,
      params,
      async handler({ siteId, params }) {
        await exists(siteId, params.count);
        await duck.run('delete from reference_counts where site_id = $1 and id = $2', [siteId, params.count]);
      },
    }),
  ];
}
