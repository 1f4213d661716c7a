/** Draft → rehearsed → approved → live → ended as a line: what is done, where it stands, what is next. */
import type { Campaign } from '../../../../server/contract/campaigns.ts';
import { Icon } from '../../components/Icon.tsx';
import { t } from '../../i18n/t.ts';

type Stop = Exclude<Campaign['status'], 'paused'>;
export const STOPS: Stop[] = ['draft', 'rehearsed', 'approved', 'live', 'ended'];

/** A retailer's campaign waits for the mall where the mall wants to be asked. */
export const needsApproval = (campaign: Campaign, approvalRequired: boolean): boolean =>
  approvalRequired && campaign.tenantId !== null;
export const awaitsApproval = (campaign: Campaign, approvalRequired: boolean): boolean =>
  needsApproval(campaign, approvalRequired) && campaign.status === 'rehearsed';

export function Lifeline({ campaign, approvalRequired }: { campaign: Campaign; approvalRequired: boolean }) {
  const { status } = campaign;
  const asks = needsApproval(campaign, approvalRequired);
  const stops = STOPS.filter((stop) => stop !== 'approved' || asks || status === 'approved');
  const now = stops.indexOf(status === 'paused' ? 'live' : status);
  const next =
    status === 'draft' && campaign.rejection !== null
      ? 'life.nextRejected'
      : status === 'rehearsed' && asks
        ? 'life.nextApproval'
        : (`life.next.${status}` as const);
  return (
    <div class="lifeline">
      <ol>
        {stops.map((stop, at) => (
          <li
            key={stop}
            class={at < now ? 'is-done' : at === now ? (status === 'paused' ? 'is-now is-paused' : 'is-now') : ''}
            aria-current={at === now ? 'step' : undefined}
          >
            <span class="life-mark" aria-hidden="true">
              {at < now ? (
                <Icon name="check" size={13} />
              ) : status === 'paused' && at === now ? (
                <Icon name="pause" size={12} />
              ) : null}
            </span>
            <span class="life-name">{t(`status.${at === now ? status : stop}`)}</span>
          </li>
        ))}
      </ol>
      <p class="small muted">{t(next)}</p>
    </div>
  );
}
