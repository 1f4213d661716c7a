/** Points, what one likes, consents, tag, pause, this phone, and one's data. */
import { useEffect, useState } from 'preact/hooks';
import type { ConsentText } from '../../../server/contract/offers.ts';
import { installable, installed } from '../app.ts';
import { loadClub } from '../club.ts';
import { dateText, timeText, words } from '../i18n/index.ts';
import { notifications, turnNotifications } from '../notifications.ts';
import {
  agreedToday,
  consents,
  download,
  erase,
  granted,
  me,
  nowMs,
  offers,
  pause,
  resume,
  setConsent,
  setSound,
  siteTimezone,
  soundOn,
  unpair,
} from '../state.ts';
import { ActionButton, Dialog, Switch } from './controls.tsx';
import { Icon } from './icons.tsx';
import { LanguageChoice } from './LanguageChoice.tsx';
import { Likes } from './Likes.tsx';
import { Points } from './Points.tsx';

const HOUR_MINUTES = 60;
const DAY_MINUTES = 24 * 60;

function Consent({ text }: { text: ConsentText }) {
  const t = words.value;
  const held = me.value?.consents.find((one) => one.purpose === text.purpose);
  const on = held?.state === 'granted';
  return (
    <Switch
      label={text.title}
      text={text.text}
      on={on}
      onChange={(agree) => setConsent(text, agree)}
      note={
        <>
          {on && held?.at != null && held.expiresAt != null && (
            <p class="fine">
              {t.agreedOn(dateText(held.at, siteTimezone.value))},{' '}
              {t.expires(dateText(held.expiresAt, siteTimezone.value))}
            </p>
          )}
          {on && text.purpose === 'presence' && me.value?.pairing != null && <p class="fine">{t.withdrawPresence}</p>}
          {on && !agreedToday(text.purpose) && (
            <div class="renew">
              <p class="fine warn">{t.wordsChanged}</p>
              <ActionButton action={() => setConsent(text, true)}>{t.agree}</ActionButton>
            </div>
          )}
          {held?.state === 'expired' && <p class="fine warn">{t.consentExpired}</p>}
        </>
      }
    />
  );
}

function Tag() {
  const t = words.value;
  const pairing = me.value?.pairing ?? null;
  return (
    <section class="group" aria-labelledby="tag-title">
      <h2 id="tag-title" class="group-title">
        {t.tagTitle}
      </h2>
      <div class="card row-card">
        {pairing === null ? (
          <p class="muted">{t.tagNone}</p>
        ) : (
          <>
            <p>
              <strong>{pairing.label === null ? t.tagPairedPlain : t.tagPaired(pairing.label)}</strong>
              <br />
              <span class="muted">{t.tagSince(timeText(pairing.since, siteTimezone.value, nowMs.value))}</span>
            </p>
            <ActionButton action={unpair}>{t.unpair}</ActionButton>
          </>
        )}
      </div>
    </section>
  );
}

function Pause() {
  const t = words.value;
  const paused = me.value?.paused ?? null;
  return (
    <section class="group" aria-labelledby="pause-title">
      <h2 id="pause-title" class="group-title">
        {t.pauseTitle}
      </h2>
      <div class="card block">
        <p class="muted">
          {paused === null
            ? t.pauseText
            : `${t.paused}. ${paused.until === null ? t.pausedOpen : t.pausedUntil(timeText(paused.until, siteTimezone.value, nowMs.value))}`}
        </p>
        <div class="choices">
          {paused === null ? (
            <>
              <ActionButton action={() => pause(HOUR_MINUTES)}>{t.pauseHour}</ActionButton>
              <ActionButton action={() => pause(DAY_MINUTES)}>{t.pauseDay}</ActionButton>
              <ActionButton action={() => pause(null)}>{t.pauseOpen}</ActionButton>
            </>
          ) : (
            <ActionButton kind="primary" action={resume}>
              {t.resume}
            </ActionButton>
          )}
        </div>
      </div>
    </section>
  );
}

/** Asked of the browser only when the switch is moved. */
function NotificationSwitch() {
  const t = words.value;
  const state = notifications.value;
  const why =
    state === 'denied'
      ? t.notifyDenied
      : state === 'install-first'
        ? t.notifyInstall
        : state === 'unsupported'
          ? t.notifyNo
          : agreedToday('push')
            ? undefined
            : granted('push')
              ? t.wordsChanged
              : t.notifyNeedsPush;
  return (
    <Switch
      label={t.notify}
      text={t.notifyText}
      on={state === 'on'}
      disabled={state !== 'on' && why !== undefined}
      onChange={turnNotifications}
      note={why !== undefined && state !== 'on' && <p class="fine">{why}</p>}
    />
  );
}

function Phone() {
  const t = words.value;
  return (
    <section class="group" aria-labelledby="device-title">
      <h2 id="device-title" class="group-title">
        {t.deviceTitle}
      </h2>
      <div class="card list switches">
        <NotificationSwitch />
        <Switch label={t.sound} text={t.soundText} on={soundOn.value} onChange={setSound} />
        {!installed.value && installable.value !== undefined && (
          <div class="data-row">
            <p>
              <strong>{t.install}</strong>
              <br />
              <span class="muted">{t.installText}</span>
            </p>
            <ActionButton action={installable.value}>{t.installDo}</ActionButton>
          </div>
        )}
        <div class="data-row">
          <span class="switch-label">{t.language}</span>
          <LanguageChoice />
        </div>
      </div>
    </section>
  );
}

function Data() {
  const t = words.value;
  const [sure, setSure] = useState(false);
  return (
    <section class="group" aria-labelledby="data-title">
      <h2 id="data-title" class="group-title">
        {t.dataTitle}
      </h2>
      <div class="card list">
        <div class="data-row">
          <p>
            <strong>{t.export}</strong>
            <br />
            <span class="muted">{t.exportText}</span>
          </p>
          <ActionButton action={download}>
            <Icon name="download" />
            <span class="visually-hidden">{t.export}</span>
          </ActionButton>
        </div>
        <div class="data-row">
          <p>
            <strong>{t.erase}</strong>
            <br />
            <span class="muted">{t.eraseText}</span>
          </p>
          <button type="button" class="button danger" onClick={() => setSure(true)}>
            <Icon name="bin" />
            <span class="visually-hidden">{t.erase}</span>
          </button>
        </div>
      </div>
      {sure && (
        <Dialog title={t.eraseSure} onClose={() => setSure(false)}>
          <p class="muted">{t.eraseSureText}</p>
          <div class="stack">
            <ActionButton kind="destroy wide" action={erase}>
              {t.eraseNow}
            </ActionButton>
            <button type="button" class="button wide" onClick={() => setSure(false)}>
              {t.cancel}
            </button>
          </div>
        </Dialog>
      )}
    </section>
  );
}

export function Privacy() {
  const t = words.value;
  const redeemed = offers.value.filter((offer) => offer.state === 'redeemed').length;
  useEffect(() => {
    // Without a connection what is known stays.
    loadClub().catch(() => undefined);
  }, [redeemed]);
  return (
    <>
      <h1 class="visually-hidden">{t.tabPrivacy}</h1>
      <Points />
      <Likes />
      <section class="group" aria-labelledby="consents-title">
        <header class="intro">
          <h2 id="consents-title" class="big-title">
            {t.privacyTitle}
          </h2>
          <p class="muted">{t.welcomeText}</p>
        </header>
        <div class="card list switches">
          {consents.value.map((text) => (
            <Consent key={text.purpose} text={text} />
          ))}
        </div>
      </section>
      <Tag />
      <Pause />
      <Phone />
      <Data />
    </>
  );
}
