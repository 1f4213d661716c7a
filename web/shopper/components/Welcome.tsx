/** Before anything is kept: what the mall would like to do, each with a switch of its own, none of them on. */
import { useState } from 'preact/hooks';
import type { Purpose } from '../../../server/contract/offers.ts';
import { words } from '../i18n/index.ts';
import { begin, chooseMall, consents, load, malls, receipt, stage, startAgain } from '../state.ts';
import { ActionButton, Switch } from './controls.tsx';
import { Icon } from './icons.tsx';

export function Welcome() {
  const t = words.value;
  const [agreed, setAgreed] = useState<ReadonlySet<Purpose>>(new Set());
  const set = (purpose: Purpose, on: boolean) => {
    const next = new Set(agreed);
    if (on) next.add(purpose);
    else next.delete(purpose);
    setAgreed(next);
  };
  return (
    <div class="welcome">
      <header class="hero">
        <h1>{t.tagline}</h1>
        <p class="muted">{t.welcomeText}</p>
      </header>
      <div class="card list switches">
        {consents.value.map((text) => (
          <Switch
            key={text.purpose}
            label={text.title}
            text={text.text}
            on={agreed.has(text.purpose)}
            onChange={(on) => set(text.purpose, on)}
          />
        ))}
      </div>
      <div class="stack foot">
        <ActionButton kind={`wide large ${agreed.size > 0 ? 'primary' : ''}`} action={() => begin(agreed)}>
          {agreed.size > 0 ? t.continue : t.continueWithout}
        </ActionButton>
        <p class="fine centre">{t.changeLater}</p>
      </div>
    </div>
  );
}

function Message({
  icon,
  title,
  text,
  children,
}: {
  icon: 'cloudOff' | 'pin';
  title: string;
  text: string;
  children?: preact.ComponentChildren;
}) {
  return (
    <section class="card panel lone">
      <span class="panel-icon">
        <Icon name={icon} size={26} />
      </span>
      <h1>{title}</h1>
      <p class="muted">{text}</p>
      {children}
    </section>
  );
}

/** Everything that is neither the welcome nor the home. */
export function Elsewhere() {
  const t = words.value;
  switch (stage.value) {
    case 'unreachable':
      return (
        <Message icon="cloudOff" title={t.unreachable} text={t.unreachableText}>
          <ActionButton kind="primary wide" action={load}>
            {t.retry}
          </ActionButton>
        </Message>
      );
    case 'no-mall':
      return <Message icon="pin" title={t.noMall} text={t.noMallText} />;
    case 'choose-mall':
      return (
        <Message icon="pin" title={t.chooseMall} text={t.tagline}>
          <div class="stack">
            {malls.value.map((mall) => (
              <ActionButton key={mall.id} kind="wide" action={() => chooseMall(mall.id)}>
                {mall.name}
              </ActionButton>
            ))}
          </div>
        </Message>
      );
    case 'erased':
      return (
        <section class="card panel lone" role="status">
          <span class="panel-icon good">
            <Icon name="check" size={26} />
          </span>
          <h1>{t.erased}</h1>
          <p class="muted">{t.erasedText}</p>
          <p class="receipt">
            <span class="muted">{t.receipt}</span>
            <strong class="num">{receipt.value?.receipt}</strong>
          </p>
          <ActionButton kind="wide" action={startAgain}>
            {t.startAgain}
          </ActionButton>
        </section>
      );
    default:
      return (
        <div class="stack lone" role="status">
          <span class="visually-hidden">{t.loading}</span>
          <div class="skeleton block-skeleton" />
          <div class="skeleton line" />
          <div class="skeleton line" />
        </div>
      );
  }
}
