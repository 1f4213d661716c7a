/** A fleet is made or changed: make, topics, clock, names of its beacons. A refusal stands at its field. */
import { useState } from 'preact/hooks';
import type { Fleet, FleetBody, FleetFormat } from '../../../../server/contract/fleets.ts';
import type { Site } from '../../../../server/contract/model.ts';
import type { ApiError } from '../../../lib/api.ts';
import { Field, Select } from '../../components/controls.tsx';
import { Dialog } from '../../components/Dialog.tsx';
import { Notice } from '../../components/states.tsx';
import { toast } from '../../components/toast.tsx';
import { t } from '../../i18n/t.ts';
import { asApiError } from '../../state/asApiError.ts';
import { ofSite } from '../../state/endpoints.ts';
import { Aliases } from './Aliases.tsx';
import { aliasesOf, rowsFault, rowsOf } from './aliases.ts';

const linesOf = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');

export function FleetForm(props: {
  site: Site;
  formats: FleetFormat[];
  /** Of all that the site has. */
  taken: string[];
  /** Absent: a new one. */
  fleet?: Fleet;
  onClose: (changed: boolean) => void;
}) {
  const { site, formats, fleet } = props;
  const isNew = fleet === undefined;
  const freeId = (wanted: string) => {
    let id = wanted;
    for (let n = 2; props.taken.includes(id); n++) id = `${wanted}-${n}`;
    return id;
  };
  const [format, setFormat] = useState<Fleet['format']>(fleet?.format ?? formats[0]!.format);
  const about = formats.find((one) => one.format === format)!;
  const [id, setId] = useState(fleet?.id ?? freeId(format));
  const [name, setName] = useState(fleet?.name ?? about.title);
  const [topics, setTopics] = useState((fleet?.topics ?? about.defaultTopics).join('\n'));
  const [clock, setClock] = useState<Fleet['clock']>(fleet?.clock ?? 'own');
  const [aliases, setAliases] = useState(rowsOf(fleet?.aliases ?? {}));
  const [fault, setFault] = useState<ApiError>();
  const [aliasFault, setAliasFault] = useState<string>();
  const [busy, setBusy] = useState(false);

  const choose = (next: Fleet['format']) => {
    const chosen = formats.find((one) => one.format === next)!;
    // What nobody has touched follows the make.
    if (isNew && id === freeId(format)) setId(freeId(next));
    if (name === about.title) setName(chosen.title);
    if (topics === about.defaultTopics.join('\n')) setTopics(chosen.defaultTopics.join('\n'));
    setFormat(next);
  };
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    setFault(undefined);
    const wrong = rowsFault(aliases);
    setAliasFault(wrong && t(wrong));
    if (wrong !== undefined) return;
    const lines = linesOf(topics);
    const body: FleetBody = {
      id: id.trim(),
      format,
      ...(name.trim() === '' ? {} : { name: name.trim() }),
      ...(lines.length === 0 ? {} : { topics: lines }),
      aliases: about.aliases === 'never' ? {} : aliasesOf(aliases),
      clock: about.timed ? clock : 'own',
      enabled: fleet?.enabled ?? true,
    };
    setBusy(true);
    try {
      await (isNew ? ofSite(site.id).createFleet(body) : ofSite(site.id).putFleet(body));
      toast(t('settings.saved'));
      props.onClose(true);
    } catch (error) {
      setFault(asApiError(error));
      setBusy(false);
    }
  };
  const path = fault?.path?.replace(/^body\./, '') ?? '';
  const faultAt = (field: string) => (path === field ? fault?.message : undefined);
  const topicAt = /^topics\.(\d+)/.exec(path)?.[1];
  const topicFault =
    faultAt('topics') ??
    (topicAt === undefined || fault === undefined
      ? undefined
      : t('fleet.topicAt', { topic: linesOf(topics)[Number(topicAt)] ?? '', message: fault.message }));
  const ofAliases = path.startsWith('aliases')
    ? `${path.replace(/^aliases\.?/, '')} ${fault?.message ?? ''}`.trim()
    : undefined;
  const known = ['id', 'name'].includes(path) || topicFault !== undefined || ofAliases !== undefined;
  return (
    <Dialog
      wide
      title={isNew ? t('fleet.new') : t('fleet.edit', { name: fleet.name })}
      onClose={() => props.onClose(false)}
    >
      <form class="form" onSubmit={submit}>
        <div class="form-row wide-fields">
          <Select
            visibleLabel
            label={t('fleet.format')}
            value={format}
            options={formats.map((one) => ({ value: one.format, label: one.title }))}
            onChange={choose}
          />
          <Field label={t('fleet.name')} fault={faultAt('name')}>
            {(ids) => (
              <input
                {...ids}
                class="input"
                maxLength={120}
                value={name}
                onInput={(event) => setName(event.currentTarget.value)}
              />
            )}
          </Field>
          {isNew && (
            <Field label={t('fleet.id')} hint={t('fleet.idHint')} fault={faultAt('id')}>
              {(ids) => (
                <input
                  {...ids}
                  class="input num"
                  required
                  pattern="[a-z0-9\-]{1,32}"
                  autocomplete="off"
                  value={id}
                  onInput={(event) => setId(event.currentTarget.value)}
                />
              )}
            </Field>
          )}
        </div>
        <Field
          label={t('fleet.topics')}
          hint={t(about.defaultTopics.length === 0 ? 'fleet.topicsOwn' : 'fleet.topicsHint')}
          fault={topicFault}
        >
          {(ids) => (
            <textarea
              {...ids}
              class="textarea num"
              spellcheck={false}
              value={topics}
              onInput={(event) => setTopics(event.currentTarget.value)}
            />
          )}
        </Field>
        {about.timed && (
          <>
            <Select
              visibleLabel
              label={t('fleet.clock')}
              value={clock}
              options={(['own', 'arrival'] as const).map((value) => ({ value, label: t(`fleet.clock.${value}`) }))}
              onChange={setClock}
            />
            <p class="muted small">{t('fleet.clockHint')}</p>
          </>
        )}
        {about.aliases !== 'never' && (
          <Aliases
            hint={t(about.aliases === 'always' ? 'fleet.aliasesAlways' : 'fleet.aliasesPossible')}
            rows={aliases}
            onChange={setAliases}
            fault={aliasFault ?? ofAliases}
            uuid={site.uuids[0] ?? ''}
          />
        )}
        {fault !== undefined && !known && <Notice tone="bad">{t('fault.said', { message: fault.message })}</Notice>}
        {!isNew && <p class="muted small">{t('fleet.restart')}</p>}
        <div class="actions">
          <button type="button" class="button" onClick={() => props.onClose(false)}>
            {t('action.cancel')}
          </button>
          <button type="submit" class="button primary" disabled={busy}>
            {t('action.save')}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
