/** Accounts and invitations. */
import { useState } from 'preact/hooks';
import type { Site } from '../../../../server/contract/model.ts';
import { ApiError } from '../../../lib/api.ts';
import { NONE, siteFormat } from '../../../lib/format.ts';
import { Field, IconButton } from '../../components/controls.tsx';
import { Dialog } from '../../components/Dialog.tsx';
import { Icon } from '../../components/Icon.tsx';
import { Fault, Loading, Notice } from '../../components/states.tsx';
import { Table } from '../../components/Table.tsx';
import { toast } from '../../components/toast.tsx';
import { t } from '../../i18n/t.ts';
import { type Account, access } from '../../state/endpoints.ts';
import { account as self } from '../../state/session.ts';
import { useAsync } from '../../state/useAsync.ts';
import { grantText, useGrant } from './grants.tsx';
import { Secret } from './Secret.tsx';

const absolute = (link: string): string => new URL(link, location.origin).href;

function Invite({ siteId, onClose }: { siteId: string; onClose: (changed: boolean) => void }) {
  const { grant, fields } = useGrant(siteId);
  const [link, setLink] = useState<string>();
  const [fault, setFault] = useState<ApiError>();
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    setFault(undefined);
    try {
      const name = String(form.get('name')).trim();
      const answer = await access.invite({
        email: String(form.get('email')).trim(),
        name: name === '' ? null : name,
        grants: [grant],
      });
      setLink(absolute(answer.link));
    } catch (error) {
      setFault(error instanceof ApiError ? error : new ApiError(0, 'page', String(error)));
    }
  };
  return (
    <Dialog title={t('people.invite')} onClose={() => onClose(link !== undefined)}>
      {link !== undefined ? (
        <>
          <Secret value={link} words={t('people.linkOnce')} />
          <div class="actions">
            <button type="button" class="button primary" onClick={() => onClose(true)}>
              {t('action.done')}
            </button>
          </div>
        </>
      ) : (
        <form class="form" onSubmit={submit}>
          <Field label={t('people.email')} fault={fault?.path?.includes('email') ? fault.message : undefined}>
            {(ids) => <input {...ids} class="input" type="email" name="email" required autocomplete="off" />}
          </Field>
          <Field label={t('people.name')}>
            {(ids) => <input {...ids} class="input" name="name" autocomplete="off" />}
          </Field>
          {fields}
          {fault !== undefined && !fault.path?.includes('email') && (
            <Notice tone="bad">{t('fault.said', { message: fault.message })}</Notice>
          )}
          <div class="actions">
            <button type="button" class="button" onClick={() => onClose(false)}>
              {t('action.cancel')}
            </button>
            <button type="submit" class="button primary">
              {t('people.makeLink')}
            </button>
          </div>
        </form>
      )}
    </Dialog>
  );
}

export function People({ site }: { site: Site }) {
  const asked = useAsync<Account[]>('accounts', (signal) => access.accounts(signal));
  const [inviting, setInviting] = useState(false);
  const [link, setLink] = useState<{ email: string; link: string }>();
  const format = siteFormat(site.timezone);
  const run = async (work: () => Promise<void>) => {
    try {
      await work();
    } catch (error) {
      toast(error instanceof ApiError ? error.message : String(error), true);
    }
  };
  return (
    <section class="card" aria-label={t('settings.people')}>
      {inviting && (
        <Invite
          siteId={site.id}
          onClose={(changed) => {
            setInviting(false);
            if (changed) asked.reload();
          }}
        />
      )}
      {link !== undefined && (
        <Dialog title={t('people.newLinkFor', { email: link.email })} onClose={() => setLink(undefined)}>
          <Secret value={link.link} words={t('people.linkOnce')} />
        </Dialog>
      )}
      <div class="card-head">
        <h2>{t('settings.people')}</h2>
        <button type="button" class="button small primary" onClick={() => setInviting(true)}>
          <Icon name="plus" size={15} />
          {t('people.invite')}
        </button>
      </div>
      {asked.error !== undefined && asked.data === undefined ? (
        <Fault error={asked.error} retry={asked.reload} />
      ) : asked.data === undefined ? (
        <Loading />
      ) : (
        <Table
          caption={t('settings.people')}
          rows={asked.data}
          rowKey={({ id }) => id}
          columns={[
            {
              id: 'who',
              title: t('people.who'),
              sortBy: ({ email }) => email,
              cell: ({ email, name }) => (
                <span>
                  <span class="strong">{name ?? email}</span>
                  {name !== null && <span class="muted small block">{email}</span>}
                </span>
              ),
            },
            { id: 'role', title: t('people.role'), cell: ({ grants }) => grantText(grants) },
            {
              id: 'last',
              title: t('people.lastSignIn'),
              minor: true,
              cell: ({ lastSignInMs, hasPassword }) =>
                lastSignInMs === null ? (
                  <span class="badge warn">{t(hasPassword ? 'people.never' : 'people.invited')}</span>
                ) : (
                  <span class="num">{format.dateTime(lastSignInMs) || NONE}</span>
                ),
            },
            {
              id: 'do',
              title: '',
              cell: (row) => (
                <span class="row end">
                  <button
                    type="button"
                    class="button small quiet"
                    onClick={() =>
                      void run(async () =>
                        setLink({ email: row.email, link: absolute((await access.newLink(row.id)).link) }),
                      )
                    }
                  >
                    {t('people.newLink')}
                  </button>
                  <IconButton
                    danger
                    icon="trash"
                    label={t('people.remove', { email: row.email })}
                    disabled={row.id === self.value?.id}
                    onClick={() => {
                      if (confirm(t('people.removeSure', { email: row.email })))
                        void run(async () => {
                          await access.removeAccount(row.id);
                          asked.reload();
                        });
                    }}
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
