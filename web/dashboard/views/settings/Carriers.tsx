/** Registered beacons, and the code to print on their tags. */
import { useState } from 'preact/hooks';
import type { Carrier, Site } from '../../../../server/contract/model.ts';
import type { CarrierTag } from '../../../../server/contract/offers.ts';
import { ApiError } from '../../../lib/api.ts';
import { formatCount } from '../../../lib/format.ts';
import { Field, IconButton, Select } from '../../components/controls.tsx';
import { Dialog } from '../../components/Dialog.tsx';
import { Icon } from '../../components/Icon.tsx';
import { Empty, Fault, Loading, Notice } from '../../components/states.tsx';
import { Table } from '../../components/Table.tsx';
import { toast } from '../../components/toast.tsx';
import { t } from '../../i18n/t.ts';
import { ofSite } from '../../state/endpoints.ts';
import { useAsync } from '../../state/useAsync.ts';

const KINDS = ['shopper', 'tag', 'cart', 'staff', 'unknown'] as const;
/** More rows than this nobody reads; the search finds the others. */
const ROWS_SHOWN = 100;

function NewCarrier({ site, onClose }: { site: Site; onClose: (changed: boolean) => void }) {
  const [kind, setKind] = useState<Carrier['kind']>('tag');
  const [fault, setFault] = useState<ApiError>();
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    setFault(undefined);
    try {
      await ofSite(site.id).createCarriers([
        {
          kind,
          uuid: String(form.get('uuid')).trim(),
          major: Number(form.get('major')),
          minor: Number(form.get('minor')),
          calibratedPowerDbm: null,
          label: String(form.get('label')).trim() || null,
        },
      ]);
      onClose(true);
    } catch (error) {
      setFault(error instanceof ApiError ? error : new ApiError(0, 'page', String(error)));
    }
  };
  const number = (name: 'major' | 'minor') => (
    <Field label={t(`carrier.${name}`)} fault={fault?.path?.endsWith(name) ? fault.message : undefined}>
      {(ids) => (
        <input {...ids} class="input num" type="number" name={name} min={0} max={65535} defaultValue="0" required />
      )}
    </Field>
  );
  return (
    <Dialog title={t('carrier.new')} onClose={() => onClose(false)}>
      <form class="form" onSubmit={submit}>
        <Field
          label={t('carrier.uuid')}
          hint={t('carrier.uuidHint')}
          fault={fault?.path?.endsWith('uuid') ? fault.message : undefined}
        >
          {(ids) => (
            <input
              {...ids}
              class="input"
              name="uuid"
              list="site-uuids"
              required
              autocomplete="off"
              defaultValue={site.uuids[0] ?? ''}
            />
          )}
        </Field>
        <datalist id="site-uuids">
          {site.uuids.map((uuid) => (
            <option key={uuid} value={uuid} />
          ))}
        </datalist>
        <div class="form-row">
          {number('major')}
          {number('minor')}
          <Select
            visibleLabel
            label={t('carrier.kind')}
            value={kind}
            options={KINDS.map((value) => ({ value, label: t(`carrierKind.${value}`) }))}
            onChange={setKind}
          />
        </div>
        <Field label={t('carrier.label')}>
          {(ids) => <input {...ids} class="input" name="label" maxLength={120} autocomplete="off" />}
        </Field>
        {fault !== undefined && !/(uuid|major|minor)$/.test(fault.path ?? '') && (
          <Notice tone="bad">{t('fault.said', { message: fault.message })}</Notice>
        )}
        <div class="actions">
          <button type="button" class="button" onClick={() => onClose(false)}>
            {t('action.cancel')}
          </button>
          <button type="submit" class="button primary">
            {t('carrier.register')}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

function Tag({ tag, carrier, onClose }: { tag: CarrierTag; carrier: Carrier; onClose: () => void }) {
  return (
    <Dialog title={t('carrier.tagTitle')} onClose={onClose}>
      <div class="tag-sheet">
        <img src={`data:image/svg+xml,${encodeURIComponent(tag.svg)}`} alt={t('carrier.tagAlt', { code: tag.code })} />
        <p class="code num">{tag.code}</p>
        <p class="muted small">{carrier.label ?? carrier.id}</p>
      </div>
      <div class="actions">
        <button type="button" class="button primary" onClick={() => print()}>
          <Icon name="print" size={16} />
          {t('action.print')}
        </button>
      </div>
    </Dialog>
  );
}

export function Carriers({ site }: { site: Site }) {
  const asked = useAsync<Carrier[]>(`carriers/${site.id}`, (signal) => ofSite(site.id).carriers(signal));
  const [search, setSearch] = useState('');
  const [making, setMaking] = useState(false);
  const [tag, setTag] = useState<{ tag: CarrierTag; carrier: Carrier }>();
  const words = search.trim().toLowerCase();
  const found = (asked.data ?? []).filter((carrier) =>
    [
      carrier.id,
      carrier.label ?? '',
      carrier.uuid,
      `${carrier.major}/${carrier.minor}`,
      t(`carrierKind.${carrier.kind}`),
    ].some((text) => text.toLowerCase().includes(words)),
  );
  const run = async (work: () => Promise<void>) => {
    try {
      await work();
    } catch (error) {
      toast(error instanceof ApiError ? error.message : String(error), true);
    }
  };
  return (
    <section class="card" aria-label={t('settings.carriers')}>
      {making && (
        <NewCarrier
          site={site}
          onClose={(changed) => {
            setMaking(false);
            if (changed) asked.reload();
          }}
        />
      )}
      {tag !== undefined && <Tag {...tag} onClose={() => setTag(undefined)} />}
      <div class="card-head">
        <h2>{t('settings.carriers')}</h2>
        <input
          class="input search"
          type="search"
          placeholder={t('carrier.search')}
          aria-label={t('carrier.search')}
          value={search}
          onInput={(event) => setSearch(event.currentTarget.value)}
        />
        <button type="button" class="button small primary" onClick={() => setMaking(true)}>
          <Icon name="plus" size={15} />
          {t('carrier.new')}
        </button>
      </div>
      {asked.error !== undefined && asked.data === undefined ? (
        <Fault error={asked.error} retry={asked.reload} />
      ) : asked.data === undefined ? (
        <Loading />
      ) : asked.data.length === 0 ? (
        <Empty icon="people" title={t('carrier.none')}>
          {t('carrier.noneHow')}
        </Empty>
      ) : (
        <>
          <Table
            caption={t('settings.carriers')}
            rows={found}
            limit={ROWS_SHOWN}
            rowKey={({ id }) => id}
            columns={[
              {
                id: 'label',
                title: t('carrier.label'),
                sortBy: ({ label, id }) => label ?? id,
                cell: ({ label, id }) => <span class="strong">{label ?? id}</span>,
              },
              {
                id: 'kind',
                title: t('carrier.kind'),
                sortBy: ({ kind }) => kind,
                cell: ({ kind }) => t(`carrierKind.${kind}`),
              },
              {
                id: 'uuid',
                title: t('carrier.uuid'),
                minor: true,
                cell: ({ uuid }) => <span class="num small">{uuid}</span>,
              },
              {
                id: 'beacon',
                title: t('carrier.beacon'),
                numeric: true,
                sortBy: ({ major, minor }) => major * 65_536 + minor,
                cell: ({ major, minor }) => `${major} / ${minor}`,
              },
              {
                id: 'do',
                title: '',
                cell: (carrier) => (
                  <span class="row end">
                    <IconButton
                      icon="print"
                      label={t('carrier.printTag', { label: carrier.label ?? carrier.id })}
                      onClick={() =>
                        void run(async () => setTag({ carrier, tag: await ofSite(site.id).tag(carrier.id) }))
                      }
                    />
                    <IconButton
                      danger
                      icon="trash"
                      label={t('carrier.remove', { label: carrier.label ?? carrier.id })}
                      onClick={() => {
                        if (confirm(t('carrier.removeSure', { label: carrier.label ?? carrier.id })))
                          void run(async () => {
                            await ofSite(site.id).removeCarrier(carrier.id);
                            asked.reload();
                          });
                      }}
                    />
                  </span>
                ),
              },
            ]}
          />
          <p class="muted small card-lead">
            {found.length > ROWS_SHOWN
              ? t('carrier.shown', { n: ROWS_SHOWN, all: formatCount(found.length) })
              : t('carrier.count', { n: found.length })}
          </p>
        </>
      )}
    </section>
  );
}
