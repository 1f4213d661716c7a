/** Which figures, of which days, in which steps. A refusal stands at its field. */
import { useId, useState } from 'preact/hooks';
import { EXPORT_TABLES, type ExportTable } from '../../../../server/contract/exports.ts';
import { INTERVALS, type Interval } from '../../../../server/contract/metrics.ts';
import type { Site } from '../../../../server/contract/model.ts';
import { ApiError } from '../../../lib/api.ts';
import { localDate } from '../../../lib/zonedTime.ts';
import { Segmented } from '../../components/controls.tsx';
import { PeriodPicker } from '../../components/PeriodPicker.tsx';
import { Notice } from '../../components/states.tsx';
import { toast } from '../../components/toast.tsx';
import { t } from '../../i18n/t.ts';
import { asApiError } from '../../state/asApiError.ts';
import { ofSite } from '../../state/endpoints.ts';
import { siteNowMs } from '../../state/live.ts';
import { chosenPeriod } from '../../state/period.ts';

type Part = 'period' | 'interval' | 'tables';
const PARTS: Record<string, Part> = { from: 'period', to: 'period', interval: 'interval', tables: 'tables' };
const partOf = (fault: ApiError | undefined): Part | undefined =>
  PARTS[fault?.path?.replace(/^(body|query)\./, '').split('.')[0] ?? ''];

export function ExportForm({ site, onMade }: { site: Site; onMade: () => void }) {
  const [nowMs] = useState(siteNowMs);
  const period = chosenPeriod(nowMs, site);
  const [interval, setInterval] = useState<Interval>('hour');
  const [tables, setTables] = useState<readonly ExportTable[]>(EXPORT_TABLES);
  const [fault, setFault] = useState<ApiError>();
  const [busy, setBusy] = useState(false);
  const ids = useId();
  const every = tables.length === EXPORT_TABLES.length;
  const said = (part: Part, hint: string) => {
    const wrong = fault !== undefined && partOf(fault) === part;
    return (
      <span id={`${ids}-${part}`} class={wrong ? 'fault' : 'hint'} role={wrong ? 'alert' : undefined}>
        {wrong ? fault.message : hint}
      </span>
    );
  };
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (site.clock === 'wall' && period.firstDate >= localDate(siteNowMs(), site.timezone)) {
      setFault(new ApiError(400, 'page', t('export.notOver'), 'body.from'));
      return;
    }
    setFault(undefined);
    setBusy(true);
    try {
      await ofSite(site.id).createExport({ fromMs: period.fromMs, toMs: period.toMs, interval, tables: [...tables] });
      toast(t('export.asked'));
    } catch (error) {
      setFault(asApiError(error));
    } finally {
      setBusy(false);
      onMade();
    }
  };
  return (
    <section class="card" aria-label={t('export.new')}>
      <div class="card-head">
        <h2>{t('export.new')}</h2>
      </div>
      <form class="card-body form export-form" onSubmit={submit}>
        <p class="lead">{t('export.lead')}</p>
        <div class="export-when">
          <div class="field">
            <span class="label" aria-hidden="true">
              {t('period.label')}
            </span>
            <PeriodPicker period={period} site={site} nowMs={nowMs} />
            {said('period', t('export.periodHint'))}
          </div>
          <div class="field">
            <span class="label" aria-hidden="true">
              {t('export.interval')}
            </span>
            <div>
              <Segmented
                label={t('export.interval')}
                value={interval}
                options={INTERVALS.map((value) => ({ value, label: t(`interval.${value}`) }))}
                onChange={setInterval}
              />
            </div>
            {said('interval', t('export.intervalHint'))}
          </div>
        </div>
        <fieldset class="field checks" aria-describedby={`${ids}-tables`}>
          <legend class="label">{t('export.tables')}</legend>
          <div class="export-tables">
            {EXPORT_TABLES.map((table) => (
              <label key={table} class="check">
                <input
                  type="checkbox"
                  checked={tables.includes(table)}
                  aria-describedby={`${ids}-${table}`}
                  aria-label={t(`export.table.${table}`)}
                  onChange={(event) => {
                    const on = event.currentTarget.checked;
                    setTables(EXPORT_TABLES.filter((one) => (one === table ? on : tables.includes(one))));
                  }}
                />
                <span>
                  <b>{t(`export.table.${table}`)}</b>
                  <span id={`${ids}-${table}`} class="muted small block">
                    {t(`export.what.${table}`)}
                  </span>
                </span>
              </label>
            ))}
          </div>
          {said('tables', '')}
        </fieldset>
        {fault !== undefined && partOf(fault) === undefined && (
          <Notice tone="bad">{t('fault.said', { message: fault.message })}</Notice>
        )}
        <div class="actions">
          <button type="button" class="button quiet all" onClick={() => setTables(every ? [] : EXPORT_TABLES)}>
            {t(every ? 'export.none' : 'export.all')}
          </button>
          <button type="submit" class="button primary" disabled={busy || tables.length === 0}>
            {t('export.make')}
          </button>
        </div>
      </form>
    </section>
  );
}
