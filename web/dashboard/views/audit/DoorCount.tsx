/** A door counted by thumb: what carriers are weighed against. */

import { useState } from 'preact/hooks';
import type { Site, Zone } from '../../../../server/contract/model.ts';
import { ApiError } from '../../../lib/api.ts';
import { formatAge, siteFormat } from '../../../lib/format.ts';
import { Select } from '../../components/controls.tsx';
import { Icon } from '../../components/Icon.tsx';
import { Empty, Notice } from '../../components/states.tsx';
import { toast } from '../../components/toast.tsx';
import { t } from '../../i18n/t.ts';
import { nowMs, receivedMs, snapshot } from '../../state/live.ts';
import {
  counting,
  countProblem,
  type SavedCount,
  saveCount,
  savedCounts,
  setCounting,
  takeBack,
} from './countQueue.ts';

/** The server's clock is what counts are held against; the phone's may be wrong. */
const serverNow = (): number => {
  const live = snapshot.value;
  return live === undefined || receivedMs.value === undefined ? Date.now() : live.atMs + Date.now() - receivedMs.value;
};

export function DoorCount({ site, zones }: { site: Site; zones: Zone[] }) {
  const entrances = zones.filter((zone) => zone.kind === 'entrance');
  const [chosen, setChosen] = useState('');
  const zone = entrances.find(({ id }) => id === (counting.value?.zoneId ?? chosen)) ?? entrances[0];
  const names = new Map(zones.map(({ id, name }) => [id, name]));
  const format = siteFormat(site.timezone);
  if (zone === undefined)
    return (
      <section class="card">
        <Empty icon="people" title={t('door.none')}>
          {t('door.noneHow')}
        </Empty>
      </section>
    );
  const now = counting.value;
  const ins = now?.taps.filter((tap) => tap === 'in').length ?? 0;
  const outs = (now?.taps.length ?? 0) - ins;
  const tap = (what: 'in' | 'out') => {
    if (now === null) return;
    setCounting({ ...now, taps: [...now.taps, what] });
    if ('vibrate' in navigator) navigator.vibrate(20);
  };
  const back = async (count: SavedCount) => {
    try {
      await takeBack(count);
      toast(t('door.takenBack'));
    } catch (error) {
      toast(error instanceof ApiError ? error.message : String(error), true);
    }
  };
  return (
    <>
      <section class="card door" aria-label={t('door.title')}>
        <p class="lead">{t('door.lead')}</p>
        {now === null ? (
          <>
            <Select
              visibleLabel
              label={t('door.entrance')}
              value={zone.id}
              options={entrances.map(({ id, name }) => ({ value: id, label: name }))}
              onChange={setChosen}
            />
            <button
              type="button"
              class="button primary big"
              onClick={() => setCounting({ zoneId: zone.id, startedMs: serverNow(), taps: [] })}
            >
              {t('door.begin')}
            </button>
          </>
        ) : (
          <>
            <p class="door-said" role="status">
              {t('door.since', { zone: zone.name, age: nowMs.value > 0 ? formatAge(serverNow() - now.startedMs) : '' })}
            </p>
            <div class="door-buttons">
              <button type="button" class="button door-in" onClick={() => tap('in')}>
                <Icon name="down" size={30} />
                <span>{t('door.in')}</span>
                <b class="num">{ins}</b>
              </button>
              <button type="button" class="button door-out" onClick={() => tap('out')}>
                <Icon name="up" size={30} />
                <span>{t('door.out')}</span>
                <b class="num">{outs}</b>
              </button>
            </div>
            <div class="door-bar">
              <button
                type="button"
                class="button big"
                disabled={now.taps.length === 0}
                onClick={() => setCounting({ ...now, taps: now.taps.slice(0, -1) })}
              >
                <Icon name="undo" size={20} />
                {t('door.undo')}
              </button>
              <button type="button" class="button primary big" onClick={() => saveCount(serverNow())}>
                {t('door.save')}
              </button>
            </div>
            <button
              type="button"
              class="button quiet"
              onClick={() => {
                if (now.taps.length === 0 || confirm(t('door.discardSure'))) setCounting(null);
              }}
            >
              {t('door.discard')}
            </button>
          </>
        )}
        {countProblem.value !== undefined && (
          <Notice tone="bad">{t('fault.said', { message: countProblem.value })}</Notice>
        )}
      </section>
      {savedCounts.value.length > 0 && (
        <section class="card" aria-label={t('door.saved')}>
          <div class="card-head">
            <h2>{t('door.saved')}</h2>
          </div>
          <ul class="audit-past">
            {savedCounts.value.map((count) => (
              <li key={`${count.zoneId} ${count.fromMs}`}>
                <span>
                  {t('door.counted', { in: count.people, out: count.out })}
                  <span class="muted small block">
                    {names.get(count.zoneId) ?? count.zoneId}, {format.time(count.fromMs)}–{format.time(count.toMs)}{' '}
                    {count.id === null && <span class="badge warn">{t('door.waits')}</span>}
                  </span>
                </span>
                <button type="button" class="button small" onClick={() => void back(count)}>
                  <Icon name="undo" size={15} />
                  {t('door.takeBack')}
                </button>
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}
