/** The quiz: two questions, after the agreement to what their answers are used for. */
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import type { Interest } from '../../../server/contract/campaigns.ts';
import { profile, saveProfile } from '../club.ts';
import { words } from '../i18n/index.ts';
import { agreedToday, consents, setConsent } from '../state.ts';
import { ActionButton, Dialog } from './controls.tsx';
import { Icon } from './icons.tsx';

const MAX_BRANDS = 20;

function Choice({ on, onToggle, children }: { on: boolean; onToggle: () => void; children: string }) {
  return (
    <button type="button" class="chip" aria-pressed={on} onClick={onToggle}>
      {on && <Icon name="check" size={16} />}
      {children}
    </button>
  );
}

function Questions({ onDone }: { onDone: () => void }) {
  const t = words.value;
  const id = useId();
  const known = profile.value;
  const [interests, setInterests] = useState<readonly Interest[]>(known?.interests ?? []);
  const [brands, setBrands] = useState<readonly string[]>(known?.brands ?? []);
  const [typed, setTyped] = useState('');
  const top = useRef<HTMLFieldSetElement>(null);
  useEffect(() => top.current?.querySelector('button')?.focus(), []);
  const toggled = <T,>(list: readonly T[], one: T): T[] =>
    list.includes(one) ? list.filter((other) => other !== one) : [...list, one];
  const shown = [...new Set([...(known?.suggestedBrands ?? []), ...brands])];
  const add = () => {
    const brand = typed.trim();
    if (brand !== '' && !brands.includes(brand) && brands.length < MAX_BRANDS) setBrands([...brands, brand]);
    setTyped('');
  };
  // What was typed and not added yet was meant as well.
  const all = typed.trim() === '' || brands.includes(typed.trim()) ? brands : [...brands, typed.trim()];
  return (
    <div class="quiz">
      <fieldset ref={top}>
        <legend>{t.likesInterests}</legend>
        <div class="chips">
          {(Object.entries(t.interests) as [Interest, string][]).map(([one, name]) => (
            <Choice key={one} on={interests.includes(one)} onToggle={() => setInterests(toggled(interests, one))}>
              {name}
            </Choice>
          ))}
        </div>
      </fieldset>
      <fieldset>
        <legend>{t.likesBrands}</legend>
        {shown.length > 0 && (
          <div class="chips">
            {shown.map((one) => (
              <Choice key={one} on={brands.includes(one)} onToggle={() => setBrands(toggled(brands, one))}>
                {one}
              </Choice>
            ))}
          </div>
        )}
        <form
          class="add-brand"
          onSubmit={(event) => {
            event.preventDefault();
            add();
          }}
        >
          <div class="field">
            <label for={`${id}-brand`}>{t.likesBrandLabel}</label>
            <input
              id={`${id}-brand`}
              class="input"
              value={typed}
              maxLength={60}
              autocomplete="off"
              onInput={(event) => setTyped(event.currentTarget.value)}
            />
          </div>
          <button type="submit" class="button" disabled={typed.trim() === ''}>
            {t.likesAdd}
          </button>
        </form>
      </fieldset>
      <ActionButton
        kind="primary wide"
        action={() => saveProfile({ interests: [...interests], brands: [...all].slice(0, MAX_BRANDS) }).then(onDone)}
      >
        {t.likesSave}
      </ActionButton>
    </div>
  );
}

/** Says what the answers are for, in the words that are agreed to. */
function Agreement() {
  const t = words.value;
  const text = consents.value.find((one) => one.purpose === 'profiling');
  if (text === undefined) return null;
  return (
    <div class="stack">
      <p>{t.likesWhy}</p>
      <blockquote class="consent-words">
        <strong>{text.title}</strong>
        <p>{text.text}</p>
      </blockquote>
      <ActionButton kind="primary wide" action={() => setConsent(text, true)}>
        {t.agree}
      </ActionButton>
    </div>
  );
}

export function Likes() {
  const t = words.value;
  const [open, setOpen] = useState(false);
  const said = profile.value;
  const agreed = agreedToday('profiling');
  const chosen = agreed && said !== undefined ? [...said.interests.map((one) => t.interests[one]), ...said.brands] : [];
  return (
    <section class="group" aria-labelledby="likes-title">
      <h2 id="likes-title" class="group-title">
        {t.likesTitle}
      </h2>
      <div class="card block">
        {chosen.length === 0 ? (
          <p class="muted">{t.likesText}</p>
        ) : (
          <ul class="chips">
            {chosen.map((one) => (
              <li class="chip still" key={one}>
                {one}
              </li>
            ))}
          </ul>
        )}
        <div class="choices">
          <button type="button" class="button" onClick={() => setOpen(true)}>
            {chosen.length === 0 ? t.likesStart : t.likesEdit}
          </button>
        </div>
      </div>
      {open && (
        <Dialog title={t.likesTitle} onClose={() => setOpen(false)}>
          {agreed ? <Questions onDone={() => setOpen(false)} /> : <Agreement />}
        </Dialog>
      )}
    </section>
  );
}
