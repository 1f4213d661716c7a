/** Who is signed in, which site is shown, and which views the person's role may see. */
import { computed, signal } from '@preact/signals';
import type { Site } from '../../../server/contract/model.ts';
import { onUnauthenticated } from '../../lib/api.ts';
import { type Account, auth, sites } from './endpoints.ts';
import { place } from './router.ts';

/** Undefined: not known yet. Null: nobody. */
export const account = signal<Account | null | undefined>(undefined);
export const siteList = signal<Site[] | undefined>(undefined);
export const startFault = signal<unknown>(undefined);

export const VIEWS = [
  'live',
  'heatmap',
  'traffic',
  'shops',
  'campaigns',
  'gateways',
  'audit',
  'editor',
  'settings',
] as const;
export type View = (typeof VIEWS)[number];
type AccountRole = Account['grants'][number]['role'];

const VIEWS_OF_ROLE: Record<AccountRole, readonly View[]> = {
  owner: VIEWS,
  manager: VIEWS,
  retailer: ['campaigns', 'shops', 'traffic', 'editor', 'settings'],
  installer: ['gateways', 'audit', 'editor', 'settings'],
  till: [],
};

export const currentSite = computed<Site | undefined>(
  () => siteList.value?.find((site) => site.id === place.value.siteId) ?? siteList.value?.[0],
);

/** The grants that count at the site shown. */
export const grantsHere = computed(() => {
  const siteId = currentSite.value?.id;
  return (account.value?.grants ?? []).filter((grant) => grant.siteId === null || grant.siteId === siteId);
});
export const allowedViews = computed<View[]>(() => {
  const allowed = new Set(grantsHere.value.flatMap((grant) => VIEWS_OF_ROLE[grant.role]));
  return VIEWS.filter((view) => allowed.has(view));
});
/** A retailer's own tenant; null for those who see the whole site. */
export const ownTenant = computed<string | null>(() => {
  const grants = grantsHere.value;
  if (grants.some((grant) => grant.role !== 'retailer' && grant.role !== 'till')) return null;
  return grants.find((grant) => grant.role === 'retailer')?.tenantId ?? null;
});
export const hasRole = (...roles: AccountRole[]): boolean =>
  grantsHere.value.some((grant) => roles.includes(grant.role));

export async function loadSites(): Promise<void> {
  siteList.value = await sites.all();
}

export async function signedIn(who: Account): Promise<void> {
  await loadSites();
  account.value = who;
}

export async function start(): Promise<void> {
  startFault.value = undefined;
  try {
    await signedIn(await auth.me());
  } catch (error) {
    if (account.value !== null) startFault.value = error;
  }
}

export async function signOut(): Promise<void> {
  await auth.signOut().catch(() => undefined);
  account.value = null;
  siteList.value = undefined;
}

onUnauthenticated(() => {
  account.value = null;
});
