/** The first tab: what the page is waiting for, and the wallet. */
import type { ComponentChildren } from 'preact';
import { toRate } from '../club.ts';
import { timeText, words } from '../i18n/index.ts';
import { connected, granted, me, nowMs, offers, online, openOfferId, resume, siteTimezone, tab } from '../state.ts';
import { ActionButton } from './controls.tsx';
import { Icon, type IconName } from './icons.tsx';
import { OfferTicket, PastOffer } from './Offer.tsx';
import { Pairing } from './Pairing.tsx';
import { Rating } from './Rating.tsx';

function Notice({
  icon,
  title,
  text,
  children,
}: {
  icon: IconName;
  title: string;
  text: string;
  children?: ComponentChildren;
}) {
  return (
    <section class="card panel">
      <span class="panel-icon">
        <Icon name={icon} size={26} />
      </span>
      <h2>{title}</h2>
      <p class="muted">{text}</p>
      {children}
    </section>
  );
}

function Status() {
  const t = words.value;
  const who = me.value;
  if (who === undefined) return null;
  const toPrivacy = (
    <button
      type="button"
      class="button primary wide"
      onClick={() => {
        tab.value = 'privacy';
      }}
    >
      {t.openPrivacy}
    </button>
  );
  if (!granted('presence'))
    return (
      <Notice icon="shield" title={t.needPresence} text={t.needPresenceText}>
        {toPrivacy}
      </Notice>
    );
  if (who.pairing === null) return <Pairing />;
  if (!granted('push'))
    return (
      <Notice icon="shield" title={t.needPush} text={t.needPushText}>
        {toPrivacy}
      </Notice>
    );
  if (who.paused !== null) {
    const { until } = who.paused;
    const text = until === null ? t.pausedOpen : t.pausedUntil(timeText(until, siteTimezone.value, nowMs.value));
    return (
      <Notice icon="pause" title={t.paused} text={text}>
        <ActionButton kind="primary wide" action={resume}>
          {t.resume}
        </ActionButton>
      </Notice>
    );
  }
  // That there is no connection stands above.
  if (!online.value) return null;
  return (
    <section class={`listening ${connected.value ? 'on' : ''}`} aria-live="polite">
      <span class="pulse" aria-hidden="true">
        <span />
        <span />
        <i />
      </span>
      <div>
        <h2>{connected.value ? t.listening : t.connecting}</h2>
        <p class="muted">{connected.value ? t.listeningText : t.connectingText}</p>
      </div>
    </section>
  );
}

export function Offers() {
  const t = words.value;
  const isActive = (expiresAt: string) => Date.parse(expiresAt) > nowMs.value;
  const active = offers.value.filter((offer) => offer.state === 'active' && isActive(offer.expiresAt));
  const past = offers.value.filter((offer) => !active.includes(offer));
  // While the code's sheet is open the question is there.
  const rating = openOfferId.value === undefined ? toRate.value : undefined;
  return (
    <>
      {rating !== undefined && (
        <div class="card block">
          <p class="muted">
            <Icon name="check" size={16} /> {t.redeemed}: {rating.title}
          </p>
          <Rating key={rating.id} offer={rating} />
        </div>
      )}
      <Status />
      {(active.length > 0 || past.length === 0) && (
        <section class="group" aria-labelledby="wallet-title">
          <h2 id="wallet-title" class="group-title">
            {t.wallet}
          </h2>
          {active.length === 0 ? (
            <div class="empty">
              <p>
                <strong>{t.walletEmpty}</strong>
              </p>
              <p class="muted">{t.walletEmptyText}</p>
            </div>
          ) : (
            active.map((offer) => <OfferTicket key={offer.id} offer={offer} />)
          )}
        </section>
      )}
      {past.length > 0 && (
        <section class="group" aria-labelledby="past-title">
          <h2 id="past-title" class="group-title">
            {t.past}
          </h2>
          <ul class="card list">
            {past.map((offer) => (
              <PastOffer key={offer.id} offer={offer} />
            ))}
          </ul>
        </section>
      )}
    </>
  );
}
