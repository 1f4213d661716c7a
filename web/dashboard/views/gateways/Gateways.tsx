/** Which gateways hear, which do not, and what to do about those. */
import { useMemo, useState } from 'preact/hooks';
import type { LiveGateway } from '../../../../server/contract/live.ts';
import type { Gateway, Site } from '../../../../server/contract/model.ts';
import { formatAge, formatCount, formatDecimal, NONE } from '../../../lib/format.ts';
import { chosenFloor, FloorChoice } from '../../components/FloorChoice.tsx';
import { LinkState } from '../../components/LinkState.tsx';
import { PageHead } from '../../components/PageHead.tsx';
import { Empty, Fault, Loading, Notice, Skeleton } from '../../components/states.tsx';
import { type Column, Table } from '../../components/Table.tsx';
import { t } from '../../i18n/t.ts';
import { FloorMap } from '../../map/FloorMap.tsx';
import { isStale, snapshot } from '../../state/live.ts';
import { usePlan } from '../../state/plan.ts';
import { hrefTo, setParams } from '../../state/router.ts';
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
import { type Condition, conditionOf, gatewayLooks, sentenceOf } from './condition.ts';
import './gateways.css';

interface Row {
  gateway: Gateway;
  state: LiveGateway | undefined;
  condition: Condition;
  floorName: string;
}
/** What needs a ladder first. */
const URGENCY: Record<Condition, number> = { bad: 0, warn: 1, unknown: 2, ok: 3, off: 4 };

export default function Gateways({ site }: { site: Site }) {
  const plan = usePlan(site.id);
  const [hovered, setHovered] = useState<string>();
  const live = snapshot.value;
  const stale = isStale.value;
  const rows = useMemo<Row[]>(() => {
    const states = new Map(live?.gateways.map((state) => [state.id, state]) ?? []);
    const floorNames = new Map(plan.data?.floors.map((floor) => [floor.id, floor.name]) ?? []);
    return (plan.data?.gateways ?? []).map((gateway) => {
      const state = states.get(gateway.id);
      return {
        gateway,
        state,
        condition: conditionOf(gateway, state, stale),
        floorName: floorNames.get(gateway.floorId) ?? gateway.floorId,
      };
    });
  }, [plan.data, live, stale]);
  const floors = plan.data?.floors ?? [];
  const floor = chosenFloor(floors);
  const looks = useMemo(
    () =>
      gatewayLooks(
        (plan.data?.gateways ?? []).filter(({ floorId }) => floorId === floor?.id),
        live,
        stale,
        hovered,
      ),
    [plan.data, floor?.id, live, stale, hovered],
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

  if (plan.error !== undefined && plan.data === undefined) return <Fault error={plan.error} retry={plan.reload} />;
  const columns: Column<Row>[] = [
    {
      id: 'gateway',
      title: t('gateway.name'),
      sortBy: ({ gateway }) => gateway.name ?? gateway.id,
      cell: ({ gateway, floorName }) => (
        <span>
          <button
            type="button"
            class="link strong"
            aria-label={t('gateway.show', { name: gateway.name ?? gateway.id })}
            onClick={() => {
              setParams({ floor: gateway.floorId });
              setHovered(gateway.id);
            }}
          >
            {gateway.name ?? gateway.id}
          </button>
          <span class="muted small block">{floorName}</span>
        </span>
      ),
    },
    {
      id: 'condition',
      title: t('gateway.condition'),
      sortBy: ({ condition }) => URGENCY[condition],
      cell: ({ condition, state }) => (
        <span class="condition">
          <span class={`dot ${condition}`} aria-hidden="true" />
          <span>{sentenceOf(condition, state)}</span>
        </span>
      ),
    },
    {
      id: 'seen',
      title: t('gateway.seen'),
      numeric: true,
      sortBy: ({ state }) => state?.lastSeenMs ?? null,
      cell: ({ state }) =>
        state?.lastSeenMs == null || live === undefined
          ? NONE
          : t('gateway.ago', { age: formatAge(live.atMs - state.lastSeenMs) }),
    },
    {
      id: 'adverts',
      title: t('gateway.adverts'),
      numeric: true,
      minor: true,
      sortBy: ({ state }) => state?.advertsPerSecond ?? null,
      cell: ({ state }) => formatDecimal(state?.advertsPerSecond),
    },
    {
      id: 'clock',
      title: t('gateway.clock'),
      numeric: true,
      minor: true,
      sortBy: ({ state }) => (state?.clockOffsetMs == null ? null : Math.abs(state.clockOffsetMs)),
      cell: ({ state }) =>
        state?.clockOffsetMs == null ? NONE : t('gateway.seconds', { s: formatDecimal(state.clockOffsetMs / 1000) }),
    },
    {
      id: 'outbox',
      title: t('gateway.outbox'),
      numeric: true,
      minor: true,
      sortBy: ({ state }) => state?.outboxBatches ?? null,
      cell: ({ state }) => (
        <span title={state?.droppedBatches ? t('gateway.dropped', { n: state.droppedBatches }) : undefined}>
          {formatCount(state?.outboxBatches)}
          {state?.droppedBatches ? <span class="lost">−{formatCount(state.droppedBatches)}</span> : null}
        </span>
      ),
    },
    {
      id: 'version',
      title: t('gateway.version'),
      minor: true,
      sortBy: ({ state }) => state?.version ?? null,
      cell: ({ state }) => <span class="num">{state?.version ?? NONE}</span>,
    },
  ];
  const count = (condition: Condition) => rows.filter((row) => row.condition === condition).length;
  return (
    <>
      <PageHead title={t('nav.gateways')}>
        <span class="desktop-only">
          <LinkState />
        </span>
        {floor !== undefined && <AccuracySwitch />}
        {floor !== undefined && <FloorChoice floors={floors} floor={floor} />}
      </PageHead>
      <div class="stack">
        {stale && <Notice tone="warn">{t('gateway.stale')}</Notice>}
        {rows.length > 0 && live !== undefined && !stale && (
          <p class="lead">
            {count('bad') + count('warn') === 0
              ? t('gateway.allWell', { n: rows.length })
              : t('gateway.sum', { ok: count('ok'), warn: count('warn'), bad: count('bad'), all: rows.length })}
          </p>
        )}
        <CertificateLine site={site} floorId={floor?.id} />
        <div class="card gateway-plan">
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
                onGateway={(gateway) => setHovered(gateway.id)}
              />
            )}
          </div>
          {accuracyOn && floor !== undefined && (
            <>
              <AccuracyLegend map={accuracy.map} loading={accuracy.loading} />
              <AccuracyPanel accuracy={accuracy} />
            </>
          )}
        </div>
        <section class="card" aria-label={t('nav.gateways')}>
          {plan.data === undefined ? (
            <Loading />
          ) : rows.length === 0 ? (
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
          ) : (
            <Table
              caption={t('nav.gateways')}
              columns={columns}
              rows={rows}
              rowKey={({ gateway }) => gateway.id}
              rowClass={({ gateway }) => (gateway.id === hovered ? 'highlighted' : '')}
              initialSort={{ column: 'condition', descending: false }}
              onRowHover={(row) => row !== undefined && setHovered(row.gateway.id)}
            />
          )}
        </section>
      </div>
    </>
  );
}
