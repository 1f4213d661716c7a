import { useEffect, useState } from 'preact/hooks';
import type { Interval, Metric, PeakHours, Returning, Series } from '../../../../server/contract/metrics.ts';
import type { Site, Zone } from '../../../../server/contract/model.ts';
import { formatCount, formatDuration, formatShare, siteFormat } from '../../../lib/format.ts';
import { bandBars } from '../../charts/bandBars.ts';
import { Chart } from '../../charts/Chart.tsx';
import { Segmented, Select, Switch } from '../../components/controls.tsx';
import { Icon } from '../../components/Icon.tsx';
import { Kpi } from '../../components/Kpi.tsx';
import { PageHead } from '../../components/PageHead.tsx';
import { PeriodPicker } from '../../components/PeriodPicker.tsx';
import { Section } from '../../components/Section.tsx';
import { Empty, Fault, Loading } from '../../components/states.tsx';
import { Table } from '../../components/Table.tsx';
import { t } from '../../i18n/t.ts';
import { ofSite } from '../../state/endpoints.ts';
import { changes, siteNowMs } from '../../state/live.ts';
import { chosenPeriod, fittingInterval, previousPeriod } from '../../state/period.ts';
import { usePlan } from '../../state/plan.ts';
import { hrefTo, param, setParams } from '../../state/router.ts';
import { hasRole, ownTenant } from '../../state/session.ts';
import { type Asked, useAsync } from '../../state/useAsync.ts';
import { AffinitySection } from './AffinitySection.tsx';
import { FlowsSection } from './FlowsSection.tsx';
import { MovedSection } from './MovedSection.tsx';
import { PeakGrid, peakSentence } from './PeakGrid.tsx';
import { begun, changeOf, summarise } from './summary.ts';
import { ZoneRanking } from './ZoneRanking.tsx';
import './traffic.css';

const METRICS: Metric[] = ['footfall', 'unique-visitors', 'dwell', 'occupancy', 'capture-rate'];
/** A capture rate is of a zone and its passers-by; the whole site has none. */
type AllSeries = Partial<Record<Metric, Series>>;

const FORMATS: Record<Metric, (value: number | null) => string> = {
  footfall: formatCount,
  'unique-visitors': formatCount,
  dwell: formatDuration,
  occupancy: formatCount,
  'capture-rate': formatShare,
};

const metricsOf = (zoneId: string | undefined): Metric[] =>
  zoneId === undefined ? METRICS.filter((metric) => metric !== 'capture-rate') : METRICS;

const COUNTS = { unit: 1, leastTop: 4 };
const AXES: Record<Metric, { unit: number; leastTop: number }> = {
  footfall: COUNTS,
  'unique-visitors': COUNTS,
  occupancy: COUNTS,
  dwell: { unit: 60, leastTop: 240 },
  'capture-rate': { unit: 1, leastTop: 0.1 },
};

async function allSeries(
  siteId: string,
  asked: { fromMs: number; toMs: number; interval: Interval; zoneId: string | undefined },
  signal: AbortSignal,
): Promise<AllSeries> {
  const site = ofSite(siteId);
  const metrics = metricsOf(asked.zoneId);
  const answers = await Promise.all(metrics.map((metric) => site.series(metric, asked, signal)));
  return Object.fromEntries(metrics.map((metric, index) => [metric, answers[index]]));
}

export default function Traffic({ site }: { site: Site }) {
  const plan = usePlan(site.id);
  const [nowMs] = useState(siteNowMs);
  const { timezone } = site;
  const period = chosenPeriod(nowMs, site);
  const tenant = ownTenant.value;
  const zones = (plan.data?.zones ?? []).filter((zone) => tenant === null || zone.tenantId === tenant);
  // A retailer has no right to the whole mall's counts: its first zone stands in.
  const zone = zones.find(({ id }) => id === param('zone')) ?? (tenant === null ? undefined : zones[0]);
  const ready = tenant === null || zone !== undefined;
  const intervals: Interval[] =
    period.days <= 2
      ? ['15m', 'hour']
      : period.days <= 14
        ? ['hour', 'day']
        : period.days <= 92
          ? ['day', 'week']
          : ['week'];
  const interval = intervals.find((one) => one === param('interval')) ?? fittingInterval(period);
  const metric = metricsOf(zone?.id).find((one) => one === param('metric')) ?? 'footfall';
  const compare = param('compare') === 'on';
  const before = previousPeriod(period, timezone);
  const where = `${site.id}/${zone?.id ?? ''}`;

  const kpiInterval: Interval = period.days <= 92 ? 'day' : 'week';
  const daily = useAsync<AllSeries>(
    ready ? `kpi/${where}/${period.fromMs}/${period.toMs}/${kpiInterval}` : null,
    (signal) => allSeries(site.id, { ...period, interval: kpiInterval, zoneId: zone?.id }, signal),
  );
  const dailyBefore = useAsync<AllSeries>(
    ready && compare ? `kpi/${where}/${before.fromMs}/${before.toMs}/${kpiInterval}` : null,
    (signal) => allSeries(site.id, { ...before, interval: kpiInterval, zoneId: zone?.id }, signal),
  );
  const series = useAsync<Series>(
    ready ? `series/${where}/${metric}/${period.fromMs}/${period.toMs}/${interval}` : null,
    (signal) => ofSite(site.id).series(metric, { ...period, interval, zoneId: zone?.id }, signal),
  );
  const seriesBefore = useAsync<Series>(
    ready && compare ? `series/${where}/${metric}/${before.fromMs}/${before.toMs}/${interval}` : null,
    (signal) => ofSite(site.id).series(metric, { ...before, interval, zoneId: zone?.id }, signal),
  );
  const peak = useAsync<PeakHours>(ready ? `peak/${where}/${period.fromMs}/${period.toMs}` : null, (signal) =>
    ofSite(site.id).peakHours({ ...period, zoneId: zone?.id }, signal),
  );
  const returning = useAsync<Returning>(
    zone === undefined && tenant === null ? `returning/${site.id}/${period.fromMs}/${period.toMs}` : null,
    (signal) => ofSite(site.id).returning(period, signal),
  );
  const changed = changes.value;
  useEffect(() => {
    if (changed === 0) return;
    daily.reload();
    series.reload();
  }, [changed]);
  if (plan.error !== undefined && plan.data === undefined) return <Fault error={plan.error} retry={plan.reload} />;
  if (plan.data !== undefined && !ready)
    return (
      <>
        <PageHead title={t('nav.traffic')} />
        <div class="card">
          <Empty icon="polygon" title={t('traffic.noOwnZone')}>
            {t('traffic.noOwnZoneHow')}
          </Empty>
        </div>
      </>
    );

  const format = siteFormat(timezone);
  const summaryOf = (asked: Asked<AllSeries>, one: Metric) =>
    asked.data === undefined || asked.outdated
      ? undefined
      : summarise(one, begun(asked.data[one]?.series ?? [], nowMs));
  const kpi = (one: Metric, label: string, hint: string, per?: string) => {
    const summary = summaryOf(daily, one);
    const old = compare ? summaryOf(dailyBefore, one) : undefined;
    const change = summary === undefined || old === undefined ? undefined : changeOf(summary, old);
    return (
      <Kpi
        label={label}
        per={per}
        hint={hint}
        summary={summary}
        format={FORMATS[one]}
        failed={daily.error !== undefined}
        {...(change === undefined ? {} : { change })}
      />
    );
  };
  const many = period.days > 1;
  const perInterval = t(kpiInterval === 'day' ? 'kpi.aDay' : 'kpi.aWeek');
  const meanOf = t(kpiInterval === 'day' ? 'kpi.ofDays' : 'kpi.ofWeeks');
  const axisLabel = (startMs: number) =>
    interval === 'hour' || interval === '15m'
      ? many
        ? `${format.dayMonth(startMs)} ${format.time(startMs)}`
        : format.time(startMs)
      : period.days <= 14
        ? format.weekdayDate(startMs)
        : format.dayMonth(startMs);
  const title = (startMs: number) =>
    interval === 'day'
      ? format.weekdayDate(startMs)
      : interval === 'week'
        ? t('chart.weekOf', { date: format.date(startMs) })
        : `${format.weekdayDate(startMs)}, ${format.time(startMs)}`;
  const hasOutage = series.data?.series.some(
    (point) => point.value === null && !point.suppressed && Date.parse(point.start) < nowMs,
  );
  return (
    <>
      <PageHead title={t('nav.traffic')}>
        <PeriodPicker period={period} site={site} nowMs={nowMs} />
        <Select
          label={t('traffic.zone')}
          value={zone?.id ?? ''}
          options={[
            ...(tenant === null ? [{ value: '', label: t('traffic.wholeSite') }] : []),
            ...zones.map((one: Zone) => ({
              value: one.id,
              label: one.name,
              group: plan.data?.floors.find((floor) => floor.id === one.floorId)?.name ?? '',
            })),
          ]}
          onChange={(id) => setParams({ zone: id })}
        />
        <Switch
          label={t('traffic.compare')}
          checked={compare}
          onChange={(on) => setParams({ compare: on ? 'on' : null })}
        />
        {hasRole('owner', 'manager') && (
          <a class="button small" href={hrefTo(site.id, 'settings', { tab: 'exports' })}>
            <Icon name="download" size={15} />
            {t('export.ofTraffic')}
          </a>
        )}
      </PageHead>
      <div class="stack">
        <dl class="kpis">
          {kpi('footfall', t('kpi.footfall'), t('kpi.footfallHint'))}
          {kpi('unique-visitors', t('kpi.unique'), t('kpi.uniqueHint'), many ? perInterval : undefined)}
          {kpi('dwell', t('kpi.dwell'), t('kpi.dwellHint'), many ? meanOf : undefined)}
          {kpi('occupancy', t('kpi.peak'), t('kpi.peakHint'))}
          {zone === undefined ? (
            <Kpi
              label={t('kpi.returning')}
              hint={t('kpi.returningHint', { n: returning.data?.windowDays ?? 30 })}
              summary={
                returning.data === undefined || returning.outdated
                  ? undefined
                  : {
                      value: returning.data.share,
                      low: returning.data.low,
                      high: returning.data.high,
                      coverage: returning.data.coverage,
                      provisional: period.toMs > nowMs,
                      suppressed: false,
                    }
              }
              format={formatShare}
              failed={returning.error !== undefined}
            />
          ) : (
            kpi('capture-rate', t('kpi.capture'), t('kpi.captureHint'), many ? meanOf : undefined)
          )}
        </dl>
        <Section
          title={t('traffic.course')}
          asked={series}
          height={300}
          tools={
            <>
              <div class="chart-metric">
                <Select
                  label={t('traffic.metric')}
                  value={metric}
                  options={metricsOf(zone?.id).map((one) => ({ value: one, label: t(`metric.${one}`) }))}
                  onChange={(one) => setParams({ metric: one === 'footfall' ? null : one })}
                />
              </div>
              {intervals.length > 1 && (
                <Segmented<Interval>
                  label={t('traffic.interval')}
                  value={interval}
                  options={intervals.map((one) => ({ value: one, label: t(`interval.${one}`) }))}
                  onChange={(one) => setParams({ interval: one === fittingInterval(period) ? null : one })}
                />
              )}
            </>
          }
        >
          {(data) => (
            <>
              <Chart
                height={300}
                label={t('chart.label', { metric: t(`metric.${metric}`), n: data.series.length })}
                deps={[data, seriesBefore.data, compare, metric]}
                option={() =>
                  bandBars({
                    points: data.series,
                    previous:
                      compare && seriesBefore.data !== undefined && !seriesBefore.outdated
                        ? seriesBefore.data.series.map(({ value }) => value)
                        : undefined,
                    nowMs,
                    axisLabel,
                    title,
                    format: FORMATS[metric],
                    unit: t(`unit.${metric}`),
                    axis: AXES[metric],
                  })
                }
              />
              <div class="chart-key small muted">
                <span class="key">
                  <i class="key-bar" />
                  {t('chart.keyFinal')}
                </span>
                <span class="key">
                  <i class="key-bar provisional" />
                  {t('chart.keyProvisional')}
                </span>
                <span class="key">
                  <i class="key-whisker" />
                  {t('chart.keyBand')}
                </span>
                {hasOutage && (
                  <span class="key">
                    <i class="key-outage" />
                    {t('chart.keyOutage')}
                  </span>
                )}
                {compare && (
                  <span class="key">
                    <i class="key-before" />
                    {t('chart.keyBefore')}
                  </span>
                )}
              </div>
              <details class="numbers">
                <summary>{t('chart.numbers')}</summary>
                <Table
                  caption={t('chart.label', { metric: t(`metric.${metric}`), n: data.series.length })}
                  rows={begun(data.series, nowMs)}
                  rowKey={(point) => point.start}
                  columns={[
                    { id: 'start', title: t('chart.start'), cell: (point) => title(Date.parse(point.start)) },
                    {
                      id: 'value',
                      title: t(`metric.${metric}`),
                      numeric: true,
                      cell: (point) => (point.suppressed ? t('kpi.few') : FORMATS[metric](point.value)),
                    },
                    { id: 'low', title: t('chart.low'), numeric: true, cell: (point) => FORMATS[metric](point.low) },
                    { id: 'high', title: t('chart.high'), numeric: true, cell: (point) => FORMATS[metric](point.high) },
                    {
                      id: 'coverage',
                      title: t('coverage.title'),
                      numeric: true,
                      cell: (point) => formatShare(point.coverage),
                    },
                    { id: 'state', title: t('chart.state'), minor: true, cell: (point) => t(`state.${point.state}`) },
                  ]}
                />
              </details>
            </>
          )}
        </Section>
        <div class="two">
          <Section title={t('peak.title')} asked={peak} height={250}>
            {(data) => (
              <>
                <p class="lead peak-said">
                  <b>{peakSentence(data)}</b>
                </p>
                <PeakGrid hours={data} />
              </>
            )}
          </Section>
          <section class="card" aria-label={t('rank.title')}>
            <div class="card-head">
              <h2>{t('rank.title')}</h2>
            </div>
            <div class="scroll">
              {plan.data === undefined ? (
                <Loading />
              ) : (
                <ZoneRanking siteId={site.id} zones={zones} period={period} nowMs={nowMs} />
              )}
            </div>
          </section>
        </div>
        {tenant === null && (
          <div class="two">
            <FlowsSection siteId={site.id} period={period} zones={plan.data?.zones ?? []} />
            <AffinitySection siteId={site.id} period={period} zones={plan.data?.zones ?? []} />
          </div>
        )}
        {plan.data !== undefined && <MovedSection site={site} zone={zone} period={period} zones={zones} />}
      </div>
    </>
  );
}
