/** Every decision of a campaign, sent or not, with its reason. */
import type { Campaign } from '../../../../server/contract/campaigns.ts';
import type { Site } from '../../../../server/contract/model.ts';
import { formatDecimal, NONE, siteFormat } from '../../../lib/format.ts';
import { Empty, Fault, Loading } from '../../components/states.tsx';
import { Table } from '../../components/Table.tsx';
import { t } from '../../i18n/t.ts';
import { type Decision, ofSite } from '../../state/endpoints.ts';
import { useAsync } from '../../state/useAsync.ts';

const OUTCOME_TONE = { sent: 'good', held: '', control: 'accent' } as const;

export default function Decisions(props: { site: Site; campaign: Campaign; zoneNames: (ids: string[]) => string }) {
  const { site, campaign } = props;
  const asked = useAsync<Decision[]>(`decisions/${campaign.id}/${campaign.status}`, (signal) =>
    ofSite(site.id).decisions(campaign.id, signal),
  );
  const format = siteFormat(site.timezone);
  return (
    <section class="card" aria-label={t('decision.title')}>
      <div class="card-head">
        <h2>{t('decision.title')}</h2>
        <button type="button" class="button small quiet" onClick={asked.reload}>
          {t('action.refresh')}
        </button>
      </div>
      {asked.error !== undefined ? (
        <Fault error={asked.error} retry={asked.reload} />
      ) : asked.data === undefined ? (
        <Loading />
      ) : asked.data.length === 0 ? (
        <Empty icon="clock" title={t('decision.none')}>
          {t(campaign.status === 'live' ? 'decision.noneLive' : 'decision.noneHow')}
        </Empty>
      ) : (
        <Table
          caption={t('decision.title')}
          rows={asked.data.map((decision, index) => ({ ...decision, key: String(index) }))}
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
              cell: ({ outcome, variant }) => (
                <span class={`badge ${OUTCOME_TONE[outcome]}`}>
                  {t(`outcome.${outcome}`)}
                  {variant !== null && campaign.variants.length > 0 && ` ${variant.toUpperCase()}`}
                </span>
              ),
            },
            {
              id: 'reason',
              title: t('decision.reason'),
              cell: ({ reason, outrankedBy }) => (
                <>
                  {reason}
                  {outrankedBy !== null && (
                    <span class="muted small block">{t('held.first', { list: outrankedBy })}</span>
                  )}
                </>
              ),
            },
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
  );
}
