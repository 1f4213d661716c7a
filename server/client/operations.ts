/** Every operation of the server, one function each, by what they are about. Written by `npm run client` from the OpenAPI document: not to be changed by hand. */
export * from './operations/access.ts';
export * from './operations/accuracy.ts';
export * from './operations/campaigns.ts';
export * from './operations/carriers.ts';
export * from './operations/counts.ts';
export * from './operations/exports.ts';
export * from './operations/fleets.ts';
export * from './operations/gatewayHealth.ts';
export * from './operations/numbers.ts';
export * from './operations/operation.ts';
export * from './operations/plan.ts';
export * from './operations/redemptions.ts';
export * from './operations/shopper.ts';
export * from './operations/shops.ts';
export * from './operations/sites.ts';
export * from './operations/webhooks.ts';
