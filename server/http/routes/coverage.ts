/** Expected accuracy over a floor, of the gateways that hang there or of a draft, and where one more would help most. */
import { z } from 'zod';
import {
  COVERAGE_WEIGHTS,
  coverageCellM,
  coverageDraft,
  coverageMap,
  MAX_DRAFT_GATEWAYS,
} from '../../contract/coverage.ts';
import { type Gateway, id } from '../../contract/model.ts';
import { badRequest, notFound } from '../../errors.ts';
import { CoverageMaps, type CoverageQuestion } from '../coverageMaps.ts';
import { siteParams } from '../resources.ts';
import { type Route, route } from '../route.ts';
import type { Services } from '../services.ts';

const fitters = { roles: ['owner', 'manager', 'installer'], scope: 'site' } as const;
const params = siteParams.extend({ floor: id });
/** A week has every kind of day. */
const TRAFFIC_MS = 7 * 86_400_000;
const TRAFFIC_CELL_M = 4;
/** Where nothing is heard nobody is seen: every square metre counts at least this share of the mean. */
const LEAST_TRAFFIC = 0.2;

const gatewayIds = z
  .string()
  .max(MAX_DRAFT_GATEWAYS * 33)
  .transform((text) => text.split(',').filter((one) => one !== ''))
  .pipe(z.array(id).max(MAX_DRAFT_GATEWAYS));

export function coverageRoutes({ registry, questions, pipeline }: Services): Route[] {
  const maps = new CoverageMaps(registry);

  function floorOr404(siteId: string, floorId: string): void {
    if (!registry.floors.get(siteId, floorId)) throw notFound(`floor ${floorId}`);
  }

  async function trafficOf(siteId: string, floorId: string): Promise<CoverageQuestion['trafficAt']> {
    const toMs = Math.floor(pipeline.nowMs(siteId) / 3_600_000) * 3_600_000;
    const heat = await questions.heatmap({
      siteId,
      floorId,
      fromMs: Math.max(0, toMs - TRAFFIC_MS),
      toMs: Math.max(1, toMs),
      cellM: TRAFFIC_CELL_M,
      measure: 'dwell',
    });
    const keyOf = (xM: number, yM: number): string =>
      `${Math.floor(xM / TRAFFIC_CELL_M)} ${Math.floor(yM / TRAFFIC_CELL_M)}`;
    const cells = new Map(heat.cells.map(({ xM, yM, value }) => [keyOf(xM, yM), value]));
    if (cells.size === 0) return undefined;
    const mean = heat.cells.reduce((sum, { value }) => sum + value, 0) / cells.size;
    return (xM, yM) => (cells.get(keyOf(xM, yM)) ?? 0) + LEAST_TRAFFIC * mean;
  }

  const trafficWhere = (
    weight: CoverageQuestion['weight'],
    siteId: string,
    floorId: string,
  ): Promise<CoverageQuestion['trafficAt']> =>
    weight === 'traffic' ? trafficOf(siteId, floorId) : Promise.resolve(undefined);

  return [
    route({
      method: 'get',
      path: '/sites/:site/floors/:floor/coverage',
      summary:
        'Expected accuracy by cell from where the gateways hang, and the places where one more would help most; gateways names those to reckon with, default the enabled ones',
      access: fitters,
      params,
      query: z.object({
        cellM: coverageCellM.optional(),
        weight: z.enum(COVERAGE_WEIGHTS).default('area'),
        gateways: gatewayIds.optional(),
      }),
      response: coverageMap,
      ratePerMinute: 120,
      handler({ siteId, params, query, nowMs }) {
        floorOr404(siteId, params.floor);
        const { cellM, weight, gateways: named } = query;
        const all = registry.gateways.all(siteId);
        for (const name of named ?? [])
          if (!all.some((one) => one.id === name))
            throw badRequest(`names no gateway of the site: ${name}`, 'query.gateways');
        const chosen = named && new Set(named);
        const key = [params.floor, cellM ?? '', weight, named ? [...new Set(named)].sort().join(',') : '*'].join(' ');
        return maps.keptOr(siteId, key, nowMs, async () => ({
          siteId,
          floorId: params.floor,
          gateways: chosen ? all.map((one) => ({ ...one, enabled: chosen.has(one.id) })) : all,
          cellM,
          weight,
          oneMore: true,
          siteState: pipeline.learnedRadio(siteId),
          trafficAt: await trafficWhere(weight, siteId, params.floor),
        }));
      },
    }),
    route({
      method: 'post',
      path: '/sites/:site/floors/:floor/coverage',
      summary: 'The same for a draft of this floor’s gateways; nothing is saved',
      access: fitters,
      params,
      body: coverageDraft,
      response: coverageMap,
      statuses: [200],
      ratePerMinute: 240,
      async handler({ siteId, params, body }) {
        floorOr404(siteId, params.floor);
        const draft = body.gateways.map(
          (one, i): Gateway => ({ ...one, id: one.id ?? `draft-${i}`, floorId: params.floor }),
        );
        const elsewhere = registry.gateways.all(siteId).filter(({ floorId }) => floorId !== params.floor);
        return maps.compute({
          siteId,
          floorId: params.floor,
          gateways: [...elsewhere, ...draft],
          cellM: body.cellM,
          weight: body.weight,
          oneMore: body.oneMore,
          siteState: pipeline.learnedRadio(siteId),
          trafficAt: await trafficWhere(body.weight, siteId, params.floor),
        });
      },
    }),
  ];
}
