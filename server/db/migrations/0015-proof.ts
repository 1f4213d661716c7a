import type { Migration } from './index.ts';

/**
 * Whether the shop would have known whose order it was without an offer that was redeemed with it. Only such orders can
 * be compared between those who were sent the offer and those who were held back.
 */
export const proof: Migration = {
  number: 15,
  name: 'proof',
  statements: ['alter table orders add column known_without_offer boolean default false'],
};
