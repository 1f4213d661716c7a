/** API tokens: told once, revocable. */
import { useState } from 'preact/hooks';
import type { Site } from '../../../../server/contract/model.ts';
import { ApiError } from '../../../lib/api.ts';
import { siteFormat } from '../../../lib/format.ts';
import { Field, IconButton } from '../../components/controls.tsx';
import { Dialog } from '../../components/Dialog.tsx';
import { Icon } from '../../components/Icon.tsx';
import { Empty, Fault, Loading, Notice } from '../../components/states.tsx';
import { Table } from '../../components/Table.tsx';
import { toast } from '../../components/toast.tsx';
import { t } from '../../i18n/t.ts';
import { type ApiToken, access } from '../../state/endpoints.ts';
import { useAsync } from '../../state/useAsync.ts';
import { grantText, useGrant } from './grants.tsx';
import { Secret } from './Secret.tsx';

function NewToken({ siteId, onClose }: { siteId: string; onClose: (changed: boolean) => void }) {
  const { grant, fields } = useGrant(siteId);
  const [secret, setSecret] = useState<string>();
  const [fault, setFault] = useState<string>();
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    setFault(undefined);
    try {
      const answer = await access.createToken({
        label: String(form.get('label')).trim(),
        grants: [grant],
        expires: null,
      });
      setSecret(answer.token);
    } catch (error) {
      setFault(error instanceof ApiError ? error.message : String(error));
    }
  };
  return (
    <Dialog title={t('token.new')} onClose={() => onClose(secret !== undefined)}>
      {secret !== undefined ? (
        <>
          <Secret value={secret} words={t('token.once')} />
          <div class="actions">
            <button type="button" class="button primary" onClick={() => onClose(true)}>
              {t('action.done')}
            </button>
          </div>
        </>
      ) : (
        <form class="form" onSubmit={submit}>
          <Field label={t('token.label')} hint={t('token.labelHint')}>
            {(ids) => <input {...ids} class="input" name="label" required maxLength={120} autocomplete="off" />}
          </Field>
          {fields}
          {fault !== undefined && <Notice tone="bad">{t('fault.said', { message: fault })}</Notice>}
          <div class="actions">
            <button type="button" class="button" onClick={() => onClose(false)}>
              {t('action.cancel')}
            </button>
            <button type="submit" class="button primary">
              {t('token.create')}
            </button>
          </div>
        </form>
      )}
    </Dialog>
  );
}

export function Tokens({ site }: { site: Site }) {
  const asked = useAsync<ApiToken[]>('tokens', (signal) => access.tokens(signal));
  const [making, setMaking] = useState(false);
  const format = siteFormat(site.timezone);
  const revoke = async (row: ApiToken) => {
    if (!confirm(t('token.revokeSure', { label: row.label }))) return;
    try {
      await access.revokeToken(row.id);
      asked.reload();
    } catch (error) {
      toast(error instanceof ApiError ? error.message : String(error), true);
    }
  };
  return (
    <section class="card" aria-label={t('settings.tokens')}>
      {making && (
        <NewToken
          siteId={site.id}
          onClose={(changed) => {
            setMaking(false);
            if (changed) asked.reload();
          }}
        />
      )}
      <div class="card-head">
        <h2>{t('settings.tokens')}</h2>
        <a class="small" href="/api/v1/openapi.json">
          {t('token.docs')}
        </a>
        <button type="button" class="button small primary" onClick={() => setMaking(true)}>
          <Icon name="plus" size={15} />
          {t('token.new')}
        </button>
      </div>
      {asked.error !== undefined && asked.data === undefined ? (
        <Fault error={asked.error} retry={asked.reload} />
      ) : asked.data === undefined ? (
        <Loading />
      ) : asked.data.length === 0 ? (
        <Empty icon="settings" title={t('token.none')}>
          {t('token.noneHow')}
        </Empty>
      ) : (
        <Table
          caption={t('settings.tokens')}
          rows={asked.data}
          rowKey={({ id }) => id}
          columns={[
            {
              id: 'label',
              title: t('token.label'),
              sortBy: ({ label }) => label,
              cell: ({ label }) => <span class="strong">{label}</span>,
            },
            { id: 'role', title: t('people.role'), cell: ({ grants }) => grantText(grants) },
            {
              id: 'made',
              title: t('token.made'),
              minor: true,
              cell: ({ createdMs }) => <span class="num">{format.date(createdMs)}</span>,
            },
            {
              id: 'used',
              title: t('token.used'),
              minor: true,
              cell: ({ lastUsedMs }) =>
                lastUsedMs == null ? t('people.never') : <span class="num">{format.dateTime(lastUsedMs)}</span>,
            },
            {
              id: 'do',
              title: '',
              cell: (row) => (
                <span class="row end">
                  <IconButton
                    danger
                    icon="trash"
                    label={t('token.revoke', { label: row.label })}
                    onClick={() => void revoke(row)}
                  />
                </span>
              ),
            },
          ]}
        />
      )}
    </section>
  );
}
