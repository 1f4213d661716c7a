/** Figures as files: asked for, made in the background, downloaded. */
import { z } from 'zod';
import { EXPORT_TABLES, exportJob, exportJobs, exportTable } from '../../contract/exports.ts';
import { id } from '../../contract/model.ts';
import { wholeDaysOver } from '../../db/parquet/analysisPeriod.ts';
import { ExportError } from '../../db/parquet/manifest.ts';
import type { SeriesReader } from '../../db/timeSeries.ts';
import { badRequest, notFound } from '../../errors.ts';
import type { Exports } from '../../exports/exports.ts';
import { type Audit, actorOf } from '../../privacy/audit.ts';
import type { Registry } from '../../registry/types.ts';
import { siteParams } from '../resources.ts';
import { Reply, type Route, route } from '../route.ts';
import { checkedPeriod, instant, interval } from '../times.ts';

export interface ExportRouteParts {
  exports: Exports;
  registry: Registry;
  reading: SeriesReader;
  audit: Pick<Audit, 'record'>;
}

/** All zones together are the mall's, so no retailer. */
const MANAGERS = { roles: ['owner', 'manager'], scope: 'site' } as const;
const PARQUET = 'application/vnd.apache.parquet';
const params = siteParams.extend({ export: id });
const fileParams = params.extend({ file: z.string().regex(/^[a-z0-9_-]+\.(parquet|json)$/) });
const input = z.strictObject({
  tables: z
    .array(exportTable)
    .min(1)
    .max(EXPORT_TABLES.length)
    .refine((names) => new Set(names).size === names.length, 'must name each table once')
    .default([...EXPORT_TABLES]),
  from: instant,
  to: instant,
  /** Of the figures by time. */
  interval: interval.default('hour'),
});

export function exportRoutes({ exports, registry, reading, audit }: ExportRouteParts): Route[] {
  return [
    route({
      method: 'get',
      path: '/sites/:site/exports',
      summary: 'Exports of this site that are waiting, being made, or kept for download; the newest first',
      access: MANAGERS,
      params: siteParams,
      response: exportJobs,
      handler: ({ siteId }) => ({ exports: exports.list(siteId) }),
    }),
    route({
      method: 'post',
      path: '/sites/:site/exports',
      summary: 'Asks for figures as Parquet files, of the whole local days of a period that are over',
      access: MANAGERS,
      params: siteParams,
      body: input,
      response: exportJob,
      statuses: [202],
      async handler({ siteId, body, principal, ip }) {
        const asked = checkedPeriod(body, { where: 'body' });
        const period = await wholeDaysOver(reading, registry.site(siteId)!, asked).catch((error: Error) => {
          throw error instanceof ExportError ? badRequest(error.message, 'body.from') : error;
        });
        const job = exports.request({ siteId, tables: body.tables, period, interval: body.interval });
        await audit.record({
          actor: actorOf(principal),
          action: 'exports.create',
          siteId,
          subject: job.id,
          detail: `${job.tables.join(', ')}; ${job.from} to ${job.to}`,
          ip,
        });
        return new Reply(202, job);
      },
    }),
    route({
      method: 'get',
      path: '/sites/:site/exports/:export',
      summary: 'How far an export is, and its files once it is done',
      access: MANAGERS,
      params,
      response: exportJob,
      handler({ siteId, params: { export: exportId } }) {
        const found = exports.get(siteId, exportId);
        if (!found) throw notFound(`export ${exportId}`);
        return found;
      },
    }),
    route({
      method: 'delete',
      path: '/sites/:site/exports/:export',
      summary: 'Removes an export and its files; one that is being made ends',
      access: MANAGERS,
      params,
      async handler({ siteId, params: { export: exportId } }) {
        if (!(await exports.remove(siteId, exportId))) throw notFound(`export ${exportId}`);
      },
    }),
    route({
      method: 'get',
      path: '/sites/:site/exports/:export/archive',
      summary: 'All files of a finished export and manifest.json as one tar archive',
      access: MANAGERS,
      params,
      contentTypes: ['application/x-tar'],
      async handler({ siteId, params: { export: exportId } }) {
        const archive = await exports.archive(siteId, exportId);
        if (!archive) throw notFound(`archive of export ${exportId}`);
        return new Reply(200, archive.stream, {
          headers: {
            'content-type': 'application/x-tar',
            'content-disposition': `attachment; filename="${archive.name}"`,
            'content-length': String(archive.bytes),
          },
        });
      },
    }),
    route({
      method: 'get',
      path: '/sites/:site/exports/:export/files/:file',
      summary: 'One file of a finished export: Parquet, or manifest.json',
      access: MANAGERS,
      params: fileParams,
      contentTypes: [PARQUET, 'application/json'],
      handler({ siteId, params: { export: exportId, file: name } }) {
        const file = exports.file(siteId, exportId, name);
        if (!file) throw notFound(`file ${name} of export ${exportId}`);
        return new Reply(200, file.stream, {
          headers: {
            'content-type': name.endsWith('.json') ? 'application/json' : PARQUET,
            'content-disposition': `attachment; filename="${name}"`,
            ...(file.bytes === undefined ? {} : { 'content-length': String(file.bytes) }),
          },
        });
      },
    }),
  ];
}
