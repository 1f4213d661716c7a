/** Codes that two tills took while one of them was without network: the second came to light when it settled. */
import type { Site } from '../../../../server/contract/model.ts';
import { siteFormat } from '../../../lib/format.ts';
import { Empty, Fault, Loading } from '../../components/states.tsx';
import { Table } from '../../components/Table.tsx';
import { t } from '../../i18n/t.ts';
import { type Conflict, offersOf } from '../../state/offerEndpoints.ts';
import { useAsync } from '../../state/useAsync.ts';

export default function Conflicts({ site }: { site: Site }) {
  const asked = useAsync<Conflict[]>(`conflicts/${site.id}`, (signal) => offersOf(site.id).conflicts(signal));
  const format = siteFormat(site.timezone);
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
              title: t('conflict.second'),
              cell: ({ at }) => <span class="num">{format.dateTime(Date.parse(at))}</span>,
            },
          ]}
        />
      )}
    </section>
  );
}
