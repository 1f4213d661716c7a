/** Roles, as accounts and the pages know them. Pure. */

/** shopper is a person with a phone; the others are accounts. A retailer and a till belong to one tenant. */
export const ROLES = ['owner', 'manager', 'retailer', 'installer', 'till', 'shopper'] as const;
export type Role = (typeof ROLES)[number];

export interface Grant {
  role: Exclude<Role, 'shopper'>;
  /** Null only for owner: every site. */
  siteId: string | null;
  tenantId: string | null;
}
