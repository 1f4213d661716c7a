/** The walk under way: a large plan, one pin, one large button. */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Point, Site } from '../../../../server/contract/model.ts';
import { ApiError } from '../../../lib/api.ts';
import { siteFormat } from '../../../lib/format.ts';
import { chosenFloor, FloorChoice } from '../../components/FloorChoice.tsx';
import { Icon } from '../../components/Icon.tsx';
import { Notice } from '../../components/states.tsx';
import { t } from '../../i18n/t.ts';
import { FloorMap } from '../../map/FloorMap.tsx';
import type { FloorView } from '../../map/floorView.ts';
import { insideShape } from '../../map/geometry.ts';
import { Walking as WalkingOnMap } from '../../map/walking.ts';
import { ofSite } from '../../state/endpoints.ts';
import type { Plan } from '../../state/plan.ts';
import { Heard } from './Heard.tsx';
import { endWalk, flush, type PhoneWalk, sending, tapHere, undoTap, unsent, walkProblem } from './walkQueue.ts';

/** As many as a certificate of a zone needs. */
const TAPS_WANTED = 5;

export function Walking({
  site,
  plan,
  walk,
  onFinished,
  onDiscarded,
}: {
  site: Site;
  plan: Plan;
  walk: PhoneWalk;
  onFinished: () => void;
  onDiscarded: () => void;
}) {
  const floor = chosenFloor(plan.floors);
  const [pin, setPin] = useState<Point>();
  const [view, setView] = useState<FloorView>();
  const [finishing, setFinishing] = useState(false);
  const [fault, setFault] = useState<string>();
  const drawn = useRef<WalkingOnMap | undefined>(undefined);
  const zones = useMemo(
    () => plan.zones.filter((zone) => zone.floorId === floor?.id && zone.kind !== 'coupon'),
    [plan.zones, floor?.id],
  );
  const taps = walk.taps.filter((tap) => tap.floorId === floor?.id);
  const counts = new Map(
    zones.map((zone) => [zone.id, taps.filter((tap) => insideShape([tap.xM, tap.yM], zone.shape)).length]),
  );
  const done = zones.filter((zone) => counts.get(zone.id)! >= TAPS_WANTED);
  const untouched = zones.filter((zone) => counts.get(zone.id) === 0);
  const looks = useMemo(
    () => zones.map((zone) => ({ zone, className: counts.get(zone.id)! >= TAPS_WANTED ? 'walked' : 'faded' })),
    [zones, done.map(({ id }) => id).join()],
  );
  const figures = useMemo(
    () => new Map([...counts].map(([id, n]) => [id, `${n}/${TAPS_WANTED}`])),
    [[...counts.values()].join()],
  );
  const format = siteFormat(site.timezone);

  useEffect(() => {
    if (view === undefined) return undefined;
    const made = new WalkingOnMap(view, setPin);
    drawn.current = made;
    return () => {
      drawn.current = undefined;
      made.stop();
    };
  }, [view]);
  useEffect(() => setPin(undefined), [floor?.id]);
  useEffect(() => drawn.current?.setPin(pin), [view, pin]);
  useEffect(() => {
    drawn.current?.setTrail(
      taps.map((tap, at) => ({
        at: [tap.xM, tap.yM],
        look: tap.sent ? 'sent' : 'waiting',
        title: `${at + 1}. ${format.seconds(tap.atMs)}`,
      })),
    );
  }, [view, floor?.id, walk.taps]);

  if (floor === undefined) return <Notice tone="warn">{t('floor.none')}</Notice>;
  const here = () => {
    if (pin === undefined) return;
    const within = ([x, y]: Point): Point => [
      Math.min(floor.widthM, Math.max(0, x)),
      Math.min(floor.heightM, Math.max(0, y)),
    ];
    const [xM, yM] = within(pin);
    tapHere({ floorId: floor.id, xM: Math.round(xM * 100) / 100, yM: Math.round(yM * 100) / 100 }, Date.now());
    setPin(undefined);
    if ('vibrate' in navigator) navigator.vibrate(30);
  };
  const finish = async () => {
    setFinishing(true);
    setFault(undefined);
    try {
      if (!(await flush())) {
        setFault(t('audit.finishLater'));
        return;
      }
      await ofSite(site.id).finishAudit(walk.auditId);
      endWalk();
      onFinished();
    } catch (error) {
      setFault(
        error instanceof ApiError && error.status === 0
          ? t('audit.finishLater')
          : error instanceof ApiError
            ? error.message
            : String(error),
      );
    } finally {
      setFinishing(false);
    }
  };
  const discard = async () => {
    if (!confirm(t('audit.discardSure', { n: walk.taps.length }))) return;
    try {
      await ofSite(site.id).removeAudit(walk.auditId);
    } catch (error) {
      // One that is gone already is what was wanted.
      if (!(error instanceof ApiError && error.status === 404)) {
        setFault(error instanceof ApiError ? error.message : String(error));
        return;
      }
    }
    endWalk();
    onDiscarded();
  };
  const waiting = unsent();
  return (
    <div class="walking">
      <div class="walking-head">
        <Heard siteId={site.id} carrierId={walk.carrierId} />
        <FloorChoice floors={plan.floors} floor={floor} />
      </div>
      <div class="card walking-map">
        <FloorMap
          floor={floor}
          zones={looks}
          figures={figures}
          label={t('audit.mapLabel', { floor: floor.name })}
          onView={setView}
        >
          {pin === undefined && <p class="map-note small">{t('audit.tapWhere')}</p>}
        </FloorMap>
      </div>
      <p class="small walking-said" role="status">
        <span>
          <b class="num">{t('audit.taps', { n: walk.taps.length })}</b>,{' '}
          {untouched.length > 0 ? t('audit.notWalked', { n: untouched.length }) : t('audit.allWalked')}
        </span>
        {waiting > 0 && sending.value === 'waiting' && (
          <span class="badge warn">{t('audit.waiting', { n: waiting })}</span>
        )}
      </p>
      {walkProblem.value !== undefined && <Notice tone="bad">{t('fault.said', { message: walkProblem.value })}</Notice>}
      {fault !== undefined && <Notice tone="warn">{fault}</Notice>}
      <div class="walking-bar">
        <button
          type="button"
          class="button icon big"
          aria-label={t('audit.undo')}
          title={t('audit.undo')}
          disabled={walk.taps.length === 0}
          onClick={undoTap}
        >
          <Icon name="undo" size={22} />
        </button>
        <button type="button" class="button primary big here" disabled={pin === undefined} onClick={here}>
          <Icon name="audit" size={22} />
          {t('audit.here')}
        </button>
        <button
          type="button"
          class="button big"
          disabled={finishing || walk.taps.length === 0}
          onClick={() => void finish()}
        >
          {finishing ? t('audit.finishing') : t('audit.finish')}
        </button>
      </div>
      <details class="card walking-zones">
        <summary>{t('audit.progress', { done: done.length, all: zones.length })}</summary>
        <ul>
          {[...zones]
            .sort((a, b) => counts.get(a.id)! - counts.get(b.id)! || a.name.localeCompare(b.name))
            .map((zone) => (
              <li key={zone.id}>
                <span>{zone.name}</span>
                <span class={`badge ${counts.get(zone.id)! >= TAPS_WANTED ? 'good' : ''}`}>
                  {t('audit.ofTaps', { n: counts.get(zone.id)!, wanted: TAPS_WANTED })}
                </span>
              </li>
            ))}
        </ul>
        <button type="button" class="button danger" onClick={() => void discard()}>
          <Icon name="trash" size={16} />
          {t('audit.discard')}
        </button>
      </details>
    </div>
  );
}
