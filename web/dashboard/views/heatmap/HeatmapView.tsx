/** Where people were in a period: all of it, or played hour by hour. */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Heatmap } from '../../../../server/contract/metrics.ts';
import type { Site } from '../../../../server/contract/model.ts';
import { formatCompact, formatCount, formatDecimal, formatShare, NONE, siteFormat } from '../../../lib/format.ts';
import { Segmented } from '../../components/controls.tsx';
import { chosenFloor, FloorChoice } from '../../components/FloorChoice.tsx';
import { Icon } from '../../components/Icon.tsx';
import { PageHead } from '../../components/PageHead.tsx';
import { PeriodPicker } from '../../components/PeriodPicker.tsx';
import { Empty, Fault, Skeleton } from '../../components/states.tsx';
import { t } from '../../i18n/t.ts';
import { FloorMap } from '../../map/FloorMap.tsx';
import { heatStops, scaleTop } from '../../map/heatmapAdapter.ts';
import { ofSite } from '../../state/endpoints.ts';
import { siteNowMs } from '../../state/live.ts';
import { chosenPeriod } from '../../state/period.ts';
import { usePlan } from '../../state/plan.ts';
import { param, setParams } from '../../state/router.ts';
import { dark } from '../../state/theme.ts';
import { useAsync } from '../../state/useAsync.ts';
import { CertificateLine } from '../audit/CertificateLine.tsx';
import './heatmap.css';

const HOUR_MS = 3_600_000;
/** Long enough to see a frame, short enough that a day takes twenty seconds. */
const FRAME_MS = 800;
const EMPTY_FRAME_MS = 200;
/** An hour's answer is some kilobytes; a month of hours fits in memory many times. */
const FRAMES_KEPT = 200;
const CELLS = ['1', '2', '5'] as const;

const scaleNumber = (value: number): string => (value >= 100 ? formatCompact(value) : formatDecimal(value));

export default function HeatmapView({ site }: { site: Site }) {
  const plan = usePlan(site.id);
  const [nowMs] = useState(siteNowMs);
  const floors = plan.data?.floors ?? [];
  const floor = chosenFloor(floors);
  const period = chosenPeriod(nowMs, site);
  const measure = param('measure') === 'carriers' ? 'carriers' : 'dwell';
  const cell = CELLS.find((size) => size === param('cell')) ?? '1';
  const byHour = param('at') !== null;
  const hours = Math.max(1, Math.ceil((Math.min(period.toMs, nowMs) - period.fromMs) / HOUR_MS));
  const hour = Math.max(0, Math.min(hours - 1, Number(param('at') ?? 0) || 0));
  const [playing, setPlaying] = useState(false);

  const frames = useRef(new Map<string, Heatmap>());
  const asked = {
    floorId: floor?.id ?? '',
    cellM: Number(cell),
    measure,
    fromMs: byHour ? period.fromMs + hour * HOUR_MS : period.fromMs,
    toMs: byHour ? period.fromMs + (hour + 1) * HOUR_MS : period.toMs,
  } as const;
  const scaleKey = `${site.id}/${asked.floorId}/${measure}/${cell}/${byHour}`;
  const key = `${scaleKey}/${asked.fromMs}/${asked.toMs}`;
  const answer = useAsync<Heatmap>(floor === undefined ? null : key, async (signal) => {
    const kept = frames.current.get(key);
    if (kept !== undefined) return kept;
    const found = await ofSite(site.id).heatmap(asked, signal);
    if (byHour) {
      frames.current.set(key, found);
      if (frames.current.size > FRAMES_KEPT) frames.current.delete(frames.current.keys().next().value!);
    }
    return found;
  });
  const shown = answer.data;

  // One scale for all hours, so that a pale hour is a quiet hour.
  const tops = useRef(new Map<string, number>());
  const top = useMemo(() => {
    if (shown === undefined) return 0;
    const own = scaleTop(shown);
    if (!byHour) return own;
    const highest = Math.max(own, tops.current.get(scaleKey) ?? 0);
    tops.current.set(scaleKey, highest);
    return highest;
  }, [shown, scaleKey, byHour]);

  const settled = !answer.loading && !answer.outdated;
  const isEmpty = shown !== undefined && shown.cells.length === 0;
  useEffect(() => {
    if (!playing || !settled) return;
    const timer = setTimeout(
      () => {
        if (hour + 1 >= hours) setPlaying(false);
        else setParams({ at: String(hour + 1) });
      },
      isEmpty ? EMPTY_FRAME_MS : FRAME_MS,
    );
    return () => clearTimeout(timer);
  }, [playing, settled, hour, hours, isEmpty]);

  const zoneLooks = useMemo(
    () => (plan.data?.zones ?? []).filter((zone) => zone.floorId === floor?.id).map((zone) => ({ zone })),
    [plan.data, floor?.id],
  );
  const format = siteFormat(site.timezone);
  if (plan.error !== undefined && plan.data === undefined) return <Fault error={plan.error} retry={plan.reload} />;

  const noData = shown !== undefined && shown.coverage === 0 ? t('heat.noData') : undefined;
  const nobody = shown !== undefined && noData === undefined && isEmpty;
  const unit = shown?.unit === 'carriers' ? t('heat.unitCarriers') : t('heat.unitDwell');
  const stops = Object.entries(heatStops(dark.value))
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([at, colour]) => `${colour} ${Number(at) * 100}%`)
    .join(', ');
  return (
    <>
      <PageHead title={t('nav.heatmap')}>
        <PeriodPicker period={period} site={site} nowMs={nowMs} />
        {floor !== undefined && <FloorChoice floors={floors} floor={floor} />}
        <Segmented
          label={t('heat.measure')}
          value={measure}
          options={[
            { value: 'dwell', label: t('heat.dwell') },
            { value: 'carriers', label: t('heat.carriers') },
          ]}
          onChange={(value) => setParams({ measure: value === 'dwell' ? null : value })}
        />
        <Segmented
          label={t('heat.cell')}
          value={cell}
          options={CELLS.map((size) => ({ value: size, label: t('heat.cellSize', { m: size }) }))}
          onChange={(value) => setParams({ cell: value === '1' ? null : value })}
        />
      </PageHead>
      <div class="stack">
        <CertificateLine site={site} floorId={floor?.id} />
        <div class="card heat-card">
          <div class={`heat-map ${answer.outdated && !byHour ? 'outdated' : ''}`}>
            {plan.data === undefined ? (
              <Skeleton height="100%" />
            ) : floor === undefined ? (
              <Empty icon="layers" title={t('floor.none')}>
                {t('floor.noneHow')}
              </Empty>
            ) : answer.error !== undefined ? (
              <Fault error={answer.error} retry={answer.reload} />
            ) : (
              <FloorMap
                floor={floor}
                zones={zoneLooks}
                heat={{ field: shown ?? null, top }}
                label={t('map.label', { floor: floor.name })}
                noData={noData}
              >
                {nobody && settled && (
                  <div class="map-no-data">
                    <p>{t('heat.nobody')}</p>
                  </div>
                )}
                {answer.loading && !byHour && (
                  <div class="map-busy" role="status">
                    {t('state.loading')}
                  </div>
                )}
              </FloorMap>
            )}
          </div>
          <div class="heat-foot">
            <div class="legend">
              <span class="legend-bar" style={{ background: `linear-gradient(90deg, ${stops})` }} aria-hidden="true" />
              <span class="legend-scale num">
                {top > 0 ? (
                  <>
                    <span>0</span>
                    <span>{scaleNumber(top / 2)}</span>
                    <span>{t('heat.atLeast', { value: scaleNumber(top) })}</span>
                  </>
                ) : (
                  <span>{NONE}</span>
                )}
              </span>
              <span class="muted small">{unit}</span>
            </div>
            <p class="small heat-said">
              {shown !== undefined && (
                <>
                  <span class="badge">{t('coverage.is', { share: formatShare(shown.coverage) })}</span>{' '}
                  <span class={`badge ${shown.state === 'final' ? '' : 'warn'}`}>{t(`state.${shown.state}`)}</span>{' '}
                  {shown.suppressedCells > 0 && (
                    <span class="muted">{t('heat.suppressed', { n: shown.suppressedCells })}</span>
                  )}
                </>
              )}
            </p>
          </div>
          <div class="player">
            <Segmented
              label={t('heat.mode')}
              value={byHour ? 'hour' : 'all'}
              options={[
                { value: 'all', label: t('heat.whole') },
                { value: 'hour', label: t('heat.byHour') },
              ]}
              onChange={(mode) => {
                setPlaying(false);
                setParams({ at: mode === 'hour' ? '0' : null });
              }}
            />
            <button
              type="button"
              class="button icon"
              aria-label={t(playing ? 'heat.pause' : 'heat.play')}
              onClick={() => {
                if (!playing && (!byHour || hour + 1 >= hours)) setParams({ at: '0' });
                setPlaying(!playing);
              }}
            >
              <Icon name={playing ? 'pause' : 'play'} size={17} />
            </button>
            <input
              type="range"
              class="range"
              min={0}
              max={hours - 1}
              value={hour}
              disabled={!byHour}
              aria-label={t('heat.slider')}
              aria-valuetext={format.dateTime(asked.fromMs)}
              onInput={(event) => {
                setPlaying(false);
                setParams({ at: event.currentTarget.value });
              }}
            />
            <output class="num player-time">
              {byHour
                ? `${format.weekdayDate(asked.fromMs)}, ${format.time(asked.fromMs)}–${format.time(asked.toMs)}`
                : period.days === 1
                  ? format.weekdayDate(period.fromMs)
                  : `${format.dayMonth(period.fromMs)} – ${format.dayMonth(period.toMs - 1)}`}
            </output>
          </div>
        </div>
        {shown !== undefined && shown.cells.length > 0 && floor !== undefined && (
          <p class="lead">
            {t(measure === 'dwell' ? 'heat.sentenceDwell' : 'heat.sentenceCarriers', {
              floor: floor.name,
              cells: formatCount(shown.cells.length),
              max: formatCount(shown.max),
            })}
          </p>
        )}
      </div>
    </>
  );
}
