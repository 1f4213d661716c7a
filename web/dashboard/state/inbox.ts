/** Gateways that wait to be placed, for the page that places them and for the mark in the navigation. */
import { computed, signal } from '@preact/signals';
import type { InboxGateway } from '../../../server/contract/fleets.ts';
import type { ApiError } from '../../lib/api.ts';
import { asApiError } from './asApiError.ts';
import { ofSite } from './endpoints.ts';

export const inbox = signal<InboxGateway[] | undefined>(undefined);
export const inboxFault = signal<ApiError | undefined>(undefined);
export const waitingCount = computed(() => inbox.value?.filter(({ dismissed }) => !dismissed).length ?? 0);

let siteShown: string | undefined;

export async function loadInbox(siteId: string): Promise<void> {
  if (siteShown !== siteId) {
    siteShown = siteId;
    inbox.value = undefined;
  }
  try {
    const heard = await ofSite(siteId).inbox();
    if (siteShown !== siteId) return;
    inbox.value = heard;
    inboxFault.value = undefined;
  } catch (error) {
    if (siteShown === siteId) inboxFault.value = asApiError(error);
  }
}

export function forgetInbox(): void {
  siteShown = undefined;
  inbox.value = undefined;
  inboxFault.value = undefined;
}
