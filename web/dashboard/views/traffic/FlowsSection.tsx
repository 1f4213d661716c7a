/** Where visitors went next, the most frequent ways. */
import type { Flows } from '../../../../server/contract/metrics.ts';
import type { Zone } from '../../../../server/contract/model.ts';
import { Chart } from '../../charts/Chart.tsx';
import { flowSankey } from '../../charts/flowSankey.ts';
import { Section } from '../../components/Section.tsx';
import { Empty } from '../../components/states.tsx';
import { t } from '../../i18n/t.ts';
import { ofSite } from '../../state/endpoints.ts';
import type { ChosenPeriod } from '../../state/period.ts';
import { useAsync } from '../../state/useAsync.ts';

/** More would be threads. */
const FLOWS_SHOWN = 14;

export function FlowsSection(props: { siteId: string; period: ChosenPeriod; zones: Zone[] }) {
  const { siteId, period } = props;
  const asked = useAsync<Flows>(`flows/${siteId}/${period.fromMs}/${period.toMs}`, (signal) =>
    ofSite(siteId).flows(period, signal),
  );
  const zoneName = (id: string): string => props.zones.find((zone) => zone.id === id)?.name ?? id;
  return (
    <Section title={t('flow.title')} asked={asked} height={380}>
      {(data) => {
        const top = [...data.flows].sort((a, b) => b.visits - a.visits).slice(0, FLOWS_SHOWN);
        if (top.length === 0)
          return (
            <Empty icon="traffic" title={t('flow.none')}>
              {t('flow.noneHow')}
            </Empty>
          );
        const named = top.map(({ from, to, visits }) => ({
          from: from === null ? t('flow.arrive') : zoneName(from),
          to: to === null ? t('flow.leave') : zoneName(to),
          visits,
        }));
        return (
          <>
            <Chart
              height={380}
              label={t('flow.label', {
                list: named
                  .slice(0, 5)
                  .map(({ from, to, visits }) => `${from} → ${to}: ${visits}`)
                  .join('; '),
              })}
              deps={[data]}
              option={() => flowSankey(named, innerWidth < 600)}
            />
            <p class="muted small">
              {t('flow.shown', { n: top.length, all: data.flows.length })}{' '}
              {data.suppressed > 0 && t('flow.suppressed', { n: data.suppressed })}
            </p>
          </>
        );
      }}
    </Section>
  );
}
