/** Zones by visits and dwell; those that nobody stays in are named. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Zone } from '../../../../server/contract/model.ts';
import { ApiError } from '../../../lib/api.ts';
import { formatCount, formatDuration, formatList, formatShare } from '../../../lib/format.ts';
import { Empty, Fault, Loading } from '../../components/states.tsx';
import { type Column, Table } from '../../components/Table.tsx';
import { t } from '../../i18n/t.ts';
import { shapeArea } from '../../map/geometry.ts';
import { ofSite } from '../../state/endpoints.ts';
import type { ChosenPeriod } from '../../state/period.ts';
import { useAsync } from '../../state/useAsync.ts';
import { begun, type Summary, summarise } from './summary.ts';

/** Three questions each; more would press on the server's limit of requests. */
const MAX_ZONES = 60;
/** A zone with less than a tenth of the median zone's visits lies dead: it gets one visitor where its neighbours get ten. */
const DEAD_SHARE = 0.1;

interface Row {
  zone: Zone;
  visits: Summary;
  dwell: Summary;
  capture: Summary;
}

async function rank(siteId: string, zones: Zone[], period: ChosenPeriod, nowMs: number, signal: AbortSignal) {
  const site = ofSite(siteId);
  const interval = period.days <= 2 ? ('day' as const) : ('week' as const);
  const rows: Row[] = [];
  // One zone after the other, so that whatever else the page asks does not wait behind sixty.
  for (const zone of zones) {
    const asked = { fromMs: period.fromMs, toMs: period.toMs, interval, zoneId: zone.id };
    const [visits, dwell, capture] = await Promise.all([
      site.series('footfall', asked, signal),
      site.series('dwell', asked, signal),
      site.series('capture-rate', asked, signal),
    ]);
    rows.push({
      zone,
      visits: summarise('footfall', begun(visits.series, nowMs)),
      dwell: summarise('dwell', begun(dwell.series, nowMs)),
      capture: summarise('capture-rate', begun(capture.series, nowMs)),
    });
  }
  return rows;
}

export function deadZones(rows: Pick<Row, 'zone' | 'visits'>[]): Zone[] {
  const measured = rows.flatMap(({ zone, visits }) => (visits.value === null ? [] : [{ zone, value: visits.value }]));
  if (measured.length < 4) return [];
  const median = measured.map(({ value }) => value).sort((a, b) => a - b)[Math.floor(measured.length / 2)]!;
  return measured.filter(({ value }) => value < median * DEAD_SHARE).map(({ zone }) => zone);
}

export function ZoneRanking(props: { siteId: string; zones: Zone[]; period: ChosenPeriod; nowMs: number }) {
  const { siteId, period, nowMs } = props;
  const element = useRef<HTMLDivElement>(null);
  const [seen, setSeen] = useState(false);
  useEffect(() => {
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some((entry) => entry.isIntersecting)) setSeen(true);
      },
      { rootMargin: '200px' },
    );
    observer.observe(element.current!);
    return () => observer.disconnect();
  }, []);
  const candidates = props.zones.filter(({ kind }) => kind === 'shop' || kind === 'coupon' || kind === 'other');
  const zones = [...candidates].sort((a, b) => shapeArea(b.shape) - shapeArea(a.shape)).slice(0, MAX_ZONES);
  const key = `rank/${siteId}/${period.fromMs}/${period.toMs}/${zones.map(({ id }) => id).join()}`;
  const asked = useAsync<Row[]>(seen && zones.length > 0 ? key : null, (signal) =>
    rank(siteId, zones, period, nowMs, signal),
  );
  const rows = asked.data ?? [];
  const longest = Math.max(1, ...rows.map(({ dwell }) => dwell.value ?? 0));
  const dead = deadZones(rows);
  const columns: Column<Row>[] = [
    {
      id: 'zone',
      title: t('live.zone'),
      sortBy: ({ zone }) => zone.name,
      cell: ({ zone }) => (
        <span class="row zone-name">
          <span class="strong">{zone.name}</span>
          {dead.includes(zone) && <span class="badge warn">{t('rank.dead')}</span>}
        </span>
      ),
    },
    {
      id: 'visits',
      title: t('rank.visits'),
      numeric: true,
      sortBy: ({ visits }) => visits.value,
      cell: ({ visits }) => (
        <span
          title={
            visits.low === null
              ? undefined
              : t('kpi.band', { low: formatCount(visits.low), high: formatCount(visits.high) })
          }
        >
          {visits.value === null && visits.suppressed ? t('kpi.few') : formatCount(visits.value)}
        </span>
      ),
    },
    {
      id: 'capture',
      title: t('kpi.capture'),
      numeric: true,
      minor: true,
      sortBy: ({ capture }) => capture.value,
      cell: ({ capture }) => formatShare(capture.value),
    },
    {
      id: 'dwell',
      title: t('rank.dwell'),
      numeric: true,
      sortBy: ({ dwell }) => dwell.value,
      cell: ({ dwell }) => (
        <span class="bar-cell">
          <span class="bar" aria-hidden="true">
            <i style={{ width: `${((dwell.value ?? 0) / longest) * 100}%` }} />
          </span>
          <span class="figure wide">{formatDuration(dwell.value)}</span>
        </span>
      ),
    },
  ];
  return (
    <div ref={element}>
      {zones.length === 0 ? (
        <Empty icon="polygon" title={t('live.noZones')}>
          {t('live.noZonesHow')}
        </Empty>
      ) : asked.error !== undefined ? (
        <Fault error={asked.error instanceof ApiError ? asked.error : String(asked.error)} retry={asked.reload} />
      ) : asked.data === undefined ? (
        <Loading lines={8} />
      ) : (
        <div class={asked.outdated ? 'outdated' : ''}>
          <p class="lead card-lead">
            {dead.length === 0
              ? t('rank.noneDead')
              : t('rank.deadNamed', {
                  n: dead.length,
                  names: formatList(dead.slice(0, 6).map(({ name }) => name)),
                })}
          </p>
          <Table
            caption={t('rank.title')}
            columns={columns}
            rows={rows}
            rowKey={({ zone }) => zone.id}
            initialSort={{ column: 'dwell', descending: true }}
          />
          {candidates.length > MAX_ZONES && <p class="muted small card-lead">{t('rank.limited', { n: MAX_ZONES })}</p>}
        </div>
      )}
    </div>
  );
}
