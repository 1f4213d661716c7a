/** A scenario's mall as the engine knows it: plan with walls, zones, gateways where they hang. */
import { DEFAULT_DEFINITIONS } from '../../server/contract/definitions.ts';
import type { SiteModel } from '../../server/contract/model.ts';
import type { Scenario } from '../../simulators/scenario.ts';
import { wallsOf } from '../../simulators/walls.ts';
import { zonesOf } from '../../simulators/zones.ts';

export const scenarioModel = (scenario: Scenario): SiteModel => ({
  siteId: scenario.site.id,
  timezone: 'Europe/Prague',
  floors: scenario.floors.map(({ id, name, level, widthM, heightM }) => ({
    id,
    name,
    level,
    widthM,
    heightM,
    outline: null,
    walls: wallsOf(scenario, id),
    image: null,
  })),
  zones: zonesOf(scenario),
  gateways: scenario.gateways.map(({ id, floor, xM, yM, zM }) => ({ id, floorId: floor, xM, yM, zM, enabled: true })),
  definitionsVersion: 1,
  definitions: DEFAULT_DEFINITIONS,
  dwellSecondsByZone: {},
});
