/** What moved after it had been computed, and why. */
import { useEffect } from 'preact/hooks';
import type { ChangedHour, Changelog, ChangelogEntry } from '../../../../server/contract/changelog.ts';
import type { Site, Zone } from '../../../../server/contract/model.ts';
import {
  formatCount,
  formatDecimal,
  formatDuration,
  formatShare,
  type SiteFormat,
  siteFormat,
} from '../../../lib/format.ts';
import { Section } from '../../components/Section.tsx';
import { Notice } from '../../components/states.tsx';
import { Table } from '../../components/Table.tsx';
import { t } from '../../i18n/t.ts';
import { ofSite } from '../../state/endpoints.ts';
import { changes } from '../../state/live.ts';
import type { ChosenPeriod } from '../../state/period.ts';
import { useAsync } from '../../state/useAsync.ts';
import { type Change, type Run, runsOf } from './moved.ts';

const RUNS_SHOWN = 4;
const NAMES_SHOWN = 4;

const some = (names: readonly string[]): string =>
  names.length <= NAMES_SHOWN
    ? names.join(', ')
    : `${names.slice(0, NAMES_SHOWN).join(', ')} +${names.length - NAMES_SHOWN}`;

/** `14:00–16:00` within a day, else both ends with their dates. */
function spanOf({ startMs, endMs }: Pick<Run, 'startMs' | 'endMs'>, format: SiteFormat): string {
  const day = format.weekdayDate(startMs);
  return format.weekdayDate(endMs - 1) === day
    ? `${day}, ${format.time(startMs)}–${format.time(endMs)}`
    : `${day}, ${format.time(startMs)} – ${format.weekdayDate(endMs)}, ${format.time(endMs)}`;
}

const arrow = ({ before, after }: Change, format: (value: number | null) => string): string =>
  `${before === null ? t('moved.notMeasured') : format(before)} → ${after === null ? t('moved.notMeasured') : format(after)}`;

function whyOf(entry: ChangelogEntry, format: SiteFormat): string {
  const reasons: string[] = [];
  const { backlogs } = entry;
  if (backlogs.length > 0) {
    const lastMs = Math.max(...backlogs.map((one) => Date.parse(one.lastArrived)));
    const names = backlogs.map((one) => one.gateway).filter((name) => name !== null);
    reasons.push(
      t(names.length > 0 ? 'moved.backlog' : 'moved.backlogUnnamed', {
        n: backlogs.length,
        names: some(names),
        span: formatDuration(Math.max(...backlogs.map((one) => one.seconds))),
        time: format.dateTime(lastMs),
      }),
    );
  }
  if (entry.modelChanged) reasons.push(t('moved.model'));
  if (entry.rebuilt) reasons.push(t('moved.rebuilt'));
  return reasons.join(' ');
}

function RunLine({ run, format }: { run: Run; format: SiteFormat }) {
  const { said, coverage } = run;
  return (
    <li class="moved-run">
      <b>{spanOf(run, format)}</b>
      <span>
        {said === undefined
          ? t('moved.few')
          : t(`moved.${said.what}`, { change: arrow(said, said.what === 'footfall' ? formatCount : formatDecimal) })}
      </span>
      {Math.abs((coverage.after ?? 0) - (coverage.before ?? 0)) >= 0.005 && (
        <span class="muted">{t('moved.coverage', { change: arrow(coverage, formatShare) })}</span>
      )}
      <span class={`badge ${run.state === 'final' ? 'good' : 'warn'}`}>
        {run.state === 'provisional'
          ? t('state.provisional')
          : run.wasFinal
            ? t('moved.finalAgain')
            : t('moved.finalNow')}
      </span>
    </li>
  );
}

function HoursTable({ hours, format }: { hours: ChangedHour[]; format: SiteFormat }) {
  const pair = (hour: ChangedHour, change: Change, of: (value: number | null) => string) =>
    hour.suppressed ? t('kpi.few') : arrow(change, of);
  return (
    <Table
      caption={t('moved.hours')}
      rows={hours}
      rowKey={(hour) => hour.start}
      columns={[
        {
          id: 'start',
          title: t('chart.start'),
          cell: (hour) => `${format.weekdayDate(Date.parse(hour.start))}, ${format.time(Date.parse(hour.start))}`,
        },
        {
          id: 'footfall',
          title: t('metric.footfall'),
          numeric: true,
          cell: (hour) => pair(hour, hour.footfall, formatCount),
        },
        {
          id: 'visitors',
          title: t('metric.unique-visitors'),
          numeric: true,
          cell: (hour) => pair(hour, hour.visitors, formatCount),
        },
        {
          id: 'occupancy',
          title: t('metric.occupancy'),
          numeric: true,
          minor: true,
          cell: (hour) => pair(hour, hour.occupancy, formatDecimal),
        },
        {
          id: 'coverage',
          title: t('coverage.title'),
          numeric: true,
          minor: true,
          cell: (hour) => arrow(hour.coverage, formatShare),
        },
        { id: 'state', title: t('chart.state'), minor: true, cell: (hour) => t(`state.${hour.state}`) },
      ]}
    />
  );
}

function Entry(props: { entry: ChangelogEntry; zones: Zone[]; format: SiteFormat }) {
  const { entry, format } = props;
  const runs = runsOf(entry);
  const names = (entry.zones ?? []).map((id) => props.zones.find((zone) => zone.id === id)?.name ?? id);
  const more = runs.length - RUNS_SHOWN;
  return (
    <li class="moved">
      <ul class="moved-runs">
        {runs.slice(0, RUNS_SHOWN).map((run) => (
          <RunLine key={run.startMs} run={run} format={format} />
        ))}
      </ul>
      <p class="small">{whyOf(entry, format)}</p>
      {names.length > 0 && <p class="small muted">{t('moved.zones', { n: names.length, names: some(names) })}</p>}
      {entry.hours.length > 0 && (
        <details class="numbers">
          <summary>{more > 0 ? t('moved.hoursMore', { n: more }) : t('moved.hours')}</summary>
          <HoursTable hours={entry.hours} format={format} />
        </details>
      )}
    </li>
  );
}

function awaitedText({ awaited }: Changelog, format: SiteFormat): string {
  const names = awaited.map((one) => one.gateway).filter((name) => name !== null);
  return t(names.length > 0 ? 'moved.awaited' : 'moved.awaitedUnnamed', {
    n: awaited.length,
    names: some(names),
    time: format.dateTime(Math.min(...awaited.map((one) => Date.parse(one.from)))),
  });
}

export function MovedSection(props: { site: Site; zone: Zone | undefined; period: ChosenPeriod; zones: Zone[] }) {
  const { site, zone, period } = props;
  const asked = useAsync<Changelog>(
    `changelog/${site.id}/${zone?.id ?? ''}/${period.fromMs}/${period.toMs}`,
    (signal) => ofSite(site.id).changelog({ ...period, zoneId: zone?.id }, signal),
  );
  const seen = changes.value;
  useEffect(() => {
    if (seen > 0) asked.reload();
  }, [seen]);
  const format = siteFormat(site.timezone);
  return (
    <Section title={t('moved.title')} asked={asked} height={24}>
      {(data) => (
        <div class="moved-list">
          {data.awaited.length > 0 && <Notice>{awaitedText(data, format)}</Notice>}
          {data.entries.length === 0 ? (
            <p class="muted">{t('moved.none')}</p>
          ) : (
            <ul class="moved-entries">
              {data.entries.map((entry) => (
                <Entry key={entry.id} entry={entry} zones={props.zones} format={format} />
              ))}
            </ul>
          )}
          {data.more && <p class="small muted">{t('moved.older')}</p>}
        </div>
      )}
    </Section>
  );
}
