/** Campaigns: what fires where, what it offers, and what became of it. */
import { useState } from 'preact/hooks';
import type { Campaign } from '../../../../server/contract/campaigns.ts';
import type { Site } from '../../../../server/contract/model.ts';
import { ApiError } from '../../../lib/api.ts';
import { formatCount, formatDuration, formatShareFine } from '../../../lib/format.ts';
import { Icon } from '../../components/Icon.tsx';
import { PageHead } from '../../components/PageHead.tsx';
import { Empty, Fault, Loading } from '../../components/states.tsx';
import { toast } from '../../components/toast.tsx';
import { t } from '../../i18n/t.ts';
import { ofSite } from '../../state/endpoints.ts';
import { usePlan } from '../../state/plan.ts';
import { hrefTo, place, setParams } from '../../state/router.ts';
import { allowedViews, ownTenant } from '../../state/session.ts';
import { useAsync } from '../../state/useAsync.ts';
import { CampaignForm } from './CampaignForm.tsx';
import { CampaignResult } from './CampaignResult.tsx';
import { scheduleText } from './ScheduleFields.tsx';
import './campaigns.css';

const TONE = { draft: '', rehearsed: '', approved: 'good', live: 'good', paused: 'warn', ended: '' } as const;
const ACTIONS: Record<Campaign['status'], ('start' | 'pause' | 'end')[]> = {
  draft: ['start'],
  rehearsed: ['start'],
  approved: ['start'],
  live: ['pause', 'end'],
  paused: ['start', 'end'],
  ended: [],
};

export function triggerText({ trigger }: Pick<Campaign, 'trigger'>): string {
  return trigger.type === 'dwell' ? t('trigger.dwell', { n: trigger.seconds }) : t(`trigger.${trigger.type}`);
}

export default function Campaigns({ site }: { site: Site }) {
  const plan = usePlan(site.id);
  const campaigns = useAsync<Campaign[]>(`campaigns/${site.id}`, (signal) => ofSite(site.id).campaigns(signal));
  const [editing, setEditing] = useState<Campaign | 'new'>();
  const [moving, setMoving] = useState(false);
  const tenant = ownTenant.value;
  const zones = (plan.data?.zones ?? []).filter((zone) => tenant === null || zone.tenantId === tenant);
  const hasCoupons = zones.some(({ kind }) => kind === 'coupon');
  const zoneNames = (ids: string[]) =>
    ids.map((id) => plan.data?.zones.find((zone) => zone.id === id)?.name ?? id).join(', ');
  const list = campaigns.data;
  const chosen = list?.find(({ id }) => id === place.value.query.get('campaign')) ?? list?.[0];

  const act = async (campaign: Campaign, action: 'start' | 'pause' | 'end' | 'remove') => {
    if (action === 'end' && !confirm(t('campaign.endSure', { name: campaign.name }))) return;
    setMoving(true);
    try {
      if (action === 'remove') await ofSite(site.id).removeCampaign(campaign.id);
      else await ofSite(site.id).moveCampaign(campaign.id, action);
      campaigns.reload();
    } catch (error) {
      toast(error instanceof ApiError ? error.message : String(error), true);
    } finally {
      setMoving(false);
    }
  };
  const newButton = (
    <button type="button" class="button primary" onClick={() => setEditing('new')}>
      <Icon name="plus" size={16} />
      {t('campaign.new')}
    </button>
  );
  return (
    <>
      <PageHead title={t('nav.campaigns')}>{list !== undefined && list.length > 0 && newButton}</PageHead>
      {editing !== undefined && (
        <CampaignForm
          siteId={site.id}
          campaign={editing === 'new' ? undefined : editing}
          zones={zones}
          tenantId={tenant}
          onClose={(kept) => {
            setEditing(undefined);
            if (kept !== undefined) {
              campaigns.reload();
              setParams({ campaign: kept.id });
            }
          }}
        />
      )}
      {campaigns.error !== undefined && list === undefined ? (
        <div class="card">
          <Fault error={campaigns.error} retry={campaigns.reload} />
        </div>
      ) : list === undefined ? (
        <div class="card">
          <Loading lines={7} />
        </div>
      ) : list.length === 0 ? (
        <div class="card">
          <Empty
            icon="campaigns"
            title={t('campaign.none')}
            action={
              hasCoupons || !allowedViews.value.includes('editor') ? (
                newButton
              ) : (
                <a class="button primary" href={hrefTo(site.id, 'editor')}>
                  {t('campaign.drawZone')}
                </a>
              )
            }
          >
            {t(hasCoupons ? 'campaign.noneHow' : 'campaign.noZones')}
          </Empty>
        </div>
      ) : (
        <div class="campaign-grid">
          <ul class="card campaign-list" aria-label={t('nav.campaigns')}>
            {list.map((campaign) => (
              <li key={campaign.id}>
                <button
                  type="button"
                  aria-current={campaign.id === chosen?.id}
                  onClick={() => setParams({ campaign: campaign.id })}
                >
                  <span class="campaign-title">
                    <b>{campaign.name}</b>
                    <span class={`badge ${TONE[campaign.status]}`}>{t(`status.${campaign.status}`)}</span>
                  </span>
                  <span class="muted small">
                    {zoneNames(campaign.zoneIds)}, {triggerText(campaign).toLowerCase()}
                  </span>
                </button>
              </li>
            ))}
          </ul>
          {chosen !== undefined && (
            <div class="stack">
              <section class="card" aria-label={chosen.name}>
                <div class="card-head">
                  <h2>{chosen.name}</h2>
                  <span class={`badge ${TONE[chosen.status]}`}>{t(`status.${chosen.status}`)}</span>
                  <span class="row">
                    {ACTIONS[chosen.status].map((action) => (
                      <button
                        key={action}
                        type="button"
                        class={`button small ${action === 'start' ? 'primary' : action === 'end' ? 'danger' : ''}`}
                        disabled={moving}
                        onClick={() => void act(chosen, action)}
                      >
                        {t(`campaign.${action}`)}
                      </button>
                    ))}
                    {chosen.status !== 'ended' && (
                      <button type="button" class="button small" onClick={() => setEditing(chosen)}>
                        {t('action.edit')}
                      </button>
                    )}
                    {(chosen.status === 'draft' || chosen.status === 'ended') && (
                      <button
                        type="button"
                        class="button small danger"
                        disabled={moving}
                        onClick={() => void act(chosen, 'remove')}
                      >
                        {t('action.remove')}
                      </button>
                    )}
                  </span>
                </div>
                <div class="card-body campaign-facts">
                  <div class="coupon-face">
                    <b>{chosen.offer.title}</b>
                    <p>{chosen.offer.text}</p>
                    {chosen.offer.terms !== null && <p class="small">{chosen.offer.terms}</p>}
                  </div>
                  <dl class="facts">
                    <dt>{t(chosen.zoneIds.length > 1 ? 'campaign.zones' : 'campaign.zone')}</dt>
                    <dd>{zoneNames(chosen.zoneIds)}</dd>
                    <dt>{t('campaign.trigger')}</dt>
                    <dd>{triggerText(chosen)}</dd>
                    <dt>{t('campaign.schedule')}</dt>
                    <dd>{scheduleText(chosen.schedule)}</dd>
                    <dt>{t('campaign.cooldown')}</dt>
                    <dd>{formatDuration(chosen.cooldownMinutes * 60)}</dd>
                    <dt>{t('campaign.valid')}</dt>
                    <dd>{formatDuration(chosen.offer.validMinutes * 60)}</dd>
                    <dt>{t('campaign.stock')}</dt>
                    <dd>{chosen.stock === null ? t('campaign.unlimited') : formatCount(chosen.stock)}</dd>
                    <dt>{t('campaign.control')}</dt>
                    <dd>{formatShareFine(chosen.controlShare)}</dd>
                  </dl>
                </div>
              </section>
              <CampaignResult key={chosen.id} site={site} campaign={chosen} zoneNames={zoneNames} />
            </div>
          )}
        </div>
      )}
    </>
  );
}
