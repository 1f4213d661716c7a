/** The coverage map of the mock's mall, reckoned by the server's own core. */
import type { output } from 'zod';
import { type CoverageMap, coverageDraft } from '../../server/contract/coverage.ts';
import { DEFAULT_DEFINITIONS } from '../../server/contract/definitions.ts';
import type { Floor, Gateway } from '../../server/contract/model.ts';
import { coverageAnswer } from '../../server/http/coverageMaps.ts';

export function mockCoverage(
  floors: Floor[],
  gateways: Gateway[],
  floorId: string,
  weight: string | null,
  body: unknown,
): Promise<CoverageMap> {
  const draft: output<typeof coverageDraft> | undefined = body === undefined ? undefined : coverageDraft.parse(body);
  const hung = draft
    ? [
        ...gateways.filter((one) => one.floorId !== floorId),
        ...draft.gateways.map((one, i): Gateway => ({ ...one, id: one.id ?? `draft-${i}`, floorId })),
      ]
    : gateways;
  const wanted = draft?.weight ?? (weight === 'traffic' ? 'traffic' : 'area');
  const model = {
    siteId: 'arkada',
    timezone: 'Europe/Prague',
    floors,
    zones: [],
    gateways: hung,
    definitionsVersion: 1,
    definitions: DEFAULT_DEFINITIONS,
    dwellSecondsByZone: {},
  };
  return coverageAnswer(model, {
    siteId: 'arkada',
    floorId,
    gateways: hung,
    cellM: undefined,
    weight: wanted,
    oneMore: draft?.oneMore ?? true,
    siteState: undefined,
    // People walk along the promenade.
    trafficAt: wanted === 'traffic' ? (_, yM) => (yM > 22 && yM < 44 ? 1 : 0.2) : undefined,
  });
}
