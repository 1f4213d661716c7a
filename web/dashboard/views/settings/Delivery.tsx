/** How fast offers reach phones: from the sighting that completed the trigger to the phone's answer. */

import type { Site } from '../../../../server/contract/model.ts';
import type { DeliveryReport } from '../../../../server/contract/push.ts';
import { formatCount, formatDecimal, NONE } from '../../../lib/format.ts';
import { Section } from '../../components/Section.tsx';
import { Table } from '../../components/Table.tsx';
import { t } from '../../i18n/t.ts';
import { ofSite } from '../../state/endpoints.ts';
import { useAsync } from '../../state/useAsync.ts';

const seconds = (ms: number | null): string =>
  ms === null ? NONE : t('decision.seconds', { s: formatDecimal(ms / 1000) });

export function Delivery({ site }: { site: Site }) {
  const asked = useAsync<DeliveryReport>(`delivery/${site.id}`, (signal) => ofSite(site.id).delivery(signal));
  return (
    <Section title={t('delivery.title')} asked={asked} height={150}>
      {(data) => (
        <div class="stack-s">
          <p class="lead">{t('delivery.lead')}</p>
          <Table
            caption={t('delivery.title')}
            rows={(['all', 'received', 'pushed'] as const).map((name) => ({ name, ...data.latencyMs[name] }))}
            rowKey={({ name }) => name}
            columns={[
              {
                id: 'way',
                title: t('delivery.way'),
                cell: ({ name }) => <span class="strong">{t(`delivery.${name}`)}</span>,
              },
              { id: 'count', title: t('delivery.count'), numeric: true, cell: ({ count }) => formatCount(count) },
              { id: 'p50', title: t('delivery.p50'), numeric: true, cell: ({ p50 }) => seconds(p50) },
              { id: 'p95', title: t('delivery.p95'), numeric: true, cell: ({ p95 }) => seconds(p95) },
              { id: 'p99', title: t('delivery.p99'), numeric: true, cell: ({ p99 }) => seconds(p99) },
            ]}
          />
          <p class="muted small">
            {t('delivery.not', { n: data.notAcknowledged })} {t('delivery.subscriptions', { n: data.subscriptions })}
          </p>
        </div>
      )}
    </Section>
  );
}
