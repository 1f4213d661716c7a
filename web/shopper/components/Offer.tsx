/** One offer as a ticket: what, where, how long, why. */
import type { WalletOffer } from '../../../server/contract/offers.ts';
import { timeText, words } from '../i18n/index.ts';
import { arrivedId, nowMs, openOffer, siteTimezone } from '../state.ts';
import { Icon } from './icons.tsx';

const pad = (value: number): string => String(value).padStart(2, '0');

/** `29:41`, `2 h 05 min`, `3 d`. Undefined once it is over. */
export function leftText(expiresAt: string, now: number): string | undefined {
  const seconds = Math.floor((Date.parse(expiresAt) - now) / 1_000);
  if (seconds <= 0) return undefined;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)}:${pad(seconds % 60)}`;
  if (seconds < 48 * 3_600) return `${Math.floor(seconds / 3_600)} h ${pad(Math.floor((seconds % 3_600) / 60))} min`;
  return `${Math.floor(seconds / 86_400)} d`;
}

/** The share of its life that is left. */
function Countdown({ offer }: { offer: WalletOffer }) {
  const left = leftText(offer.expiresAt, nowMs.value);
  const from = Date.parse(offer.issuedAt);
  const to = Date.parse(offer.expiresAt);
  const share = Math.max(0, Math.min(1, (to - nowMs.value) / (to - from)));
  const soon = to - nowMs.value < 5 * 60_000;
  return (
    <div class={`countdown ${soon ? 'soon' : ''}`}>
      <span class="num">{left === undefined ? words.value.ended : words.value.left(left)}</span>
      <span class="bar" aria-hidden="true">
        <span style={{ width: `${share * 100}%` }} />
      </span>
    </div>
  );
}

export function OfferTicket({ offer }: { offer: WalletOffer }) {
  const t = words.value;
  const fresh = arrivedId.value === offer.id;
  return (
    <article class={`ticket ${fresh ? 'fresh' : ''}`}>
      <div class="ticket-main">
        {/* A wallet that an earlier version kept knows of none. */}
        {offer.imageUrl != null && (
          <img class="ticket-picture" src={offer.imageUrl} alt="" loading="lazy" decoding="async" />
        )}
        <p class="ticket-place">
          <Icon name="pin" size={16} />
          {offer.zoneName}
          {fresh && <span class="badge coupon">{t.newOffer}</span>}
        </p>
        <h3>{offer.title}</h3>
        <p class="ticket-text">{offer.text}</p>
        <details>
          <summary>{t.why}</summary>
          <p>{offer.reason}</p>
        </details>
      </div>
      <div class="ticket-stub">
        <Countdown offer={offer} />
        <button type="button" class="button primary" onClick={() => void openOffer(offer.id)}>
          {t.showCode}
          <span class="visually-hidden">: {offer.title}</span>
        </button>
      </div>
    </article>
  );
}

export function PastOffer({ offer }: { offer: WalletOffer }) {
  const t = words.value;
  const used = offer.state === 'redeemed';
  return (
    <li class="past">
      <span class={`past-mark ${used ? 'used' : ''}`}>
        <Icon name={used ? 'check' : 'clock'} size={18} />
      </span>
      <span class="past-words">
        <strong>{offer.title}</strong>
        <span class="muted">
          {used
            ? t.redeemedOn(timeText(offer.redeemedAt ?? offer.expiresAt, siteTimezone.value, nowMs.value))
            : t.expiredOn(timeText(offer.expiresAt, siteTimezone.value, nowMs.value))}
          {' · '}
          {offer.shopName ?? offer.zoneName}
        </span>
      </span>
    </li>
  );
}
