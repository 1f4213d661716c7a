/** Now: who is where, on the floor and by zone. */
import { useMemo, useState } from 'preact/hooks';
import type { Site, Zone } from '../../../../server/contract/model.ts';
import { formatCount, formatShare, siteFormat } from '../../../lib/format.ts';
import { Switch } from '../../components/controls.tsx';
import { chosenFloor, FloorChoice } from '../../components/FloorChoice.tsx';
import { LinkState } from '../../components/LinkState.tsx';
import { PageHead } from '../../components/PageHead.tsx';
import { Empty, Fault, Notice, Skeleton } from '../../components/states.tsx';
import { type Column, Table } from '../../components/Table.tsx';
import { t } from '../../i18n/t.ts';
import { FloorMap } from '../../map/FloorMap.tsx';
import { type HeatField, scaleTop } from '../../map/heatmapAdapter.ts';
import { ageMs, connection, heat, isStale, receivedMs, refusal, snapshot } from '../../state/live.ts';
import { usePlan } from '../../state/plan.ts';
import { hrefTo, param, setParams } from '../../state/router.ts';
import { allowedViews } from '../../state/session.ts';
import { gatewayLooks } from '../gateways/condition.ts';
import './live.css';

/** One person on forty square metres, in cells of four, is a shop with something going on: the scale does not end below. */
const HEAT_TOP_AT_LEAST = 0.1;

export default function Live({ site }: { site: Site }) {
  const plan = usePlan(site.id);
  const [hovered, setHovered] = useState<string>();
  const live = snapshot.value;
  const floors = plan.data?.floors ?? [];
  const floor = chosenFloor(floors);
  const heatShown = param('heat') !== 'off';
  const liveHeat = heat.value;

  const zones = useMemo(
    () => (plan.data?.zones ?? []).filter((zone) => zone.floorId === floor?.id),
    [plan.data, floor?.id],
  );
  const zoneLooks = useMemo(() => zones.map((zone) => ({ zone })), [zones]);
  const occupancy = useMemo(
    () => new Map(live?.zones.map(({ zoneId, occupancy: count }) => [zoneId, count]) ?? []),
    [live],
  );
  const figures = useMemo(() => {
    const shown = new Map<string, string>();
    for (const [zoneId, count] of occupancy) if (count !== null && count > 0) shown.set(zoneId, formatCount(count));
    return shown;
  }, [occupancy]);
  const field = useMemo<HeatField | null>(() => {
    const found = liveHeat?.floors.find(({ floorId }) => floorId === floor?.id);
    if (!heatShown || found === undefined) return null;
    return { cellM: found.cellM, cells: found.cells.map(([xM, yM, value]) => ({ xM, yM, value })) };
  }, [liveHeat, floor?.id, heatShown]);
  const tooFew = heatShown && liveHeat?.floors.find(({ floorId }) => floorId === floor?.id)?.tooFew === true;
  const gateways = useMemo(
    () =>
      gatewayLooks(
        (plan.data?.gateways ?? []).filter(({ floorId }) => floorId === floor?.id),
        live,
        isStale.value,
      ),
    [plan.data, floor?.id, live, isStale.value],
  );

  if (plan.error !== undefined && plan.data === undefined) return <Fault error={plan.error} retry={plan.reload} />;
  const max = Math.max(1, ...zones.map((zone) => occupancy.get(zone.id) ?? 0));
  const columns: Column<Zone>[] = [
    {
      id: 'zone',
      title: t('live.zone'),
      sortBy: (zone) => zone.name,
      cell: (zone) => (
        <span class="row zone-name">
          <i class={`swatch ${zone.kind}`} title={t(`kind.${zone.kind}`)} />
          <span class="strong">{zone.name}</span>
        </span>
      ),
    },
    {
      id: 'present',
      title: t('live.now'),
      numeric: true,
      sortBy: (zone) => occupancy.get(zone.id) ?? null,
      cell: (zone) => {
        const count = occupancy.get(zone.id);
        return (
          <span class="bar-cell">
            <span class="bar" aria-hidden="true">
              <i style={{ width: `${((count ?? 0) / max) * 100}%` }} />
            </span>
            <span class="figure" title={count === null ? t('live.fewWhy') : undefined}>
              {count === null ? t('live.few') : formatCount(count)}
            </span>
          </span>
        );
      },
    },
  ];
  const known = live?.gateways.length ?? 0;
  const online = live?.gateways.filter((gateway) => gateway.online).length ?? 0;
  const at = receivedMs.value;
  return (
    <>
      <PageHead title={t('nav.live')}>
        <span class="desktop-only">
          <LinkState />
        </span>
        {floor !== undefined && <FloorChoice floors={floors} floor={floor} />}
        <Switch label={t('live.heat')} checked={heatShown} onChange={(on) => setParams({ heat: on ? null : 'off' })} />
      </PageHead>
      <div class="live-page">
        {connection.value === 'refused' && <Notice tone="bad">{t('live.refused', { why: refusal.value })}</Notice>}
        {isStale.value && at !== undefined && (
          <Notice tone="warn">{t('live.stale', { time: siteFormat(site.timezone).seconds(at) })}</Notice>
        )}
        {live?.historyProgress !== null && live?.historyProgress !== undefined && (
          <div class="history card">
            <div class="side-row">
              <span>{t('live.history')}</span>
              <span class="num">{formatShare(live.historyProgress)}</span>
            </div>
            <progress aria-label={t('live.history')} max={1} value={live.historyProgress} />
          </div>
        )}
        <div class="live-grid">
          <div class={`card live-map ${isStale.value ? 'outdated' : ''}`}>
            {plan.data === undefined ? (
              <Skeleton height="100%" />
            ) : floor === undefined ? (
              <Empty
                icon="layers"
                title={t('floor.none')}
                action={
                  allowedViews.value.includes('editor') && (
                    <a class="button primary" href={hrefTo(site.id, 'editor')}>
                      {t('floor.toEditor')}
                    </a>
                  )
                }
              >
                {t('floor.noneHow')}
              </Empty>
            ) : (
              <FloorMap
                floor={floor}
                zones={zoneLooks}
                figures={figures}
                highlighted={hovered}
                gateways={gateways}
                heat={{ field, top: field === null ? 0 : Math.max(HEAT_TOP_AT_LEAST, scaleTop(field)) }}
                label={t('map.label', { floor: floor.name })}
              >
                {tooFew && <p class="map-note small">{t('live.tooFew')}</p>}
              </FloorMap>
            )}
          </div>
          <div class="live-side">
            <section class="card now" aria-label={t('live.nowTitle')}>
              <p class="now-label">{t('live.present')}</p>
              {live === undefined ? (
                <Skeleton height={44} width={110} />
              ) : (
                <p class={`now-figure num ${isStale.value ? 'outdated' : ''}`}>
                  {live.occupancy === null ? t('live.few') : formatCount(live.occupancy)}
                </p>
              )}
              <p class="muted small num">
                {live === undefined
                  ? t('live.waiting')
                  : t('live.at', { time: siteFormat(site.timezone).seconds(live.atMs), online, known })}
              </p>
            </section>
            <section class={`card zones ${isStale.value ? 'outdated' : ''}`} aria-label={t('live.byZone')}>
              <div class="card-head">
                <h2>{t('live.byZone')}</h2>
                {floor !== undefined && <span class="muted small">{floor.name}</span>}
              </div>
              {plan.data === undefined || (live === undefined && ageMs.value === undefined && zones.length > 0) ? (
                <div class="loading-lines">
                  {[1, 2, 3, 4, 5, 6].map((line) => (
                    <Skeleton key={line} height={22} />
                  ))}
                </div>
              ) : zones.length === 0 ? (
                <Empty icon="polygon" title={t('live.noZones')}>
                  {t('live.noZonesHow')}
                </Empty>
              ) : (
                <Table
                  caption={t('live.byZone')}
                  columns={columns}
                  rows={zones}
                  rowKey={(zone) => zone.id}
                  initialSort={{ column: 'present', descending: true }}
                  onRowHover={(zone) => setHovered(zone?.id)}
                />
              )}
            </section>
          </div>
        </div>
      </div>
    </>
  );
}
