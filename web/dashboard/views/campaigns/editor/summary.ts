/** What was chosen at each step, in a line. */
import type { CampaignInput } from '../../../../../server/contract/campaigns.ts';
import type { Site } from '../../../../../server/contract/model.ts';
import { t } from '../../../i18n/t.ts';
import {
  audienceClauses,
  audienceText,
  currencyOf,
  limitsText,
  scheduleText,
  triggerText,
  valueText,
} from '../words.ts';
import type { Step } from './draft.ts';

type ZoneNames = (ids: string[]) => string;

/** The whole of it, for the last check. */
export function stepText(step: Exclude<Step, 'check'>, form: CampaignInput, site: Site, zoneNames: ZoneNames): string {
  switch (step) {
    case 'what':
      return form.offer.title === ''
        ? t('step.missing')
        : `${form.offer.title}. ${valueText(form.offer.value, currencyOf(site))}`;
    case 'where':
      return form.zoneIds.length === 0 ? t('step.missing') : zoneNames(form.zoneIds);
    case 'when':
      return `${triggerText(form)}. ${scheduleText(form.schedule, site)}`;
    case 'who':
      return audienceText(form.audience, zoneNames);
    case 'limits':
      return limitsText(form, currencyOf(site));
  }
}

/** A few words of it, beside the step. */
export function stepHint(step: Step, form: CampaignInput, zoneNames: ZoneNames): string {
  switch (step) {
    case 'what':
      return form.offer.title;
    case 'where':
      return form.zoneIds.length === 0 ? '' : zoneNames(form.zoneIds);
    case 'when':
      return triggerText(form);
    case 'who': {
      const count = form.audience === null ? 0 : audienceClauses(form.audience, zoneNames).length;
      return count === 0 ? t('audience.all') : t('audience.conditions', { n: count });
    }
    case 'limits':
      return form.stock === null ? t('limits.noStock') : t('limits.stock', { n: form.stock });
    case 'check':
      return '';
  }
}
