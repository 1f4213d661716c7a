/** Which zones share visitors within one visit. */
import type { Affinity } from '../../../../server/contract/metrics.ts';
import type { Zone } from '../../../../server/contract/model.ts';
import { formatCount, formatDecimal, formatShare, NONE } from '../../../lib/format.ts';
import { Section } from '../../components/Section.tsx';
import { Empty } from '../../components/states.tsx';
import { Table } from '../../components/Table.tsx';
import { t } from '../../i18n/t.ts';
import { ofSite } from '../../state/endpoints.ts';
import type { ChosenPeriod } from '../../state/period.ts';
import { useAsync } from '../../state/useAsync.ts';

const PAIRS_SHOWN = 9;

/** Of a pair seen from both sides the larger share says more. */
function worthPairs(pairs: Affinity['pairs']): Affinity['pairs'] {
  const best = new Map<string, Affinity['pairs'][number]>();
  for (const pair of pairs) {
    if (pair.share === null) continue;
    const key = [pair.a, pair.b].sort().join('/');
    if ((best.get(key)?.share ?? -1) < pair.share) best.set(key, pair);
  }
  return [...best.values()];
}

export function AffinitySection(props: { siteId: string; period: ChosenPeriod; zones: Zone[] }) {
  const { siteId, period } = props;
  const asked = useAsync<Affinity>(`affinity/${siteId}/${period.fromMs}/${period.toMs}`, (signal) =>
    ofSite(siteId).affinity(period, signal),
  );
  const zoneName = (id: string): string => props.zones.find((zone) => zone.id === id)?.name ?? id;
  return (
    <Section title={t('affinity.title')} asked={asked} height={380}>
      {(data) => {
        const pairs = worthPairs(data.pairs);
        if (pairs.length === 0)
          return (
            <Empty icon="people" title={t('affinity.none')}>
              {t('affinity.noneHow')}
            </Empty>
          );
        return (
          <div class="bleed">
            <Table
              caption={t('affinity.title')}
              rows={[...pairs].sort((a, b) => (b.lift ?? 0) - (a.lift ?? 0)).slice(0, PAIRS_SHOWN)}
              rowKey={({ a, b }) => `${a}/${b}`}
              initialSort={{ column: 'lift', descending: true }}
              columns={[
                {
                  id: 'pair',
                  title: t('affinity.pair'),
                  sortBy: ({ a }) => zoneName(a),
                  cell: ({ a, b }) => (
                    <span>
                      <span class="strong">{zoneName(a)}</span> <span class="muted">{t('affinity.also')}</span>{' '}
                      <span class="strong">{zoneName(b)}</span>
                    </span>
                  ),
                },
                {
                  id: 'share',
                  title: t('affinity.share'),
                  numeric: true,
                  sortBy: ({ share }) => share,
                  cell: ({ share }) => formatShare(share),
                },
                {
                  id: 'lift',
                  title: t('affinity.lift'),
                  numeric: true,
                  sortBy: ({ lift }) => lift,
                  cell: ({ lift }) => (lift === null ? NONE : `${formatDecimal(lift)}×`),
                },
                {
                  id: 'both',
                  title: t('affinity.both'),
                  numeric: true,
                  minor: true,
                  sortBy: ({ visitsBoth }) => visitsBoth,
                  cell: ({ visitsBoth }) => formatCount(visitsBoth),
                },
              ]}
            />
          </div>
        );
      }}
    </Section>
  );
}
