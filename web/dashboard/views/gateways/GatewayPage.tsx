/** One gateway: what is wrong and what to do, what it measures beside what is usual, its week, its place, its settings. */
import { useMemo } from 'preact/hooks';
import type { GatewayQuarter } from '../../../../server/contract/gatewayHealth.ts';
import type { Site } from '../../../../server/contract/model.ts';
import {
  formatAge,
  formatCount,
  formatDecimal,
  formatDuration,
  formatShare,
  NONE,
  siteFormat,
} from '../../../lib/format.ts';
import { LinkState } from '../../components/LinkState.tsx';
import { PageHead } from '../../components/PageHead.tsx';
import { Empty, Fault, Loading, Notice, Skeleton } from '../../components/states.tsx';
import type { Key } from '../../i18n/dictionary.ts';
import { t } from '../../i18n/t.ts';
import { FloorMap } from '../../map/FloorMap.tsx';
import { ofSite } from '../../state/endpoints.ts';
import { siteNowMs, snapshot } from '../../state/live.ts';
import type { Plan } from '../../state/plan.ts';
import { hrefTo, hrefWithin } from '../../state/router.ts';
import { useAsync } from '../../state/useAsync.ts';
import { gatewayLooks } from './condition.ts';
import { Elsewhere } from './Elsewhere.tsx';
import { type Known, sayFinding } from './findings.ts';
import { slotsOf, useHistory } from './history.ts';
import { Line, rangeOf, scaleOf } from './Line.tsx';
import { OwnSettings } from './OwnSettings.tsx';
import { type Row, useHealth } from './useHealth.ts';

const MB = 1_000_000;
const DAY_MS = 86_400_000;
interface Course {
  key: Key;
  of: (quarter: GatewayQuarter) => number | null;
  from?: number;
  /** Less than this is a measure's own noise. */
  atLeast?: number;
  share?: boolean;
}
const COURSES: Course[] = [
  { key: 'history.adverts', of: ({ advertsPerSecond }) => advertsPerSecond, from: 0 },
  { key: 'history.coverage', of: ({ coverage }) => coverage, from: 0, atLeast: 1, share: true },
  { key: 'history.heard', of: ({ heardShare }) => heardShare, from: 0, atLeast: 1, share: true },
  { key: 'history.hearing', of: ({ hearingDb }) => hearingDb, atLeast: 12 },
  { key: 'history.weakest', of: ({ weakestDbm }) => weakestDbm, atLeast: 20 },
  { key: 'history.outbox', of: ({ outboxBatches }) => outboxBatches, from: 0, atLeast: 10 },
  { key: 'history.temperature', of: ({ temperatureC }) => temperatureC, atLeast: 20 },
];

export default function GatewayPage({ site, id }: { site: Site; id: string }) {
  const { plan, health, rows, known, stale } = useHealth(site);
  const fleet = useAsync(`fleet-of/${site.id}/${id}`, (signal) => fleetOf(site.id, id, signal));
  if (plan.error !== undefined && plan.data === undefined) return <Fault error={plan.error} retry={plan.reload} />;
  const row = rows?.find(({ gateway }) => gateway.id === id);
  const list = hrefWithin(site.id, 'gateways', []);
  if (rows === undefined || plan.data === undefined) return <Loading lines={6} />;
  if (row === undefined)
    return (
      <Empty
        icon="gateways"
        title={t('gateways.gone')}
        action={
          <a class="button" href={list}>
            {t('gateways.toList')}
          </a>
        }
      >
        {t('gateways.goneHow')}
      </Empty>
    );
  const reload = () => {
    plan.reload();
    health.reload();
  };
  const { elsewhere } = row.now;
  return (
    <>
      <PageHead title={row.name}>
        <span class="desktop-only">
          <LinkState />
        </span>
        <a class="button" href={list}>
          {t('gateways.toList')}
        </a>
      </PageHead>
      <div class="stack">
        {stale && <Notice tone="warn">{t('gateway.stale')}</Notice>}
        <Findings row={row} known={known} />
        {elsewhere != null && (
          <Elsewhere
            key={`${elsewhere.place.floorId}${elsewhere.sinceMs}`}
            site={site}
            plan={plan.data}
            gateway={row.gateway}
            elsewhere={elsewhere}
            onMoved={reload}
          />
        )}
        <Vitals row={row} known={known} />
        <Week site={site} id={id} />
        {elsewhere == null && <Place site={site} plan={plan.data} row={row} />}
        <OwnSettings
          key={JSON.stringify(row.gateway)}
          site={site}
          gateway={row.gateway}
          fleet={fleet.data ?? null}
          onSaved={reload}
        />
      </div>
    </>
  );
}

/** The fleet that it belongs to, where it is of another make; null where it is one of ours. */
async function fleetOf(siteId: string, gatewayId: string, signal: AbortSignal): Promise<string | null> {
  const site = ofSite(siteId);
  for (const { id, name } of await site.fleets(signal)) {
    const { gateways } = await site.fleetHealth(id, signal);
    if (gateways.some((one) => one.gatewayId === gatewayId)) return name;
  }
  return null;
}

function Findings({ row, known }: { row: Row; known: Known }) {
  const findings = row.gateway.enabled ? row.now.findings : [];
  return (
    <section class="card" aria-label={t('finding.title')}>
      <div class="card-head">
        <h2>{t('finding.title')}</h2>
      </div>
      {!row.gateway.enabled ? (
        <p class="card-body muted">{t('gateway.off')}</p>
      ) : findings.length === 0 ? (
        <p class="card-body">{t(row.condition === 'unknown' ? 'gateway.unknown' : 'finding.well')}</p>
      ) : (
        <ul class="findings">
          {findings.map((finding) => {
            const { text, since, todo } = sayFinding(finding, known);
            return (
              <li key={finding.code}>
                <span
                  class={`dot ${{ fault: 'bad', warning: 'warn', info: 'unknown' }[finding.severity]}`}
                  aria-hidden="true"
                />
                <div>
                  <p class="strong">
                    {text} {since !== undefined && <span class="muted">{since}</span>}
                  </p>
                  <p>{todo}</p>
                </div>
              </li>
            );
          })}
        </ul>
      )}
    </section>
  );
}

function Vitals({ row, known }: { row: Row; known: Known }) {
  const { now } = row;
  const ago = (atMs: number | null | undefined) =>
    atMs == null ? NONE : t('gateway.ago', { age: formatAge(Math.max(0, known.nowMs - atMs)) });
  const usual = (text: string) => (text === NONE ? undefined : t('gateways.usually', { value: text }));
  const db = (value: number | null | undefined) =>
    value == null ? NONE : t('gateways.db', { db: formatDecimal(value) });
  const vital = (key: Key, value: string, more?: string | undefined, hint?: Key) => (
    <div key={key} title={hint && t(hint)}>
      <dt>{t(key)}</dt>
      <dd class="num">{value}</dd>
      {more !== undefined && <dd class="muted small">{more}</dd>}
    </div>
  );
  const { box, program } = now;
  return (
    <section class="card" aria-label={t('vital.title')}>
      <div class="card-head">
        <h2>{t('vital.title')}</h2>
      </div>
      <dl class="vitals card-body">
        {vital('vital.seen', ago(now.lastSeenMs))}
        {vital('vital.adverts', formatDecimal(now.advertsPerSecond), usual(formatDecimal(now.usualAdvertsPerSecond)))}
        {vital(
          'vital.coverage',
          formatShare(now.coverageHour),
          t('vital.coverageOf', { day: formatShare(now.coverageDay) }),
        )}
        {vital('vital.heard', formatShare(now.heardShare), usual(formatShare(now.usualHeardShare)))}
        {vital(
          'vital.hearing',
          db(now.hearingDb),
          now.hearingChangeDb == null ? undefined : t('vital.change', { db: formatDecimal(now.hearingChangeDb) }),
          'vital.hearingHint',
        )}
        {vital(
          'vital.weakest',
          now.weakestDbm == null ? NONE : `${formatCount(now.weakestDbm)} dBm`,
          now.usualWeakestDbm == null ? undefined : usual(`${formatCount(now.usualWeakestDbm)} dBm`),
          'vital.weakestHint',
        )}
        {vital('vital.carrier', ago(now.lastCarrierMs))}
        {vital(
          'vital.clock',
          now.clockOffsetMs == null ? NONE : t('gateway.seconds', { s: formatDecimal(now.clockOffsetMs / 1_000) }),
          undefined,
          'vital.clockHint',
        )}
        {vital('vital.outbox', formatCount(now.outboxBatches))}
        {vital(
          'vital.lost',
          formatCount(now.lostBatches ?? now.droppedBatches),
          now.droppedBatches ? t('vital.lostSince', { n: now.droppedBatches }) : undefined,
        )}
        {vital(
          'vital.version',
          now.version ?? NONE,
          now.version == null || now.newestVersion == null
            ? undefined
            : now.newestVersion === now.version
              ? t('vital.newest')
              : t('gateways.behind', { version: now.newestVersion }),
        )}
        {vital('vital.config', t(`vital.config.${now.config?.state ?? 'unknown'}`), now.config?.why ?? undefined)}
        {now.uptimeSeconds != null && vital('vital.uptime', formatDuration(now.uptimeSeconds))}
        {now.scannerRestarts != null && vital('vital.restarts', formatCount(now.scannerRestarts))}
        {program != null &&
          vital(
            'vital.cpu',
            t('vital.cpuOf', {
              share: formatShare(program.cpuShare),
              memory: formatCount(program.memoryBytes / MB),
            }),
          )}
        {box?.temperatureC != null && vital('vital.temperature', `${formatCount(box.temperatureC)} °C`)}
        {box?.load != null && vital('vital.load', formatDecimal(box.load))}
        {box?.memoryFreeShare != null && vital('vital.memory', formatShare(box.memoryFreeShare))}
      </dl>
    </section>
  );
}

function Week({ site, id }: { site: Site; id: string }) {
  const history = useHistory(site.id, id);
  const nowMs = siteNowMs();
  const courses = (history ? COURSES : [])
    .map((course) => ({ ...course, values: slotsOf(history!, course.of, nowMs) }))
    .filter(({ values }) => rangeOf(values) !== undefined);
  const format = siteFormat(site.timezone);
  const written = (share: boolean | undefined) => (share ? formatShare : formatDecimal);
  return (
    <section class="card" aria-label={t('history.title')}>
      <div class="card-head">
        <h2>{t('history.title')}</h2>
      </div>
      <div class="card-body">
        {history === undefined ? (
          <Skeleton height={180} />
        ) : courses.length === 0 ? (
          <p class="muted">{t('history.none')}</p>
        ) : (
          <>
            <p class="muted small">{t('history.hint')}</p>
            <div class="courses">
              {courses.map(({ key, values, from, atLeast, share }) => {
                const { bottom, top } = scaleOf(rangeOf(values)!, { from, atLeast });
                return (
                  <figure key={key} class="course">
                    <figcaption>{t(key)}</figcaption>
                    <div class="course-line">
                      <span class="num small muted top">{written(share)(top)}</span>
                      <span class="num small muted bottom">{written(share)(bottom)}</span>
                      <Line values={values} what={t(key)} from={from} atLeast={atLeast} />
                    </div>
                    <div class="course-days small muted" aria-hidden="true">
                      {[7, 6, 5, 4, 3, 2, 1].map((ago) => (
                        <span key={ago}>{format.dayMonth(nowMs - ago * DAY_MS)}</span>
                      ))}
                    </div>
                  </figure>
                );
              })}
            </div>
          </>
        )}
      </div>
    </section>
  );
}

function Place({ site, plan, row }: { site: Site; plan: Plan; row: Row }) {
  const { gateway } = row;
  const floor = plan.floors.find(({ id }) => id === gateway.floorId);
  const live = snapshot.value;
  const looks = useMemo(
    () =>
      gatewayLooks(
        plan.gateways.filter(({ floorId }) => floorId === gateway.floorId),
        live,
        false,
        gateway.id,
      ),
    [plan, gateway, live],
  );
  const zones = useMemo(
    () => plan.zones.filter(({ floorId }) => floorId === gateway.floorId).map((zone) => ({ zone, className: 'faded' })),
    [plan, gateway.floorId],
  );
  if (floor === undefined) return null;
  return (
    <section class="card gateway-plan" aria-label={t('place.title')}>
      <div class="card-head">
        <h2>{t('place.title')}</h2>
        <a class="small" href={hrefTo(site.id, 'editor', { floor: floor.id })}>
          {t('place.edit')}
        </a>
      </div>
      <p class="muted small card-lead">
        {t('place.where', {
          floor: floor.name,
          xM: formatDecimal(gateway.xM),
          yM: formatDecimal(gateway.yM),
          zM: formatDecimal(gateway.zM),
        })}
      </p>
      <div class="gateway-map">
        <FloorMap floor={floor} zones={zones} gateways={looks} label={t('map.label', { floor: floor.name })} />
      </div>
    </section>
  );
}
