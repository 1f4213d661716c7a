/** Orders as a file: what was taken, what was known, and what was refused with the line and the reason. */

import { useState } from 'preact/hooks';
import type { Site } from '../../../../server/contract/model.ts';
import type { OrdersFileTaken } from '../../../../server/contract/orders.ts';
import { ApiError } from '../../../lib/api.ts';
import { formatCount } from '../../../lib/format.ts';
import { Icon } from '../../components/Icon.tsx';
import { Fault, Notice } from '../../components/states.tsx';
import { Table } from '../../components/Table.tsx';
import { t } from '../../i18n/t.ts';
import { ofSite } from '../../state/endpoints.ts';
import { ownTenant } from '../../state/session.ts';

const HEADER = 'order,at,amount';
const EXAMPLE = 'R-1042,2026-11-21T10:32:00+01:00,18.90';

export default function Orders({ site }: { site: Site }) {
  const own = ownTenant.value;
  const [busy, setBusy] = useState<string>();
  const [fault, setFault] = useState<ApiError>();
  const [taken, setTaken] = useState<OrdersFileTaken & { file: string }>();
  const send = async (file: File | undefined) => {
    if (file === undefined) return;
    setFault(undefined);
    setTaken(undefined);
    setBusy(file.name);
    try {
      const answer = await ofSite(site.id).importOrders(file);
      setTaken({ ...answer, file: file.name });
    } catch (error) {
      setFault(error instanceof ApiError ? error : new ApiError(0, 'page', String(error)));
    } finally {
      setBusy(undefined);
    }
  };
  return (
    <>
      <section class="card" aria-label={t('orders.title')}>
        <div class="card-head">
          <h2>{t('orders.title')}</h2>
        </div>
        <div class="card-body form">
          <p class="lead">{t('orders.lead')}</p>
          <label
            class="drop"
            onDragOver={(event) => event.preventDefault()}
            onDrop={(event) => {
              event.preventDefault();
              void send(event.dataTransfer?.files[0]);
            }}
          >
            <Icon name="layers" size={22} />
            <b>{t('orders.choose')}</b>
            <span class="muted small">{t('orders.format')}</span>
            <input
              class="visually-hidden"
              type="file"
              accept=".csv,text/csv"
              aria-label={t('orders.choose')}
              disabled={busy !== undefined}
              onChange={(event) => {
                const input = event.currentTarget;
                void send(input.files?.[0]).then(() => {
                  input.value = '';
                });
              }}
            />
          </label>
          <details class="small">
            <summary>{t('orders.columns')}</summary>
            <pre class="sample">{own === null ? `${HEADER},tenant\n${EXAMPLE},bakery-7` : `${HEADER}\n${EXAMPLE}`}</pre>
            <p class="muted">{t('orders.columnsHow', { currency: site.currency })}</p>
            {own === null && <p class="muted">{t('orders.columnTenant')}</p>}
          </details>
          {busy !== undefined && (
            <div class="running" role="status">
              <progress aria-label={t('orders.sending', { file: busy })} />
              <p class="muted small">{t('orders.sending', { file: busy })}</p>
            </div>
          )}
          {fault !== undefined && <Fault error={fault} title={t('orders.failed')} />}
        </div>
      </section>
      {taken !== undefined && (
        <section class="card" aria-label={t('orders.result')}>
          <div class="card-head">
            <h2>{taken.file}</h2>
          </div>
          <div class="card-body stack-s">
            {!taken.complete && (
              <Notice tone="warn">
                {t('orders.broke', { lines: formatCount(taken.lines), why: taken.stopped ?? '' })}
              </Notice>
            )}
            <dl class="mini-figures">
              {(['taken', 'known', 'refused'] as const).map((name) => (
                <div key={name} class={name === 'refused' && taken.refused > 0 ? 'bad' : ''}>
                  <dt>{t(`orders.${name}`)}</dt>
                  <dd class="num">{formatCount(taken[name])}</dd>
                </div>
              ))}
            </dl>
            {taken.faults.length > 0 && (
              <Table
                caption={t('orders.faults')}
                rows={taken.faults.map((one, index) => ({ ...one, key: String(index) }))}
                rowKey={({ key }) => key}
                columns={[
                  { id: 'line', title: t('orders.line'), numeric: true, cell: ({ at }) => formatCount(at) },
                  { id: 'order', title: t('orders.order'), minor: true, cell: ({ order }) => order ?? '–' },
                  { id: 'field', title: t('orders.field'), cell: ({ field }) => field },
                  { id: 'why', title: t('decision.reason'), cell: ({ message }) => message },
                ]}
              />
            )}
            {taken.faults.length < taken.refused && (
              <p class="muted small">{t('orders.firstFaults', { n: taken.faults.length })}</p>
            )}
          </div>
        </section>
      )}
    </>
  );
}
