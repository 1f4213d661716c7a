/** The figures of a shop, each defined in its own file. Pure. */
import { averageOrderValueDefinition } from './averageOrderValue.ts';
import { conversionRateDefinition } from './conversionRate.ts';
import type { Definition } from './figure.ts';
import { guestShareDefinition } from './guestShare.ts';
import { lifetimeValueDefinition } from './lifetimeValue.ts';
import { npsDefinition } from './nps.ts';
import { purchaseFrequencyDefinition } from './purchaseFrequency.ts';
import { repeatPurchaseRateDefinition } from './repeatPurchaseRate.ts';

export const FIGURE_DEFINITIONS: readonly Definition[] = [
  conversionRateDefinition,
  purchaseFrequencyDefinition,
  averageOrderValueDefinition,
  repeatPurchaseRateDefinition,
  guestShareDefinition,
  lifetimeValueDefinition,
  npsDefinition,
];
