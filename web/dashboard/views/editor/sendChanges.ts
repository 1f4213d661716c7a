/** Sends a draft's changes one by one: what the server takes is saved, what it refuses stays in the draft with its words. */
import type { Gateway, Zone } from '../../../../server/contract/model.ts';
import { ApiError } from '../../../lib/api.ts';
import { t } from '../../i18n/t.ts';
import { ofSite } from '../../state/endpoints.ts';
import { ownTenant } from '../../state/session.ts';
import { type Change, type Draft, isNewZone } from './model.ts';

export interface SendResult {
  saved: Draft;
  draft: Draft;
  /** The server's words by the id of what it refused. */
  faults: ReadonlyMap<string, string>;
  /** Ids that the server gave to new zones, by the draft's. */
  newIds: ReadonlyMap<string, string>;
}

const replaced = <T extends { id: string }>(list: T[], id: string, kept: T): T[] => [
  ...list.filter((one) => one.id !== id),
  kept,
];

/** A retailer's refusals in the words of the page; all others in the server's. */
function refusalWords(error: unknown): string {
  if (!(error instanceof ApiError)) return String(error);
  if (error.status === 403 && ownTenant.value !== null)
    return t(error.path?.startsWith('body.shape') ? 'refusal.foreignZone' : 'refusal.notYours');
  return error.message;
}

export async function sendChanges(
  siteId: string,
  changes: Change[],
  { saved, draft }: { saved: Draft; draft: Draft },
): Promise<SendResult> {
  const site = ofSite(siteId);
  const faults = new Map<string, string>();
  const newIds = new Map<string, string>();
  const zoneKept = (id: string, kept: Zone) => {
    saved = { ...saved, zones: replaced(saved.zones, id, kept) };
    draft = { ...draft, zones: draft.zones.map((old) => (old.id === id ? kept : old)) };
    newIds.set(id, kept.id);
  };
  const gatewayKept = (id: string, kept: Gateway) => {
    saved = { ...saved, gateways: replaced(saved.gateways, id, kept) };
    draft = { ...draft, gateways: draft.gateways.map((old) => (old.id === id ? kept : old)) };
  };
  const send = async (one: Change): Promise<void> => {
    if (one.what === 'zone' && one.how === 'remove') {
      await site.removeZone(one.id);
      saved = { ...saved, zones: saved.zones.filter(({ id }) => id !== one.id) };
    } else if (one.what === 'gateway' && one.how === 'remove') {
      await site.removeGateway(one.id);
      saved = { ...saved, gateways: saved.gateways.filter(({ id }) => id !== one.id) };
    } else if (one.what === 'zone') {
      const { id: _, ...body } = one.zone;
      zoneKept(one.id, isNewZone(one.id) ? await site.createZone(body) : await site.putZone(one.zone));
    } else gatewayKept(one.id, await site.putGateway(one.gateway));
  };
  for (const one of changes) {
    try {
      await send(one);
    } catch (error) {
      faults.set(one.id, refusalWords(error));
    }
  }
  return { saved, draft, faults, newIds };
}
