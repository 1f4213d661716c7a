/** Every route of the server, from what it works with. Listed without a server, too: the document and the client are made from it. */
import type { Audits } from '../../audits/audits.ts';
import type { OfferServices } from '../../campaigns/open.ts';
import type { Rehearsals } from '../../campaigns/rehearse.ts';
import type { Exports } from '../../exports/exports.ts';
import type { IdentityServices } from '../../identities/open.ts';
import type { IngestPipeline } from '../../ingest/pipeline.ts';
import type { LiveHub } from '../../live/types.ts';
import type { Outgoing } from '../../outgoing/open.ts';
import { FloorImages } from '../floorImages.ts';
import type { Route } from '../route.ts';
import type { Services } from '../services.ts';
import { auditRoutes } from './audits.ts';
import { basketRoutes } from './baskets.ts';
import { campaignRoutes } from './campaigns.ts';
import { demoRoutes } from './demo.ts';
import { exportRoutes } from './exports.ts';
import { fleetRoutes } from './fleets.ts';
import { identityRoutes } from './identity.ts';
import { imageRoutes } from './images.ts';
import { coreRoutes } from './index.ts';
import { insightRoutes } from './insights.ts';
import { pushRoutes } from './push.ts';
import { redemptionRoutes } from './redemptions.ts';
import { rehearsalRoutes } from './rehearsal.ts';
import { shopperRoutes } from './shopper.ts';
import { shopperClubRoutes } from './shopperClub.ts';
import { shopperMapRoutes } from './shopperMap.ts';
import { tagRoutes } from './tags.ts';
import { webhookRoutes } from './webhooks.ts';

export interface AllRouteParts {
  services: Services & { pipeline: IngestPipeline };
  offers: OfferServices;
  audits: Audits;
  rehearsals: Rehearsals;
  identities: IdentityServices;
  hub: LiveHub;
  outgoing: Outgoing;
  exports: Exports;
  /** Of the server's configuration. */
  demo: boolean;
  identifiedVisitsDays: number;
  /** Where phones reach the server. */
  reachedAt: () => string;
}

export function allRoutes(parts: AllRouteParts): Route[] {
  const {
    services,
    offers,
    audits,
    rehearsals,
    identities,
    hub,
    outgoing,
    demo,
    identifiedVisitsDays: retentionDays,
  } = parts;
  const { duck, registry, questions, pipeline, auth, audit, dataDir } = services;
  return [
    ...coreRoutes(services),
    ...fleetRoutes({ pipeline }),
    ...auditRoutes({ audits, registry, pipeline, auth, journal: audit }),
    ...campaignRoutes({
      services: offers,
      registry,
      audit,
      retentionDays,
      rehearse: (siteId, campaign, nowMs) => rehearsals.rehearse(siteId, campaign, nowMs),
    }),
    ...insightRoutes({ services: offers, reading: services.reading, registry, questions }),
    ...rehearsalRoutes({ services: offers, registry, rehearsals }),
    ...basketRoutes({ services: offers, registry }),
    ...imageRoutes({ services: offers }),
    ...shopperRoutes({
      services: offers,
      registry,
      hub,
      auth,
      demo,
      audit,
      retentionDays,
      asksSharing: (siteId) => outgoing.asksSharing(siteId),
    }),
    ...shopperClubRoutes({ services: offers, registry }),
    ...shopperMapRoutes({
      services: offers,
      registry,
      pipeline,
      questions,
      images: new FloorImages(duck, dataDir),
    }),
    ...pushRoutes({ services: offers }),
    ...redemptionRoutes({ services: offers, registry, audit }),
    ...identityRoutes({ services: offers, apps: identities, registry, hub, audit }),
    ...tagRoutes({ services: offers, registry, audit, publicUrl: parts.reachedAt }),
    ...webhookRoutes({ outgoing, registry, audit }),
    ...exportRoutes({ exports: parts.exports, registry, reading: services.reading, audit }),
    ...demoRoutes({ services: offers, registry, pipeline, hub, demo }),
  ];
}
