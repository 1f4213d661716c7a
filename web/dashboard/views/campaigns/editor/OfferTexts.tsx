/** What a shopper reads: the main text, and one per language for those who should read their own. */
import { useState } from 'preact/hooks';
import type { Language, OfferFace } from '../../../../../server/contract/campaigns.ts';
import { LANGUAGE_NAMES } from '../../../../lib/languages.ts';
import { Field } from '../../../components/controls.tsx';
import { Icon } from '../../../components/Icon.tsx';
import { t } from '../../../i18n/t.ts';

const LANGUAGES = Object.keys(LANGUAGE_NAMES) as Language[];
export type Tongue = Language | 'main';
const TONGUES: readonly Tongue[] = ['main', ...LANGUAGES];
type Said = Pick<OfferFace, 'title' | 'text' | 'terms'>;

/** As a shopper of that language reads it. */
export const saidIn = (face: OfferFace, tongue: Tongue): Said =>
  (tongue === 'main' ? undefined : face.translations[tongue]) ?? face;

export function OfferTexts(props: {
  face: OfferFace;
  /** Path of the face, such as `offer`. */
  at: string;
  tongue: Tongue;
  onTongue: (tongue: Tongue) => void;
  faultOf: (path: string) => string | undefined;
  onChange: (change: Partial<OfferFace>) => void;
}) {
  const { face, at, tongue, faultOf, onChange } = props;
  const own = tongue === 'main' ? face : face.translations[tongue];
  const path = tongue === 'main' ? at : `${at}.translations.${tongue}`;
  const [withTerms, setWithTerms] = useState(face.terms !== null);
  const set = (change: Partial<Said>) => {
    if (tongue === 'main') return onChange(change);
    const { title, text, terms } = own ?? face;
    onChange({ translations: { ...face.translations, [tongue]: { title, text, terms, ...change } } });
  };
  const setTranslation = (said: Said | undefined) => {
    if (tongue === 'main') return;
    const { [tongue]: _, ...others } = face.translations;
    onChange({ translations: said === undefined ? others : { ...others, [tongue]: said } });
  };
  return (
    <div class="texts">
      <div
        class="tongues"
        role="tablist"
        aria-label={t('offer.languages')}
        onKeyDown={(event) => {
          const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
          const next = TONGUES[TONGUES.indexOf(tongue) + step];
          if (step === 0 || next === undefined) return;
          props.onTongue(next);
          event.currentTarget.querySelectorAll<HTMLElement>('[role="tab"]')[TONGUES.indexOf(next)]?.focus();
        }}
      >
        {TONGUES.map((one) => {
          const filled = one === 'main' || face.translations[one] !== undefined;
          const isFaulty = one !== 'main' && faultOf(`${at}.translations.${one}`) !== undefined;
          return (
            <button
              key={one}
              type="button"
              role="tab"
              aria-selected={tongue === one}
              tabIndex={tongue === one ? 0 : -1}
              class={isFaulty ? 'bad' : ''}
              onClick={() => props.onTongue(one)}
            >
              {one === 'main' ? t('offer.mainText') : <span lang={one}>{LANGUAGE_NAMES[one]}</span>}
              {one !== 'main' && filled && <Icon name="check" size={13} />}
            </button>
          );
        })}
      </div>
      {own === undefined && tongue !== 'main' ? (
        <div class="no-translation">
          <p class="muted">{t('offer.noTranslation', { language: LANGUAGE_NAMES[tongue] })}</p>
          <button
            type="button"
            class="button small"
            onClick={() => setTranslation({ title: face.title, text: face.text, terms: face.terms })}
          >
            <Icon name="plus" size={15} />
            {t('offer.addTranslation')}
          </button>
        </div>
      ) : (
        <>
          <Field
            label={t('campaign.title')}
            fault={faultOf(`${path}.title`)}
            hint={tongue === 'main' ? t('offer.titleHint') : undefined}
          >
            {(ids) => (
              <input
                {...ids}
                class="input"
                value={own?.title ?? ''}
                maxLength={80}
                onInput={(event) => set({ title: event.currentTarget.value })}
              />
            )}
          </Field>
          <Field
            label={t('campaign.text')}
            fault={faultOf(`${path}.text`)}
            hint={t('campaign.left', { n: 400 - (own?.text.length ?? 0) })}
          >
            {(ids) => (
              <textarea
                {...ids}
                class="textarea"
                maxLength={400}
                value={own?.text ?? ''}
                onInput={(event) => set({ text: event.currentTarget.value })}
              />
            )}
          </Field>
          {withTerms || own?.terms ? (
            <Field label={t('campaign.terms')} fault={faultOf(`${path}.terms`)} hint={t('campaign.optional')}>
              {(ids) => (
                <textarea
                  {...ids}
                  class="textarea terms"
                  rows={2}
                  value={own?.terms ?? ''}
                  maxLength={1000}
                  onInput={(event) => set({ terms: event.currentTarget.value || null })}
                />
              )}
            </Field>
          ) : (
            <button type="button" class="button small quiet start" onClick={() => setWithTerms(true)}>
              <Icon name="plus" size={15} />
              {t('offer.addTerms')}
            </button>
          )}
          {tongue !== 'main' && (
            <button type="button" class="button small quiet start" onClick={() => setTranslation(undefined)}>
              {t('offer.removeTranslation')}
            </button>
          )}
        </>
      )}
    </div>
  );
}
