/** Before the walk: which tag is in the hand, whether it works, and walks that are still open. */
import { useState } from 'preact/hooks';
import type { WalkAudit } from '../../../../server/contract/calibration.ts';
import type { Site } from '../../../../server/contract/model.ts';
import { ApiError } from '../../../lib/api.ts';
import { siteFormat } from '../../../lib/format.ts';
import { Field, Select } from '../../components/controls.tsx';
import { Empty, Fault, Loading } from '../../components/states.tsx';
import { toast } from '../../components/toast.tsx';
import { t } from '../../i18n/t.ts';
import { ofSite } from '../../state/endpoints.ts';
import { useAsync } from '../../state/useAsync.ts';
import { Heard } from './Heard.tsx';
import { readKept, writeKept } from './kept.ts';
import { beginWalk, freshId } from './walkQueue.ts';

/** Beyond so many one finds the own by typing. */
const SEARCH_FROM = 8;

export function Start({ site, open, onChange }: { site: Site; open: WalkAudit[]; onChange: () => void }) {
  const lastKey = `promenade.carrier.${site.id}`;
  const [search, setSearch] = useState('');
  const [chosen, setChosen] = useState(() => readKept<string>(lastKey) ?? '');
  const [busy, setBusy] = useState(false);
  const asked = useAsync(`audit-carriers/${site.id}/${search}`, (signal) =>
    ofSite(site.id).auditCarriers(search, signal),
  );
  const carriers = asked.data ?? [];
  const carrier = carriers.find(({ id }) => id === chosen) ?? carriers[0];
  const format = siteFormat(site.timezone);

  const run = async (work: () => Promise<void>) => {
    setBusy(true);
    try {
      await work();
    } catch (error) {
      toast(error instanceof ApiError ? error.message : String(error), true);
    } finally {
      setBusy(false);
    }
  };
  const begin = () =>
    run(async () => {
      if (carrier === undefined) return;
      writeKept(lastKey, carrier.id);
      const begun = await ofSite(site.id).beginAudit({ id: freshId('w'), carrierId: carrier.id, clockMs: Date.now() });
      beginWalk({ siteId: site.id, auditId: begun.id, carrierId: carrier.id, carrierLabel: carrier.label, taps: [] });
    });
  const goOn = ({ id }: WalkAudit) =>
    run(async () => {
      const { waypoints, carrierId, carrierLabel } = await ofSite(site.id).audit(id);
      const taps = waypoints.map(({ id, floorId, xM, yM, at }) => ({
        id,
        floorId,
        xM,
        yM,
        atMs: Date.parse(at),
        sent: true,
      }));
      beginWalk({ siteId: site.id, auditId: id, carrierId, carrierLabel, taps });
    });

  return (
    <section class="card audit-start" aria-label={t('audit.start')}>
      <h2>{t('audit.start')}</h2>
      <p class="lead">{t('audit.lead')}</p>
      {asked.error !== undefined && asked.data === undefined ? (
        <Fault error={asked.error} retry={asked.reload} />
      ) : asked.data === undefined ? (
        <Loading lines={2} />
      ) : carriers.length === 0 && search === '' ? (
        <Empty icon="audit" title={t('audit.noCarriers')}>
          {t('audit.noCarriersHow')}
        </Empty>
      ) : (
        <div class="form">
          {(carriers.length >= SEARCH_FROM || search !== '') && (
            <Field label={t('audit.search')}>
              {(ids) => (
                <input
                  {...ids}
                  class="input"
                  type="search"
                  value={search}
                  onInput={(event) => setSearch(event.currentTarget.value)}
                />
              )}
            </Field>
          )}
          {carriers.length === 0 ? (
            <p class="muted">{t('audit.noSuchCarrier')}</p>
          ) : (
            <Select
              visibleLabel
              label={t('audit.carrier')}
              value={carrier?.id ?? ''}
              options={carriers.map(({ id, label, kind }) => ({
                value: id,
                label: `${label ?? id} (${t(`carrierKind.${kind}`)})`,
              }))}
              onChange={setChosen}
            />
          )}
          {carrier !== undefined && <Heard siteId={site.id} carrierId={carrier.id} />}
          <button
            type="button"
            class="button primary big"
            disabled={busy || carrier === undefined}
            onClick={() => void begin()}
          >
            {t('audit.begin')}
          </button>
        </div>
      )}
      {open.length > 0 && (
        <div class="audit-open">
          <h3>{t('audit.openOnes')}</h3>
          <ul>
            {open.map((one) => (
              <li key={one.id}>
                <span>
                  {one.carrierLabel ?? one.carrierId}
                  <span class="muted small block">
                    {one.by}, {format.dateTime(Date.parse(one.started))}, {t('audit.taps', { n: one.taps })}
                  </span>
                </span>
                <span class="row">
                  <button type="button" class="button" disabled={busy} onClick={() => void goOn(one)}>
                    {t('audit.goOn')}
                  </button>
                  <button
                    type="button"
                    class="button danger"
                    disabled={busy}
                    onClick={() =>
                      void run(async () => {
                        await ofSite(site.id).removeAudit(one.id);
                        onChange();
                      })
                    }
                  >
                    {t('action.remove')}
                  </button>
                </span>
              </li>
            ))}
          </ul>
        </div>
      )}
    </section>
  );
}
