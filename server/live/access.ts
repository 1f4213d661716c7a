/** Who may connect to which namespace and be put into which room. A test compares it with what the server really opens. */
import type { Access } from '../http/route.ts';

export interface NamespaceAccess {
  access: Access;
  /** By kind; a room is called `kind:…`. */
  rooms: Record<string, { access: Access; carries: string }>;
}

export const NAMESPACES = {
  '/dashboard': {
    access: { roles: ['owner', 'manager', 'retailer', 'installer'], scope: 'self' },
    rooms: {
      site: { access: { roles: ['owner', 'manager'], scope: 'site' }, carries: 'everything live of a site' },
      gateways: { access: { roles: ['installer'], scope: 'site' }, carries: "gateways of a site, no people's numbers" },
      tenant: { access: { roles: ['retailer'], scope: 'site' }, carries: "the zones of the retailer's own tenant" },
    },
  },
  '/shopper': {
    access: { roles: ['shopper'], scope: 'self' },
    rooms: { shopper: { access: { roles: ['shopper'], scope: 'self' }, carries: "one shopper's offers" } },
  },
} as const satisfies Record<string, NamespaceAccess>;

export type DashboardRoom = keyof (typeof NAMESPACES)['/dashboard']['rooms'];
