/** The routes of this server but for those of campaigns, shoppers and tills. */
import type { Route } from '../route.ts';
import type { Services } from '../services.ts';
import { authRoutes } from './auth.ts';
import { carrierRoutes } from './carriers.ts';
import { changelogRoutes } from './changelog.ts';
import { cloneRoutes } from './clones.ts';
import { counterRoutes } from './counters.ts';
import { coverageRoutes } from './coverage.ts';
import { definitionsCompareRoutes } from './definitionsCompare.ts';
import { floorRoutes } from './floors.ts';
import { gatewayHealthRoutes } from './gatewayHealth.ts';
import { gatewayRoutes } from './gateways.ts';
import { grafanaRoutes } from './grafana.ts';
import { liveRoutes } from './live.ts';
import { metricsRoutes } from './metrics.ts';
import { operationsRoutes } from './operations.ts';
import { peopleRoutes } from './people.ts';
import { referenceCountRoutes } from './referenceCounts.ts';
import { siteRoutes } from './sites.ts';
import { zoneRoutes } from './zones.ts';

export const coreRoutes = (services: Services): Route[] => [
  ...authRoutes(services),
  ...siteRoutes(services),
  ...floorRoutes(services),
  ...zoneRoutes(services),
  ...gatewayRoutes(services),
  ...gatewayHealthRoutes(services),
  ...coverageRoutes(services),
  ...carrierRoutes(services),
  ...metricsRoutes(services),
  ...definitionsCompareRoutes(services),
  ...changelogRoutes(services),
  ...liveRoutes(services),
  ...cloneRoutes(services),
  ...referenceCountRoutes(services),
  ...counterRoutes(services),
  ...peopleRoutes(services),
  ...grafanaRoutes(services),
  ...operationsRoutes(services),
];
