/** What schemas are called in the OpenAPI document and in the client: those of the contract as they are exported, others by `named`. */
import { z } from 'zod';
import * as access from '../contract/access.ts';
import * as baskets from '../contract/baskets.ts';
import * as calibration from '../contract/calibration.ts';
import * as campaigns from '../contract/campaigns.ts';
import * as changelog from '../contract/changelog.ts';
import * as coverage from '../contract/coverage.ts';
import * as definitions from '../contract/definitions.ts';
import * as exports from '../contract/exports.ts';
import * as fleets from '../contract/fleets.ts';
import * as gatewayHealth from '../contract/gatewayHealth.ts';
import * as identity from '../contract/identity.ts';
import * as live from '../contract/live.ts';
import * as metrics from '../contract/metrics.ts';
import * as model from '../contract/model.ts';
import * as offers from '../contract/offers.ts';
import * as offlineKit from '../contract/offlineKit.ts';
import * as orders from '../contract/orders.ts';
import * as outgoing from '../contract/outgoing.ts';
import * as people from '../contract/people.ts';
import * as proof from '../contract/proof.ts';
import * as push from '../contract/push.ts';
import * as rehearsal from '../contract/rehearsal.ts';
import * as shopper from '../contract/shopper.ts';

/** A file of the contract that is missing here has no names: a test says so. */
export const CONTRACT = {
  access,
  baskets,
  calibration,
  campaigns,
  changelog,
  coverage,
  definitions,
  exports,
  fleets,
  gatewayHealth,
  identity,
  live,
  metrics,
  model,
  offers,
  offlineKit,
  orders,
  outgoing,
  people,
  proof,
  push,
  rehearsal,
  shopper,
};

/** Texts and numbers say more by themselves than under a name. */
const WORTH_A_NAME = new Set(['object', 'enum', 'union', 'record', 'tuple', 'intersection']);

const own = new Map<string, z.ZodType>();

/** A schema of a route that several answers share, or that deserves a name. */
export function named<T extends z.ZodType>(name: string, schema: T): T {
  own.set(name, schema);
  return schema;
}

/** By name, the first export of a schema counts. */
export function schemaNames(): Map<z.ZodType, string> {
  const names = new Map<z.ZodType, string>();
  const taken = new Set<string>();
  const add = (name: string, schema: unknown): void => {
    if (!(schema instanceof z.ZodType) || names.has(schema) || taken.has(name)) return;
    names.set(schema, name);
    taken.add(name);
  };
  for (const [name, schema] of own) add(name, schema);
  for (const [name, value] of Object.values(CONTRACT).flatMap((module) => Object.entries(module)))
    if (value instanceof z.ZodType && WORTH_A_NAME.has(value.def.type))
      add(name[0]!.toUpperCase() + name.slice(1), value);
  return names;
}
