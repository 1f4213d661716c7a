/** What every step of the editor is given. */
import type { CampaignInput } from '../../../../../server/contract/campaigns.ts';
import type { Floor, Site, Zone } from '../../../../../server/contract/model.ts';

export interface StepProps {
  site: Site;
  form: CampaignInput;
  set: (change: Partial<CampaignInput>) => void;
  /** Words to a field, by its path or that of a part of it. */
  faultOf: (path: string) => string | undefined;
  /** A retailer's own; null for the mall. */
  tenantId: string | null;
  zones: Zone[];
  floors: Floor[];
  zoneNames: (ids: string[]) => string;
}
