/** Codes that two tills took while one of them was without network: the second came to light when it settled. */

import type { Site } from '../../../../server/contract/model.ts';
import type { RedemptionConflict } from '../../../../server/contract/offers.ts';
import { formatMoney, NONE, siteFormat } from '../../../lib/format.ts';
import { Empty, Fault, Loading } from '../../components/states.tsx';
import { Table } from '../../components/Table.tsx';
import { t } from '../../i18n/t.ts';
import { ofSite } from '../../state/endpoints.ts';
import { useAsync } from '../../state/useAsync.ts';

export default function Conflicts({ site }: { site: Site }) {
  const asked = useAsync<RedemptionConflict[]>(`conflicts/${site.id}`, (signal) => ofSite(site.id).conflicts(signal));
  const time = (at: string) => siteFormat(site.timezone).dateTime(Date.parse(at));
  return (
    <section class="card" aria-label={t('conflict.title')}>
      <div class="card-head">
        <h2>{t('conflict.title')}</h2>
      </div>
      <p class="card-body muted small">{t('conflict.lead')}</p>
      {asked.error !== undefined ? (
        <Fault error={asked.error} retry={asked.reload} />
      ) : asked.data === undefined ? (
        <Loading />
      ) : asked.data.length === 0 ? (
        <Empty icon="check" title={t('conflict.none')}>
          {t('conflict.noneHow')}
        </Empty>
      ) : (
        <Table
          caption={t('conflict.title')}
          rows={asked.data.map((one, index) => ({ ...one, key: String(index) }))}
          rowKey={({ key }) => key}
          columns={[
            {
              id: 'at',
              title: t('conflict.accepted'),
              cell: ({ acceptedAt, till }) => (
                <>
                  <span class="num">{time(acceptedAt)}</span>
                  {till !== null && <span class="muted small block">{till}</span>}
                </>
              ),
            },
            {
              id: 'what',
              title: t('conflict.what'),
              cell: ({ result, title }) => (
                <>
                  <span class={`badge ${result === 'double-use' ? 'bad' : 'warn'}`}>{t(`conflict.${result}`)}</span>
                  {title !== null && <span class="muted small block">{title}</span>}
                </>
              ),
            },
            {
              id: 'counts',
              title: t('conflict.counts'),
              cell: ({ other }) =>
                other === null ? (
                  NONE
                ) : (
                  <>
                    <span class="num">{time(other.at)}</span>
                    {other.till !== null && <span class="muted small block">{other.till}</span>}
                  </>
                ),
            },
            {
              id: 'amount',
              title: t('conflict.amount'),
              numeric: true,
              minor: true,
              cell: ({ amountMinor, currency }) => formatMoney(amountMinor, currency),
            },
          ]}
        />
      )}
    </section>
  );
}
