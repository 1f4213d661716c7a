/** Shopper apps: identities that change their numbers with time, and phones that tell which of the mall's beacons they hear. */
import type { OfferServices } from '../../campaigns/open.ts';
import {
  type IdentityView,
  identitiesView,
  identityGiven,
  identityInput,
  identityView,
  listenedBeacons,
  phoneSightings,
  phoneSightingsAnswer,
  SLOT_SECONDS,
} from '../../contract/identity.ts';
import { AppError, conflict, notFound } from '../../errors.ts';
import type { AppIdentity } from '../../identities/appIdentities.ts';
import type { IdentityServices } from '../../identities/open.ts';
import type { LiveHub } from '../../live/types.ts';
import type { Audit } from '../../privacy/audit.ts';
import type { Registry } from '../../registry/types.ts';
import { siteParams } from '../resources.ts';
import { type Access, type Principal, Reply, type Route, route } from '../route.ts';
import { iso } from '../times.ts';
import { requireShopper } from './shopper.ts';

const SELF: Access = { roles: ['shopper'], scope: 'self' };
/** A mall's Wi-Fi is one address: as many phones behind it as a server takes; each is limited by itself. */
const SIGHTINGS_PER_MINUTE = 60_000;
const MAX_SIGHTINGS_BYTES = 256 * 1024;

export interface IdentityRouteParts {
  services: Pick<OfferServices, 'shoppers' | 'consents' | 'pairings'>;
  apps: IdentityServices;
  registry: Registry;
  hub: Pick<LiveHub, 'notifyChanged'>;
  audit: Pick<Audit, 'record'>;
}

export function identityRoutes({ services, apps, registry, hub, audit }: IdentityRouteParts): Route[] {
  const viewOf = ({ siteId, mode, createdMs }: AppIdentity, nowMs: number): IdentityView => ({
    mode,
    since: iso(createdMs),
    uuid: mode === 'advertise' ? (registry.site(siteId)?.rotatingUuid ?? null) : null,
    slotSeconds: SLOT_SECONDS,
    serverMs: nowMs,
  });
  const consenting = async (principal: Principal | undefined, nowMs: number) => {
    const shopper = await requireShopper(services, principal);
    if (!(await services.consents.now(shopper.id, nowMs)).presence)
      throw new AppError(409, 'no-consent', 'this needs the consent to be recognised: POST /shopper/consent first');
    return shopper;
  };

  return [
    route({
      method: 'post',
      path: '/shopper/identity',
      summary: 'An identity for the shopper’s app, with its secret, told once; one that was there before ends',
      access: SELF,
      ratePerMinute: 120,
      body: identityInput,
      response: identityGiven,
      statuses: [201],
      async handler({ principal, body: { mode }, nowMs, ip }) {
        const shopper = await consenting(principal, nowMs);
        const site = registry.site(shopper.siteId);
        if (!site) throw notFound(`site ${shopper.siteId}`);
        if (mode === 'advertise' && !site.rotatingUuid)
          throw conflict('this mall has no UUID for apps that advertise: a phone may listen instead', 'body.mode');
        if (mode === 'listen' && !registry.gateways.all(site.id).some(({ beacon }) => beacon))
          throw conflict('this mall has no beacons to listen to', 'body.mode');
        const { identity, secret } = await apps.enrol(site.id, shopper.id, mode, nowMs);
        await audit.record({
          actor: { kind: 'shopper', id: shopper.id },
          action: 'shopper.app-enrolled',
          siteId: site.id,
          subject: mode,
          ip,
        });
        hub.notifyChanged(shopper.id);
        const secretHex = secret?.toString('hex') ?? null;
        secret?.fill(0);
        return new Reply(201, { ...viewOf(identity, nowMs), secretHex });
      },
    }),
    route({
      method: 'get',
      path: '/shopper/identity',
      summary: 'What this shopper’s app is enrolled as, never its secret; 404 where it is not or no more',
      access: SELF,
      response: identityView,
      async handler({ principal, nowMs }) {
        const shopper = await requireShopper(services, principal);
        const identity = apps.ofShopper(shopper.id);
        if (!identity) throw notFound('an identity of this app');
        return viewOf(identity, nowMs);
      },
    }),
    route({
      method: 'delete',
      path: '/shopper/identity',
      summary: 'Ends the app’s identity and destroys its secret, at once',
      access: SELF,
      async handler({ principal, nowMs }) {
        const shopper = await requireShopper(services, principal);
        if (!apps.ofShopper(shopper.id)) return;
        await services.pairings.unpair(shopper.id, nowMs, 'shopper');
        await services.pairings.settled();
        hub.notifyChanged(shopper.id);
      },
    }),
    route({
      method: 'get',
      path: '/shopper/beacons',
      summary: 'UUIDs of the mall’s own beacons, for an app that listens',
      access: SELF,
      response: listenedBeacons,
      async handler({ principal }) {
        const { siteId } = await requireShopper(services, principal);
        const uuids = registry.gateways.all(siteId).flatMap(({ beacon }) => (beacon ? [beacon.uuid] : []));
        return { uuids: [...new Set(uuids)].sort() };
      },
    }),
    route({
      method: 'post',
      path: '/shopper/sightings',
      summary: 'What this phone heard of the mall’s beacons within the last minutes; durable when it is answered',
      access: SELF,
      ratePerMinute: SIGHTINGS_PER_MINUTE,
      maxBodyBytes: MAX_SIGHTINGS_BYTES,
      body: phoneSightings,
      response: phoneSightingsAnswer,
      async handler({ principal, body, nowMs }) {
        const shopper = await consenting(principal, nowMs);
        // A site that lives in its data has nobody in it now.
        if (registry.site(shopper.siteId)?.clock !== 'wall') throw conflict('this mall plays recorded time');
        const sinceMs = services.pairings.ofShopper(shopper.id)?.fromMs ?? nowMs;
        return apps.phones.take(apps.ofShopper(shopper.id), sinceMs, body, nowMs);
      },
    }),
    route({
      method: 'get',
      path: '/sites/:site/identities',
      summary:
        'Apps that are enrolled, numbers that were played back or are nobody’s, what phones told; since the start',
      access: { roles: ['owner', 'manager', 'installer'], scope: 'site' },
      params: siteParams,
      response: identitiesView,
      handler({ siteId }) {
        const { lastReplay, ...counts } = apps.identities.counts(siteId);
        return {
          rotatingUuid: registry.site(siteId)?.rotatingUuid ?? null,
          enrolled: apps.identities.enrolled(siteId),
          ...counts,
          lastReplay: lastReplay ? { at: iso(lastReplay.atMs), gatewayId: lastReplay.gatewayId } : null,
          phones: apps.phones.counts(siteId),
        };
      },
    }),
  ];
}
