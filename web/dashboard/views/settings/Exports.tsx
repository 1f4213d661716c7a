/** Figures as Parquet files: asked for, made in the background, downloaded; and the dashboard for Grafana. */
import { useEffect } from 'preact/hooks';
import type { ExportJob } from '../../../../server/contract/exports.ts';
import type { Site } from '../../../../server/contract/model.ts';
import { formatBytes, formatCount, siteFormat } from '../../../lib/format.ts';
import { IconButton } from '../../components/controls.tsx';
import { Icon } from '../../components/Icon.tsx';
import { Empty, Fault, Loading } from '../../components/states.tsx';
import { toast } from '../../components/toast.tsx';
import { t } from '../../i18n/t.ts';
import { messageOf } from '../../state/asApiError.ts';
import { ofSite } from '../../state/endpoints.ts';
import { useAsync } from '../../state/useAsync.ts';
import { ExportForm } from './ExportForm.tsx';
import './exports.css';

const WORKING_EVERY_MS = 1_000;
const IDLE_EVERY_MS = 30_000;
const TONES: Record<ExportJob['state'], string> = { waiting: '', running: 'warn', done: 'good', failed: 'bad' };

export function Exports({ site }: { site: Site }) {
  const asked = useAsync<ExportJob[]>(`exports/${site.id}`, (signal) => ofSite(site.id).exports(signal));
  const made = asked.data ?? [];
  const working = made.some(({ state }) => state === 'waiting' || state === 'running');
  useEffect(() => {
    const timer = setInterval(asked.reload, working ? WORKING_EVERY_MS : IDLE_EVERY_MS);
    return () => clearInterval(timer);
  }, [asked.reload, working]);
  const remove = async (job: ExportJob, name: string) => {
    if (!confirm(t('export.removeSure', { name }))) return;
    try {
      await ofSite(site.id).removeExport(job.id);
    } catch (error) {
      toast(messageOf(error), true);
    }
    asked.reload();
  };
  return (
    <>
      <ExportForm site={site} onMade={asked.reload} />
      <section class="card" aria-label={t('export.made')}>
        <div class="card-head">
          <h2>{t('export.made')}</h2>
        </div>
        {asked.error !== undefined && asked.data === undefined ? (
          <Fault error={asked.error} retry={asked.reload} />
        ) : asked.data === undefined ? (
          <Loading />
        ) : made.length === 0 ? (
          <Empty icon="download" title={t('export.empty')}>
            {t('export.emptyHow')}
          </Empty>
        ) : (
          <>
            <p class="muted small card-body export-kept">{t('export.kept')}</p>
            <ul class="exports">
              {made.map((job) => (
                <Made key={job.id} site={site} job={job} onRemove={(name) => void remove(job, name)} />
              ))}
            </ul>
          </>
        )}
      </section>
      <section class="card" aria-label={t('grafana.title')}>
        <div class="card-head">
          <h2>{t('grafana.title')}</h2>
          <a class="button small" href="/api/v1/grafana.json" download="promenade-grafana.json">
            <Icon name="download" size={15} />
            {t('grafana.download')}
          </a>
        </div>
        <p class="muted small card-body">{t('grafana.lead')}</p>
      </section>
    </>
  );
}

function Made({ site, job, onRemove }: { site: Site; job: ExportJob; onRemove: (name: string) => void }) {
  const format = siteFormat(site.timezone);
  const fromMs = Date.parse(job.from);
  // The end is the first moment after it.
  const lastMs = Date.parse(job.to) - 1;
  const days = [format.date(fromMs), format.date(lastMs)];
  const name = days[0] === days[1] ? days[0]! : days.join(' – ');
  const bytes = job.files.reduce((sum, file) => sum + file.bytes, 0);
  return (
    <li>
      <div class="export-head">
        <b>{name}</b>
        <span class={`badge ${TONES[job.state]}`}>{t(`export.state.${job.state}`)}</span>
        <IconButton danger icon="trash" label={t('export.remove', { name })} onClick={() => onRemove(name)} />
      </div>
      <p class="muted small">
        {t(`interval.${job.interval}`)} · {job.tables.map((table) => t(`export.table.${table}`)).join(', ')}
      </p>
      {job.state === 'running' && (
        <div class="running">
          <progress
            max={Math.max(1, job.filesTotal)}
            value={job.filesDone}
            aria-label={`${t('export.state.running')}: ${name}`}
          />
          <span class="muted small" role="status">
            {t('export.progress', { done: job.filesDone, total: job.filesTotal })}, {t('export.rows', { n: job.rows })}
          </span>
        </div>
      )}
      {job.problem !== null && <p class="failing small">{t('fault.said', { message: job.problem })}</p>}
      {job.state === 'done' && (
        <details class="export-files">
          <summary>
            {t('export.files', { n: job.files.length })}, {t('export.rows', { n: job.rows })}, {formatBytes(bytes)}
          </summary>
          <Files site={site} job={job} />
        </details>
      )}
      {job.state === 'done' && job.files.length > 0 && (
        <p>
          <a
            class="link export-file"
            href={ofSite(site.id).exportArchiveUrl(job.id)}
            download
            aria-label={t('export.archiveOf', { name })}
          >
            <Icon name="download" size={15} />
            {t('export.archive')}
          </a>
        </p>
      )}
      <p class="muted small">
        {t('export.createdAt', { when: format.dateTime(Date.parse(job.createdAt)) })}
        {job.state === 'done' && `, ${t('export.until', { when: format.dateTime(Date.parse(job.expiresAt)) })}`}
      </p>
    </li>
  );
}

function Files({ site, job }: { site: Site; job: ExportJob }) {
  const hrefOf = (file: string) => ofSite(site.id).exportFileUrl(job.id, file);
  return (
    <div class="table-frame">
      <table class="table">
        <thead>
          <tr>
            <th scope="col">{t('export.file')}</th>
            <th scope="col" class="numeric">
              {t('export.rowsHead')}
            </th>
            <th scope="col" class="numeric">
              {t('export.size')}
            </th>
          </tr>
        </thead>
        <tbody>
          {job.files.map((file) => (
            <tr key={file.name}>
              <td>
                <a class="link export-file" href={hrefOf(file.name)} download={file.name}>
                  <Icon name="download" size={15} />
                  {file.name}
                </a>
              </td>
              <td class="numeric num">{formatCount(file.rows)}</td>
              <td class="numeric num">{formatBytes(file.bytes)}</td>
            </tr>
          ))}
          <tr>
            <td colSpan={3}>
              <a class="link export-file" href={hrefOf('manifest.json')} download="manifest.json">
                <Icon name="download" size={15} />
                {t('export.manifest')}
              </a>
            </td>
          </tr>
        </tbody>
      </table>
    </div>
  );
}
