/** Counts by people or door counters, against which observed carriers are weighed. */
import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { newId } from '../../auth/secrets.ts';
import { id } from '../../contract/model.ts';
import { MAX_PEOPLE } from '../../contract/people.ts';
import {
  COUNT_COLUMNS,
  type CountRow,
  changeReferenceCount,
  countOf,
  putReferenceCounts,
  type ReferenceCount,
} from '../../db/referenceCounts.ts';
import { badRequest, notFound } from '../../errors.ts';
import { actorOf } from '../../privacy/audit.ts';
import { countFault } from '../countFault.ts';
import { siteParams } from '../resources.ts';
import { Reply, type Route, route } from '../route.ts';
import { named } from '../schemaNames.ts';
import type { Services } from '../services.ts';
import { checkedPeriod, instant, iso } from '../times.ts';

const counters = { roles: ['owner', 'manager'], scope: 'site' } as const;
/** Whoever counts a door by tapping may also take back what was tapped. */
const tappers = { roles: ['owner', 'manager', 'installer'], scope: 'site' } as const;
const input = named(
  'ReferenceCountInput',
  z.object({
    /** An entrance. */
    zoneId: id,
    from: instant,
    to: instant,
    /** Persons who came in. */
    people: z.int().min(0).max(MAX_PEOPLE),
    /** Persons who went out, where that was counted. */
    out: z.int().min(0).max(MAX_PEOPLE).nullable().default(null),
    note: z.string().trim().max(500).nullable().default(null),
  }),
);
const answer = named(
  'ReferenceCount',
  z.object({
    id,
    zoneId: id,
    /** Null: entered by hand or from a file. */
    counterId: id.nullable(),
    from: z.string(),
    to: z.string(),
    people: z.int(),
    out: z.int().nullable(),
    note: z.string().nullable(),
  }),
);
const params = siteParams.extend({ count: id });
/** Five years of every quarter hour at ten doors. */
const MAX_LISTED = 10_000;

const shown = (row: ReferenceCount): z.output<typeof answer> => ({
  id: row.id,
  zoneId: row.zoneId,
  counterId: row.counterId,
  from: iso(row.fromMs),
  to: iso(row.toMs),
  people: row.people,
  out: row.out,
  note: row.note,
});

export function referenceCountRoutes({ duck, registry }: Services): Route[] {
  function checked(siteId: string, body: z.output<typeof input>, nowMs: number) {
    const { zoneId, from: fromMs, to: toMs, people, out, note } = body;
    const fault = countFault(registry, siteId, { zoneId, fromMs, toMs }, nowMs);
    if (fault) throw badRequest(fault.message, `body.${fault.field}`);
    return { zoneId, fromMs, toMs, people, out, note };
  }
  const exists = async (siteId: string, countId: string, by: string | null): Promise<void> => {
    const row = await duck.get(
      'select 1 as one from reference_counts where site_id = $1 and id = $2 and ($3::varchar is null or created_by = $3)',
      [siteId, countId, by],
    );
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
        const rows = await duck.all<CountRow>(
          `select ${COUNT_COLUMNS} from reference_counts
            where site_id = $1 and to_ms > $2 and from_ms < $3 and ($4::varchar is null or zone_id = $4)
            order by from_ms, id limit ${MAX_LISTED}`,
          [siteId, fromMs, toMs, query.zone ?? null],
        );
        return rows.map((row) => shown(countOf(row)));
      },
    }),
    route({
      method: 'post',
      path: '/sites/:site/reference-counts',
      summary: 'Add a count of people who came in by an entrance',
      access: tappers,
      params: siteParams,
      body: input,
      response: answer,
      statuses: [201],
      async handler({ siteId, body, principal, nowMs }) {
        const row = { id: newId(randomBytes, 'r'), counterId: null, ...checked(siteId, body, nowMs) };
        await duck.transaction((sql) => putReferenceCounts(sql, siteId, [row], actorOf(principal).id, nowMs));
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
      async handler({ siteId, params, body, nowMs }) {
        const next = checked(siteId, body, nowMs);
        const changed = await duck.transaction((sql) => changeReferenceCount(sql, siteId, params.count, next));
        if (!changed) throw notFound(`reference count ${params.count}`);
        return shown(changed);
      },
    }),
    route({
      method: 'delete',
      path: '/sites/:site/reference-counts/:count',
      summary: 'Remove a count; an installer only an own one',
      access: tappers,
      params,
      async handler({ siteId, params, role, principal }) {
        await exists(siteId, params.count, role === 'installer' ? actorOf(principal).id : null);
        await duck.run('delete from reference_counts where site_id = $1 and id = $2', [siteId, params.count]);
      },
    }),
  ];
}
