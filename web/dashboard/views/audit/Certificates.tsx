/** What is certified, zone by zone, in a table and on the plan; and the walks behind it. */
import { useMemo, useState } from 'preact/hooks';
import type { Certificate, WalkAudit } from '../../../../server/contract/calibration.ts';
import type { Site } from '../../../../server/contract/model.ts';
import { ApiError } from '../../../lib/api.ts';
import { formatShare, siteFormat } from '../../../lib/format.ts';
import { IconButton } from '../../components/controls.tsx';
import { chosenFloor, FloorChoice } from '../../components/FloorChoice.tsx';
import { Empty } from '../../components/states.tsx';
import { type Column, Table } from '../../components/Table.tsx';
import { toast } from '../../components/toast.tsx';
import { t } from '../../i18n/t.ts';
import { FloorMap } from '../../map/FloorMap.tsx';
import { ofSite } from '../../state/endpoints.ts';
import type { Plan } from '../../state/plan.ts';
import { gradeOf, metres, reasonsText, toneOf } from './words.ts';

/** Worst first: what needs another look. */
const URGENCY = { poor: 0, stale: 1, fair: 2, thin: 3, good: 4 } as const;

export function Certificates({ site, plan, certificates }: { site: Site; plan: Plan; certificates: Certificate[] }) {
  const floor = chosenFloor(plan.floors);
  const [hovered, setHovered] = useState<string>();
  const ofZones = certificates.filter((one) => one.zoneId !== null && one.floorId === floor?.id);
  const ofFloor = certificates.find((one) => one.zoneId === null && one.floorId === floor?.id);
  const names = new Map(plan.zones.map((zone) => [zone.id, zone.name]));
  const nameOf = (zoneId: string | null): string =>
    zoneId === null ? t('audit.noZone') : (names.get(zoneId) ?? zoneId);
  const byZone = useMemo(() => new Map(ofZones.map((one) => [one.zoneId, one])), [certificates, floor?.id]);
  const looks = useMemo(
    () =>
      plan.zones
        .filter((zone) => zone.floorId === floor?.id && zone.kind !== 'coupon')
        .map((zone) => {
          const found = byZone.get(zone.id);
          return found === undefined
            ? { zone, className: 'uncertified' }
            : {
                zone,
                className: `certified-${gradeOf(found)}`,
                title: `${zone.name}: ${t(`audit.grade.${gradeOf(found)}`)}`,
              };
        }),
    [plan.zones, floor?.id, byZone],
  );
  const figures = useMemo(
    () => new Map([...byZone].flatMap(([id, one]) => (id === null ? [] : [[id, metres(one.medianM)] as const]))),
    [byZone],
  );
  const format = siteFormat(site.timezone);
  if (floor === undefined) return null;

  const stateOf = (one: Certificate) => (
    <span>
      <span class={`badge ${toneOf[gradeOf(one)]}`}>{t(`audit.grade.${gradeOf(one)}`)}</span>
      {one.reasons.length > 0 && <span class="muted small block">{reasonsText(one.reasons, site.timezone)}</span>}
    </span>
  );
  const columns: Column<Certificate>[] = [
    {
      id: 'zone',
      title: t('audit.zone'),
      sortBy: ({ zoneId }) => nameOf(zoneId),
      cell: (one) => (
        <span>
          <span class="strong">{nameOf(one.zoneId)}</span>
          <span class="muted small block">
            {t(one.enough ? 'audit.taps' : 'audit.fewTaps', { n: one.taps })}, {format.dayMonth(Date.parse(one.at))}
            <span class="desktop-only">{one.by === null ? '' : `, ${one.by}`}</span>
          </span>
          <span class="phone-only">{stateOf(one)}</span>
        </span>
      ),
    },
    {
      id: 'median',
      title: t('audit.median'),
      numeric: true,
      sortBy: ({ medianM }) => medianM,
      cell: ({ medianM }) => <span class="nowrap">{metres(medianM)}</span>,
    },
    {
      id: 'p90',
      title: t('audit.p90'),
      numeric: true,
      sortBy: ({ p90M }) => p90M,
      cell: ({ p90M }) => <span class="nowrap">{metres(p90M)}</span>,
    },
    {
      id: 'hits',
      title: t('audit.hits'),
      numeric: true,
      sortBy: ({ hitRate }) => hitRate,
      cell: ({ hitRate, elsewhere }) => (
        <span title={elsewhere.map(({ zoneId, taps }) => `${nameOf(zoneId)}: ${taps}`).join('; ')}>
          {formatShare(hitRate)}
          {elsewhere[0] !== undefined && (
            <span class="muted small block">{t('audit.elseIn', { zone: nameOf(elsewhere[0].zoneId) })}</span>
          )}
        </span>
      ),
    },
    {
      id: 'state',
      title: t('audit.state'),
      sortBy: (one) => URGENCY[gradeOf(one)],
      minor: true,
      cell: stateOf,
    },
  ];
  return (
    <section class="card" aria-label={t('audit.certificates')}>
      <div class="card-head">
        <h2>{t('audit.certificates')}</h2>
        <FloorChoice floors={plan.floors} floor={floor} />
      </div>
      {ofFloor === undefined ? (
        <Empty icon="audit" title={t('audit.none')}>
          {t('audit.noneHow')}
        </Empty>
      ) : (
        <>
          <p class="card-body lead">
            {t('audit.floorSaid', {
              n: ofFloor.taps,
              median: metres(ofFloor.medianM),
              p90: metres(ofFloor.p90M),
              floorShare: formatShare(ofFloor.hitRate),
              stated: formatShare(ofFloor.withinStated),
            })}
          </p>
          <div class="audit-map">
            <FloorMap
              floor={floor}
              zones={looks}
              figures={figures}
              highlighted={hovered}
              label={t('audit.certifiedMap', { floor: floor.name })}
            />
          </div>
          <Table
            caption={t('audit.certificates')}
            columns={columns}
            rows={ofZones}
            rowKey={({ zoneId }) => String(zoneId)}
            initialSort={{ column: 'state', descending: false }}
            onRowHover={(row) => setHovered(row?.zoneId ?? undefined)}
          />
        </>
      )}
    </section>
  );
}

export function PastWalks({ site, audits, onChange }: { site: Site; audits: WalkAudit[]; onChange: () => void }) {
  const format = siteFormat(site.timezone);
  if (audits.length === 0) return null;
  const remove = async (one: WalkAudit) => {
    if (!confirm(t('audit.removeSure', { day: format.dateTime(Date.parse(one.started)) }))) return;
    try {
      await ofSite(site.id).removeAudit(one.id);
      onChange();
    } catch (error) {
      toast(error instanceof ApiError ? error.message : String(error), true);
    }
  };
  return (
    <section class="card" aria-label={t('audit.past')}>
      <div class="card-head">
        <h2>{t('audit.past')}</h2>
      </div>
      <ul class="audit-past">
        {audits.map((one) => (
          <li key={one.id}>
            <span>
              {format.dateTime(Date.parse(one.started))}
              <span class="muted small block">
                {one.by}, {one.carrierLabel ?? one.carrierId}, {t('audit.taps', { n: one.taps })}
              </span>
            </span>
            <IconButton
              icon="trash"
              danger
              label={t('audit.remove', { day: format.dateTime(Date.parse(one.started)) })}
              onClick={() => void remove(one)}
            />
          </li>
        ))}
      </ul>
    </section>
  );
}
