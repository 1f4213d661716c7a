/** Which beacon each name of a fleet stands for: row by row, or as a pasted list. */
import { useState } from 'preact/hooks';
import { Field, IconButton } from '../../components/controls.tsx';
import { Icon } from '../../components/Icon.tsx';
import { t } from '../../i18n/t.ts';
import { type AliasRow, parseAliases, withPasted } from './aliases.ts';

/** Longer lists come and go by pasting. */
const ROWS_SHOWN = 40;
const FAULTS_SHOWN = 5;

export function Aliases(props: {
  hint: string;
  rows: AliasRow[];
  onChange: (rows: AliasRow[]) => void;
  fault: string | undefined;
  uuid: string;
}) {
  const { rows, onChange } = props;
  const [pasting, setPasting] = useState(false);
  const [text, setText] = useState('');
  const [said, setSaid] = useState<{ faults: string[]; taken: number }>();
  const set = (at: number, change: Partial<AliasRow>) =>
    onChange(rows.map((row, index) => (index === at ? { ...row, ...change } : row)));
  const take = () => {
    const { rows: pasted, faults } = parseAliases(text);
    if (pasted.length > 0) onChange(withPasted(rows, pasted));
    setSaid({
      taken: pasted.length,
      faults: faults.map(({ line, fault }) => t('fleet.aliasLine', { line, why: t(fault) })),
    });
    if (faults.length === 0) {
      setText('');
      setPasting(false);
    }
  };
  const number = (row: AliasRow, at: number, which: 'major' | 'minor') => (
    <td>
      <input
        class="input num"
        type="number"
        min={0}
        max={65535}
        required
        aria-label={`${t(`carrier.${which}`)}, ${row.name || at + 1}`}
        value={row[which]}
        onInput={(event) => {
          const typed = event.currentTarget.valueAsNumber;
          if (!Number.isNaN(typed)) set(at, { [which]: typed });
        }}
      />
    </td>
  );
  return (
    <fieldset class="field aliases">
      <legend class="label">{t('fleet.aliases')}</legend>
      <p class="hint">{props.hint}</p>
      {rows.length > 0 && (
        <div class="table-frame">
          <table class="alias-table">
            <thead>
              <tr>
                <th scope="col">{t('fleet.aliasName')}</th>
                <th scope="col">{t('carrier.uuid')}</th>
                <th scope="col">{t('carrier.major')}</th>
                <th scope="col">{t('carrier.minor')}</th>
                <th />
              </tr>
            </thead>
            <tbody>
              {rows.slice(0, ROWS_SHOWN).map((row, at) => (
                <tr key={at}>
                  <td>
                    <input
                      class="input"
                      required
                      maxLength={256}
                      aria-label={`${t('fleet.aliasName')}, ${at + 1}`}
                      value={row.name}
                      onInput={(event) => set(at, { name: event.currentTarget.value })}
                    />
                  </td>
                  <td class="alias-uuid">
                    <input
                      class="input num"
                      required
                      spellcheck={false}
                      aria-label={`${t('carrier.uuid')}, ${row.name || at + 1}`}
                      value={row.uuid}
                      onInput={(event) => set(at, { uuid: event.currentTarget.value })}
                    />
                  </td>
                  {number(row, at, 'major')}
                  {number(row, at, 'minor')}
                  <td>
                    <IconButton
                      danger
                      icon="trash"
                      label={t('fleet.aliasRemove', { name: row.name })}
                      onClick={() => onChange(rows.filter((_, index) => index !== at))}
                    />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {rows.length > ROWS_SHOWN && <p class="muted small">{t('fleet.aliasMore', { n: rows.length - ROWS_SHOWN })}</p>}
      {props.fault !== undefined && <span class="fault">{props.fault}</span>}
      <div class="row">
        <button
          type="button"
          class="button small"
          onClick={() => onChange([...rows, { name: '', uuid: props.uuid, major: 0, minor: 0 }])}
        >
          <Icon name="plus" size={15} />
          {t('fleet.aliasAdd')}
        </button>
        <button type="button" class="button small" aria-expanded={pasting} onClick={() => setPasting(!pasting)}>
          {t('fleet.aliasCsv')}
        </button>
      </div>
      {pasting && (
        <div class="stack-s">
          <Field
            label={t('fleet.aliasCsv')}
            hint={t('fleet.aliasCsvHint')}
            fault={said && said.faults.length > 0 ? said.faults.slice(0, FAULTS_SHOWN).join(' ') : undefined}
          >
            {(ids) => (
              <textarea
                {...ids}
                class="textarea num"
                spellcheck={false}
                value={text}
                placeholder="phone:anna, f7826da6-4fa2-4e98-8024-bc5b71e0893e, 1, 27"
                onInput={(event) => setText(event.currentTarget.value)}
              />
            )}
          </Field>
          <button type="button" class="button small start" disabled={text.trim() === ''} onClick={take}>
            {t('fleet.aliasTake')}
          </button>
        </div>
      )}
      <span role="status" class="muted small">
        {said !== undefined && said.taken > 0 && t('fleet.aliasTaken', { n: said.taken })}
      </span>
    </fieldset>
  );
}
