/** All gateways, the worst first, each with what is wrong in words and what to do next. */
import { useMemo, useState } from 'preact/hooks';
import type { Site } from '../../../../server/contract/model.ts';
import { formatAge, formatCount, formatDecimal, formatShare, NONE } from '../../../lib/format.ts';
import { chosenFloor, FloorChoice } from '../../components/FloorChoice.tsx';
import { LinkState } from '../../components/LinkState.tsx';
import { Empty, Fault, Loading, Notice, Skeleton } from '../../components/states.tsx';
import { type Column, Table } from '../../components/Table.tsx';
import { t } from '../../i18n/t.ts';
import { FloorMap } from '../../map/FloorMap.tsx';
import { snapshot } from '../../state/live.ts';
import { go, hrefTo, hrefWithin, param, setParams } from '../../state/router.ts';
import { allowedViews } from '../../state/session.ts';
import {
  AccuracyLegend,
  AccuracyPanel,
  AccuracySwitch,
  accuracyIsOn,
  accuracyWeight,
  showCell,
} from '../accuracy/AccuracyPanel.tsx';
import { useAccuracy } from '../accuracy/useAccuracy.ts';
import { CertificateLine } from '../audit/CertificateLine.tsx';
import { type Condition, gatewayLooks, sentenceOf, URGENCY } from './condition.ts';
import { type Known, sayFinding } from './findings.ts';
import { GatewaysHead } from './Gateways.tsx';
import { useAdverts } from './history.ts';
import { Spark } from './Spark.tsx';
import { type Row, useHealth } from './useHealth.ts';

const CONDITIONS = ['bad', 'warn', 'unknown', 'ok', 'off'] as const;
/** Who scrolls past these looks for one by its name. */
const ROWS_SHOWN = 25;

function Counts({ rows, chosen }: { rows: Row[]; chosen: Condition | undefined }) {
  const count = (condition: Condition) => rows.filter((row) => row.condition === condition).length;
  const chip = (condition: Condition | undefined, n: number) => (
    <button
      key={condition ?? 'all'}
      type="button"
      class="count-chip"
      aria-pressed={chosen === condition}
      onClick={() => setParams({ show: condition ?? null })}
    >
      <span class="count-chip-n num">{formatCount(n)}</span>
      <span class="count-chip-what">
        {condition !== undefined && <span class={`dot ${condition}`} aria-hidden="true" />}
        {t(`gateways.${condition ?? 'all'}`)}
      </span>
    </button>
  );
  return (
    <fieldset class="count-chips">
      <legend class="visually-hidden">{t('gateways.filter')}</legend>
      {chip(undefined, rows.length)}
      {CONDITIONS.filter((condition) => condition === 'bad' || condition === 'warn' || count(condition) > 0).map(
        (condition) => chip(condition, count(condition)),
      )}
    </fieldset>
  );
}

function State({ row, known }: { row: Row; known: Known }) {
  const said = row.gateway.enabled ? row.now.findings.map((finding) => sayFinding(finding, known)) : [];
  return (
    <span class="condition">
      <span class={`dot ${row.condition}`} aria-hidden="true" />
      <span class="said">
        {said.length === 0 ? (
          sentenceOf(row.condition, undefinedIfNothing(row))
        ) : (
          <>
            <span>
              {said[0]!.text}
              {said[0]!.since !== undefined && <span class="muted"> {said[0]!.since}</span>}
            </span>
            {row.condition !== 'ok' && <span class="muted small block">{said[0]!.todo}</span>}
            {said.slice(1).map(({ text, since }) => (
              <span key={text} class="small block also">
                {text} {since !== undefined && <span class="muted">{since}</span>}
              </span>
            ))}
          </>
        )}
      </span>
    </span>
  );
}
const undefinedIfNothing = ({ now }: Row) =>
  now.lastSeenMs === undefined ? undefined : { online: now.online ?? false, lastSeenMs: now.lastSeenMs };

function columnsOf(site: Site, known: Known, adverts: ReturnType<typeof useAdverts>): Column<Row>[] {
  const { nowMs } = known;
  return [
    {
      id: 'gateway',
      title: t('gateway.name'),
      sortBy: ({ name }) => name,
      cell: ({ gateway, name, floorName, now }) => (
        <span>
          <a
            class="plain-link strong"
            href={hrefWithin(site.id, 'gateways', [gateway.id])}
            aria-label={t('gateways.open', { name })}
          >
            {name}
          </a>
          <span class="muted small block">{floorName}</span>
          <span class="muted small phone-only">{seenOf(now, nowMs)}</span>
        </span>
      ),
    },
    {
      id: 'condition',
      title: t('gateway.condition'),
      sortBy: ({ condition, now }) => URGENCY[condition] - now.findings.length / 100,
      cell: (row) => <State row={row} known={known} />,
    },
    {
      id: 'seen',
      title: t('gateway.seen'),
      numeric: true,
      minor: true,
      sortBy: ({ now }) => now.lastSeenMs ?? null,
      cell: ({ now }) => seenOf(now, nowMs),
    },
    {
      id: 'adverts',
      title: t('gateways.adverts'),
      numeric: true,
      minor: true,
      sortBy: ({ now }) => now.advertsPerSecond ?? null,
      cell: ({ gateway, now }) => (
        <span class="with-spark">
          {formatDecimal(now.advertsPerSecond)}
          <Spark values={adverts?.get(gateway.id)} />
        </span>
      ),
    },
    {
      id: 'hears',
      title: t('gateways.hearing'),
      numeric: true,
      minor: true,
      sortBy: ({ now }) => now.heardShare ?? null,
      cell: ({ now }) => (
        <span title={t('gateways.hearingHint')}>
          {formatShare(now.heardShare)}
          {now.hearingChangeDb != null && Math.abs(now.hearingChangeDb) >= 1 && (
            <span class={`small block ${now.hearingChangeDb < -5 ? 'lost' : 'muted'}`}>
              {t('gateways.db', {
                db: `${now.hearingChangeDb > 0 ? '+' : '−'}${formatCount(Math.abs(now.hearingChangeDb))}`,
              })}
            </span>
          )}
        </span>
      ),
    },
    {
      id: 'clock',
      title: t('gateway.clock'),
      numeric: true,
      minor: true,
      sortBy: ({ now }) => (now.clockOffsetMs == null ? null : Math.abs(now.clockOffsetMs)),
      cell: ({ now }) =>
        now.clockOffsetMs == null ? NONE : t('gateway.seconds', { s: formatDecimal(now.clockOffsetMs / 1000) }),
    },
    {
      id: 'outbox',
      title: t('gateway.outbox'),
      numeric: true,
      minor: true,
      sortBy: ({ now }) => now.outboxBatches ?? null,
      cell: ({ now }) => (
        <span>
          {formatCount(now.outboxBatches)}
          {lostOf(now) > 0 && (
            <span class="lost small block">{t('gateways.lost', { n: formatCount(lostOf(now)) })}</span>
          )}
        </span>
      ),
    },
    {
      id: 'version',
      title: t('gateway.version'),
      minor: true,
      sortBy: ({ now }) => now.version ?? null,
      cell: ({ now }) => (
        <span>
          <span class="num">{now.version ?? NONE}</span>
          {now.newestVersion != null && now.version != null && now.newestVersion !== now.version && (
            <span class="small block behind">{t('gateways.behind', { version: now.newestVersion })}</span>
          )}
          {(now.config?.state === 'pending' || now.config?.state === 'refused') && (
            <span class={`small block config-${now.config.state}`}>{t(`gateways.config.${now.config.state}`)}</span>
          )}
        </span>
      ),
    },
  ];
}
const seenOf = (now: Row['now'], nowMs: number): string =>
  now.lastSeenMs == null ? NONE : t('gateway.ago', { age: formatAge(Math.max(0, nowMs - now.lastSeenMs)) });
const lostOf = (now: Row['now']): number => Math.max(now.lostBatches ?? 0, now.droppedBatches ?? 0);

export function HealthList({ site }: { site: Site }) {
  const { plan, health, rows, known, stale } = useHealth(site);
  const adverts = useAdverts(site.id);
  const [search, setSearch] = useState('');
  const [all, setAll] = useState(false);
  const shown = CONDITIONS.find((condition) => condition === param('show'));
  const words = search.trim().toLowerCase();
  const found = (rows ?? []).filter(
    ({ condition, name, gateway, floorName }) =>
      (shown === undefined || condition === shown) &&
      [name, gateway.id, floorName].some((text) => text.toLowerCase().includes(words)),
  );
  if (plan.error !== undefined && plan.data === undefined) return <Fault error={plan.error} retry={plan.reload} />;
  return (
    <>
      <GatewaysHead site={site} shown="health">
        <span class="desktop-only">
          <LinkState />
        </span>
      </GatewaysHead>
      <div class="stack">
        {stale && <Notice tone="warn">{t('gateway.stale')}</Notice>}
        {health.error !== undefined && <Notice tone="warn">{t('fault.old', { message: health.error.message })}</Notice>}
        {rows === undefined ? (
          <div class="card">
            <Loading />
          </div>
        ) : rows.length === 0 ? (
          <section class="card">
            <Empty
              icon="gateways"
              title={t('gateway.none')}
              action={
                allowedViews.value.includes('editor') && (
                  <a class="button primary" href={hrefTo(site.id, 'editor')}>
                    {t('gateway.toEditor')}
                  </a>
                )
              }
            >
              {t('gateway.noneHow')}
            </Empty>
          </section>
        ) : (
          <>
            <Counts rows={rows} chosen={shown} />
            <section class="card health" aria-label={t('nav.gateways')}>
              {rows.length > ROWS_SHOWN / 2 && (
                <div class="card-head">
                  <input
                    class="input search"
                    type="search"
                    placeholder={t('gateways.search')}
                    aria-label={t('gateways.search')}
                    value={search}
                    onInput={(event) => setSearch(event.currentTarget.value)}
                  />
                </div>
              )}
              {found.length === 0 ? (
                <p class="muted card-body">{t('gateways.none')}</p>
              ) : (
                <Table
                  caption={t('nav.gateways')}
                  columns={columnsOf(site, known, adverts)}
                  rows={found}
                  rowKey={({ gateway }) => gateway.id}
                  initialSort={{ column: 'condition', descending: false }}
                  {...(all ? {} : { limit: ROWS_SHOWN })}
                />
              )}
              {!all && found.length > ROWS_SHOWN && (
                <p class="card-foot">
                  <button type="button" class="button small" onClick={() => setAll(true)}>
                    {t('gateways.more', { n: found.length - ROWS_SHOWN })}
                  </button>
                </p>
              )}
            </section>
          </>
        )}
        <OnPlan site={site} plan={plan} stale={stale} />
      </div>
    </>
  );
}

function OnPlan({ site, plan, stale }: { site: Site } & Pick<ReturnType<typeof useHealth>, 'plan' | 'stale'>) {
  const live = snapshot.value;
  const floors = plan.data?.floors ?? [];
  const floor = chosenFloor(floors);
  const looks = useMemo(
    () =>
      gatewayLooks(
        (plan.data?.gateways ?? []).filter(({ floorId }) => floorId === floor?.id),
        live,
        stale,
      ),
    [plan.data, floor?.id, live, stale],
  );
  const zoneLooks = useMemo(
    () =>
      (plan.data?.zones ?? [])
        .filter((zone) => zone.floorId === floor?.id)
        .map((zone) => ({ zone, className: 'faded' })),
    [plan.data, floor?.id],
  );
  const accuracyOn = accuracyIsOn();
  const accuracy = useAccuracy(
    accuracyOn && floor !== undefined
      ? { siteId: site.id, floorId: floor.id, weight: accuracyWeight(), draft: undefined, moving: false }
      : undefined,
  );
  return (
    <section class="card gateway-plan" aria-label={t('gateways.plan')}>
      <div class="card-head">
        <h2>{t('gateways.plan')}</h2>
        {floor !== undefined && <AccuracySwitch />}
        {floor !== undefined && <FloorChoice floors={floors} floor={floor} />}
      </div>
      <div class="card-lead">
        <CertificateLine site={site} floorId={floor?.id} />
      </div>
      <div class={`gateway-map ${accuracyOn ? 'tall' : ''}`}>
        {plan.data === undefined ? (
          <Skeleton height="100%" />
        ) : floor === undefined ? (
          <Empty icon="layers" title={t('floor.none')}>
            {t('floor.noneHow')}
          </Empty>
        ) : (
          <FloorMap
            floor={floor}
            zones={zoneLooks}
            gateways={looks}
            accuracy={accuracyOn ? accuracy : undefined}
            onCell={showCell}
            label={t('map.label', { floor: floor.name })}
            onGateway={({ id }) => go(hrefWithin(site.id, 'gateways', [id]))}
          />
        )}
      </div>
      {accuracyOn && floor !== undefined && (
        <>
          <AccuracyLegend map={accuracy.map} loading={accuracy.loading} />
          <AccuracyPanel accuracy={accuracy} />
        </>
      )}
    </section>
  );
}
