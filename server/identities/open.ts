/** Puts the parts of shopper apps' identities together: for the server's composition and for tests. */
import { join } from 'node:path';
import type { RandomBytes } from '../auth/secrets.ts';
import { Attempts } from '../campaigns/attempts.ts';
import type { Pairings } from '../campaigns/pairings.ts';
import { monthsBefore } from '../campaigns/retention.ts';
import type { Shoppers } from '../campaigns/shoppers.ts';
import type { IdentityMode } from '../contract/identity.ts';
import type { Duck } from '../db/duckdb.ts';
import { AppError, tooMany, unauthenticated } from '../errors.ts';
import type { IngestPipeline } from '../ingest/pipeline.ts';
import { CONSENT_LIFETIME_MONTHS } from '../privacy/consent.ts';
import type { ConsentStore } from '../privacy/consentStore.ts';
import type { Registry } from '../registry/types.ts';
import { AppIdentities, type AppIdentity } from './appIdentities.ts';
import { Phones } from './phones.ts';

/** An app enrols once, and again when it was installed anew. */
const ENROLMENTS_PER_SHOPPER = { max: 10, windowMs: 3_600_000 };

export interface IdentityParts {
  duck: Duck;
  dataDir: string;
  registry: Registry;
  pipeline: Pick<IngestPipeline, 'phone'>;
  offers: { pairings: Pairings; consents: ConsentStore; shoppers: Shoppers };
  clock: () => number;
  random: RandomBytes;
  onProblem: (what: string, error: Error) => void;
}

export interface IdentityServices {
  identities: AppIdentities;
  phones: Phones;
  /** An identity of its own for the shopper's app, in place of whatever was paired before; consent was asked. */
  enrol(
    siteId: string,
    shopperId: string,
    mode: IdentityMode,
    nowMs: number,
  ): Promise<{ identity: AppIdentity; secret: Buffer | undefined }>;
  ofShopper(shopperId: string): AppIdentity | undefined;
  /** After the pairings are loaded, before the pipeline starts. */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Ends those whose consent has run out; called about hourly. */
  expire(nowMs: number): Promise<void>;
}

export function openIdentities(parts: IdentityParts): IdentityServices {
  const { duck, dataDir, registry, pipeline, offers, clock, random, onProblem } = parts;
  const { pairings, consents, shoppers } = offers;
  const identities = new AppIdentities({
    duck,
    dir: join(dataDir, 'identities'),
    siteIds: () => registry.sites().map(({ id }) => id),
    isWall: (siteId) => registry.site(siteId)?.clock === 'wall',
    clock,
    random,
    onProblem,
  });
  const enrolments = new Attempts(ENROLMENTS_PER_SHOPPER);
  pairings.onEnded(({ siteId, carrierId }) => identities.end(siteId, carrierId));

  return {
    identities,
    phones: new Phones(pipeline),
    async enrol(siteId, shopperId, mode, nowMs) {
      if (!enrolments.allowed(shopperId, nowMs)) throw tooMany('this app was enrolled too often: wait an hour');
      enrolments.begin(shopperId, nowMs);
      const { identity, secret } = await identities.create(siteId, shopperId, mode, nowMs);
      try {
        await pairings.pair(siteId, identity.carrierId, shopperId, nowMs, { takeover: false });
      } catch (error) {
        await identities.end(siteId, identity.carrierId);
        throw error;
      }
      identities.activate(identity, secret);
      // A withdrawal or an erasure may have come between.
      if ((await shoppers.get(shopperId)) === undefined || !(await consents.now(shopperId, clock())).presence) {
        await pairings.unpair(shopperId, clock(), 'consent');
        await pairings.settled();
        if ((await shoppers.get(shopperId)) === undefined) throw unauthenticated();
        throw new AppError(409, 'no-consent', 'the consent to be recognised was withdrawn meanwhile');
      }
      return { identity, secret };
    },
    ofShopper(shopperId) {
      const pairing = pairings.ofShopper(shopperId);
      return pairing && identities.of(pairing.siteId, pairing.carrierId);
    },
    start: () => identities.start(),
    stop: () => identities.stop(),
    async expire(nowMs) {
      for (const { shopperId } of await identities.expire(monthsBefore(nowMs, CONSENT_LIFETIME_MONTHS)))
        await pairings.unpair(shopperId, nowMs, 'consent');
    },
  };
}
