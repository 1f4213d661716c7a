/** The code, large, for the till. */
import { useEffect, useState } from 'preact/hooks';
import type { WalletOffer } from '../../../server/contract/offers.ts';
import { toRate } from '../club.ts';
import { words } from '../i18n/index.ts';
import { nowMs, offers, openOfferId } from '../state.ts';
import { Dialog } from './controls.tsx';
import { Icon } from './icons.tsx';
import { leftText } from './Offer.tsx';
import { Rating } from './Rating.tsx';

/** With the white plate round it the code has the four modules of quiet that scanners need. */
const QUIET_MODULES = 2;
/** A long code is drawn with less to spare, so that its modules stay as large as a till's camera needs. */
const LONG_TEXT_CHARS = 100;

/** One path over the dark modules, row by row. */
function pathOf(modules: { size: number; get(row: number, column: number): number }): string {
  let path = '';
  for (let row = 0; row < modules.size; row++)
    for (let column = 0; column < modules.size; column++)
      if (modules.get(row, column)) path += `M${column + QUIET_MODULES} ${row + QUIET_MODULES}h1v1h-1z`;
  return path;
}

function QrCode({ text }: { text: string }) {
  const [drawn, setDrawn] = useState<{ path: string; size: number }>();
  useEffect(() => {
    let gone = false;
    import('qrcode/lib/core/qrcode.js').then(
      ({ create }) => {
        const { modules } = create(text, { errorCorrectionLevel: text.length > LONG_TEXT_CHARS ? 'L' : 'M' });
        if (!gone) setDrawn({ path: pathOf(modules), size: modules.size + 2 * QUIET_MODULES });
      },
      // Without a connection and never drawn before: the short code is there to be said.
      () => undefined,
    );
    return () => {
      gone = true;
    };
  }, [text]);
  if (drawn === undefined) return <div class="qr skeleton" />;
  return (
    <svg class="qr" viewBox={`0 0 ${drawn.size} ${drawn.size}`} shape-rendering="crispEdges" role="img" aria-label="QR">
      <path d={drawn.path} fill="#000" />
    </svg>
  );
}

const grouped = (code: string): string => `${code.slice(0, 4)} ${code.slice(4)}`;

/** The screen stays on while the till looks for its scanner. */
function useScreenOn(): void {
  useEffect(() => {
    let lock: WakeLockSentinel | undefined;
    navigator.wakeLock?.request('screen').then(
      (held) => {
        lock = held;
      },
      () => undefined,
    );
    return () => void lock?.release();
  }, []);
}

function Sheet({ offer }: { offer: WalletOffer }) {
  const t = words.value;
  useScreenOn();
  const left = leftText(offer.expiresAt, nowMs.value);
  const close = () => {
    openOfferId.value = undefined;
  };
  const over = offer.state !== 'active' || left === undefined || offer.code === null;
  const asks = toRate.value?.id === offer.id;
  return (
    <Dialog title={offer.title} onClose={close} kind="code-sheet">
      <p class="muted">{offer.text}</p>
      <div aria-live="polite">
        {offer.state === 'redeemed' ? (
          <div class="outcome good">
            <span class="outcome-mark">
              <Icon name="check" size={40} />
            </span>
            <h3>{t.redeemed}</h3>
            <p>{t.redeemedText}</p>
          </div>
        ) : over ? (
          <div class="outcome">
            <span class="outcome-mark">
              <Icon name="clock" size={40} />
            </span>
            <h3>{t.expiredText}</h3>
          </div>
        ) : (
          <div class="code-plate">
            <p>{t.atTill}</p>
            <QrCode text={offer.code!} />
            <p>{t.orSay}</p>
            {offer.shortCode === null ? (
              <p class="short-code pending">{t.codeSoon}</p>
            ) : (
              <p class="short-code num">{grouped(offer.shortCode)}</p>
            )}
          </div>
        )}
      </div>
      {asks && <Rating offer={offer} onDone={close} />}
      {!over && <p class="sheet-left num">{t.left(left)}</p>}
      {offer.terms !== null && (
        <details>
          <summary>{t.terms}</summary>
          <p>{offer.terms}</p>
        </details>
      )}
      <details>
        <summary>{t.why}</summary>
        <p>{offer.reason}</p>
      </details>
    </Dialog>
  );
}

export function CodeSheet() {
  const offer = offers.value.find((one) => one.id === openOfferId.value);
  return offer === undefined ? null : <Sheet key={offer.id} offer={offer} />;
}
