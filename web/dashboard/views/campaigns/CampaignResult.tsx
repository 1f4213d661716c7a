/** The funnel of a campaign and its decisions, each with its reason. */

import type { Campaign, Funnel } from '../../../../server/contract/campaigns.ts';
import type { Site } from '../../../../server/contract/model.ts';
import { formatCount, formatDecimal, formatShareFine, NONE, siteFormat } from '../../../lib/format.ts';
import { Empty, Fault, Loading, Skeleton } from '../../components/states.tsx';
import { Table } from '../../components/Table.tsx';
import { t } from '../../i18n/t.ts';
import { type Decision, ofSite } from '../../state/endpoints.ts';
import { useAsync } from '../../state/useAsync.ts';

const STEPS = ['wouldFire', 'sent', 'opened', 'redeemed'] as const;
const OUTCOME_TONE = { sent: 'good', held: '', control: 'accent' } as const;

function FunnelBars({ funnel }: { funnel: Funnel }) {
  const most = Math.max(1, funnel.wouldFire);
  return (
    <>
      <ol class="funnel">
        {STEPS.map((step, index) => {
          const before = index === 0 ? undefined : funnel[STEPS[index - 1]!];
          return (
            <li key={step}>
              <span class="funnel-name">{t(`funnel.${step}`)}</span>
              <span class="funnel-bar" aria-hidden="true">
                <i style={{ width: `${(funnel[step] / most) * 100}%` }} />
              </span>
              <b class="num">{formatCount(funnel[step])}</b>
              <span class="muted small num">
                {before === undefined || before === 0 ? '' : formatShareFine(funnel[step] / before)}
              </span>
            </li>
          );
        })}
      </ol>
      <p class="muted small num">
        {t('funnel.control', { n: funnel.control })}{' '}
        {funnel.latencyMs.p95 === null
          ? ''
          : t('funnel.latency', {
              p50: formatDecimal((funnel.latencyMs.p50 ?? 0) / 1000),
              p95: formatDecimal(funnel.latencyMs.p95 / 1000),
            })}
      </p>
    </>
  );
}

export function CampaignResult(props: { site: Site; campaign: Campaign; zoneNames: (ids: string[]) => string }) {
  const { site, campaign } = props;
  const funnel = useAsync<Funnel>(`funnel/${campaign.id}/${campaign.status}`, (signal) =>
    ofSite(site.id).funnel(campaign.id, signal),
  );
  const decisions = useAsync<Decision[]>(`decisions/${campaign.id}/${campaign.status}`, (signal) =>
    ofSite(site.id).decisions(campaign.id, signal),
  );
  const format = siteFormat(site.timezone);
  return (
    <>
      <section class="card" aria-label={t('funnel.title')}>
        <div class="card-head">
          <h2>{t('funnel.title')}</h2>
        </div>
        <div class="card-body">
          {funnel.error !== undefined ? (
            <Fault error={funnel.error} retry={funnel.reload} />
          ) : funnel.data === undefined ? (
            <Skeleton height={150} />
          ) : (
            <FunnelBars funnel={funnel.data} />
          )}
        </div>
      </section>
      <section class="card" aria-label={t('decision.title')}>
        <div class="card-head">
          <h2>{t('decision.title')}</h2>
          <button type="button" class="button small quiet" onClick={decisions.reload}>
            {t('action.refresh')}
          </button>
        </div>
        {decisions.error !== undefined ? (
          <Fault error={decisions.error} retry={decisions.reload} />
        ) : decisions.data === undefined ? (
          <Loading />
        ) : decisions.data.length === 0 ? (
          <Empty icon="clock" title={t('decision.none')}>
            {t(campaign.status === 'live' ? 'decision.noneLive' : 'decision.noneHow')}
          </Empty>
        ) : (
          <Table
            caption={t('decision.title')}
            rows={decisions.data.map((decision, index) => ({ ...decision, key: String(index) }))}
            rowKey={({ key }) => key}
            columns={[
              {
                id: 'at',
                title: t('decision.at'),
                cell: ({ at }) => <span class="num">{format.dateTime(Date.parse(at))}</span>,
              },
              {
                id: 'outcome',
                title: t('decision.outcome'),
                cell: ({ outcome }) => <span class={`badge ${OUTCOME_TONE[outcome]}`}>{t(`outcome.${outcome}`)}</span>,
              },
              { id: 'reason', title: t('decision.reason'), cell: ({ reason }) => reason },
              { id: 'zone', title: t('campaign.zone'), minor: true, cell: ({ zoneId }) => props.zoneNames([zoneId]) },
              {
                id: 'latency',
                title: t('decision.latency'),
                numeric: true,
                minor: true,
                cell: ({ latencyMs }) =>
                  latencyMs === null ? NONE : t('decision.seconds', { s: formatDecimal(latencyMs / 1000) }),
              },
            ]}
          />
        )}
      </section>
    </>
  );
}
