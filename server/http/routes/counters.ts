/** Door counters, and files of what they or people counted. */
import { randomBytes } from 'node:crypto';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { newId } from '../../auth/secrets.ts';
import { id } from '../../contract/model.ts';
import { counter } from '../../contract/people.ts';
import { countersOf, putReferenceCounts } from '../../db/referenceCounts.ts';
import { AppError, badRequest, notFound } from '../../errors.ts';
import { actorOf } from '../../privacy/audit.ts';
import { countFault } from '../countFault.ts';
import { readCountsCsv } from '../countsCsv.ts';
import { siteParams, withPathId } from '../resources.ts';
import { type Route, route } from '../route.ts';
import type { Services } from '../services.ts';

const management = { roles: ['owner', 'manager'], scope: 'site' } as const;
const fitters = { roles: ['owner', 'manager', 'installer'], scope: 'site' } as const;
const params = siteParams.extend({ counter: id });
const MAX_CSV_BYTES = 8 * 1024 * 1024;
/** One mistake often repeats on every line. */
const SHOWN_FAULTS = 5;
/** More doors than any mall has. */
const MAX_COUNTERS = 500;

export function counterRoutes({ duck, registry }: Services): Route[] {
  return [
    route({
      method: 'get',
      path: '/sites/:site/counters',
      summary: 'Door counters that are heard over MQTT',
      access: fitters,
      params: siteParams,
      response: z.array(counter),
      handler: ({ siteId }) => countersOf(duck, siteId),
    }),
    route({
      method: 'put',
      path: '/sites/:site/counters/:counter',
      summary: 'Enter a door counter, or change it',
      access: fitters,
      params,
      body: counter.partial({ id: true }),
      response: counter,
      async handler({ siteId, params, body, nowMs }) {
        const next = withPathId(params.counter, body);
        const zone = registry.zones.get(siteId, next.zoneId);
        if (zone?.kind !== 'entrance')
          throw badRequest(
            zone
              ? `zone ${zone.id} is a ${zone.kind}; counters hang at entrances`
              : `zone ${next.zoneId} does not exist`,
            'body.zoneId',
          );
        await duck.transaction(async (sql) => {
          const known = await countersOf(sql, siteId);
          if (known.length >= MAX_COUNTERS && !known.some((one) => one.id === next.id))
            throw badRequest(`a site has at most ${MAX_COUNTERS} counters`, 'params.counter');
          await sql.run('delete from counters where site_id = $1 and id = $2', [siteId, next.id]);
          await sql.run('insert into counters (site_id, id, zone_id, name, created_ms) values ($1, $2, $3, $4, $5)', [
            siteId,
            next.id,
            next.zoneId,
            next.name,
            nowMs,
          ]);
        });
        return next;
      },
    }),
    route({
      method: 'delete',
      path: '/sites/:site/counters/:counter',
      summary: 'Remove a door counter; what it counted stays',
      access: fitters,
      params,
      async handler({ siteId, params }) {
        await duck.transaction(async (sql) => {
          if (!(await countersOf(sql, siteId)).some((one) => one.id === params.counter))
            throw notFound(`counter ${params.counter}`);
          await sql.run('delete from counters where site_id = $1 and id = $2', [siteId, params.counter]);
        });
      },
    }),
    route({
      method: 'post',
      path: '/sites/:site/reference-counts/csv',
      summary:
        'Add counts from a CSV file with the columns zone, from, to, people and perhaps out, note: all of them, or none where a line is wrong. A period of an entrance that is there already is replaced',
      access: management,
      params: siteParams,
      upload: { maxBytes: MAX_CSV_BYTES, contentTypes: ['text/csv', 'text/plain', 'application/vnd.ms-excel'] },
      response: z.object({ added: z.int(), replaced: z.int() }),
      ratePerMinute: 30,
      async handler({ siteId, upload, principal, nowMs }) {
        const { counts, faults } = readCountsCsv(await text(upload!));
        for (const count of counts) {
          const fault = countFault(registry, siteId, count, nowMs);
          if (fault)
            faults.push({
              line: count.line,
              column: fault.field === 'zoneId' ? 'zone' : fault.field,
              message: fault.message,
            });
        }
        if (faults.length > 0) {
          faults.sort((a, b) => a.line - b.line);
          const shown = faults.slice(0, SHOWN_FAULTS).map((one) => `line ${one.line}, ${one.column}: ${one.message}`);
          if (faults.length > shown.length) shown.push(`and ${faults.length - shown.length} more`);
          const [first] = faults;
          throw new AppError(400, 'bad-csv', shown.join('; '), `body.line-${first!.line}.${first!.column}`);
        }
        const rows = counts.map(({ line: _, ...count }) => ({
          id: newId(randomBytes, 'r'),
          counterId: null,
          ...count,
        }));
        return duck.transaction((sql) => putReferenceCounts(sql, siteId, rows, actorOf(principal).id, nowMs));
      },
    }),
  ];
}
