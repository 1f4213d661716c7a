/** After redeeming: one tap from 0 to 10, words only if one likes, and the way past both. */
import { useId, useState } from 'preact/hooks';
import type { WalletOffer } from '../../../server/contract/offers.ts';
import { dismiss, rate, rated } from '../club.ts';
import { words } from '../i18n/index.ts';
import { errorText } from '../state.ts';
import { ActionButton } from './controls.tsx';
import { Icon } from './icons.tsx';

const SCORES = Array.from({ length: 11 }, (_, score) => score);
const MAX_COMMENT_CHARS = 500;

export function Rating({ offer, onDone }: { offer: WalletOffer; onDone?: () => void }) {
  const t = words.value;
  const id = useId();
  const [score, setScore] = useState<number>();
  const [busy, setBusy] = useState<number>();
  const [comment, setComment] = useState('');
  const [fault, setFault] = useState<string>();
  const tap = async (tapped: number) => {
    setBusy(tapped);
    setFault(undefined);
    try {
      await rate(offer.id, tapped);
      setScore(tapped);
    } catch (error) {
      setFault(errorText(error));
    } finally {
      setBusy(undefined);
    }
  };
  const done = () => {
    rated(offer.id);
    onDone?.();
  };
  if (score !== undefined)
    return (
      <section class="rating" aria-labelledby={`${id}-title`} aria-live="polite">
        <h3 id={`${id}-title`} class="rating-thanks">
          <Icon name="check" size={22} /> {t.rateThanks} <span class="num">{t.rateScore(score)}</span>
        </h3>
        <div class="field">
          <label for={`${id}-comment`}>{t.rateComment}</label>
          <textarea
            id={`${id}-comment`}
            class="textarea"
            rows={2}
            maxLength={MAX_COMMENT_CHARS}
            value={comment}
            aria-describedby={`${id}-hint`}
            onInput={(event) => setComment(event.currentTarget.value)}
          />
          <span class="hint" id={`${id}-hint`}>
            {t.rateCommentHint}
          </span>
        </div>
        <div class="choices">
          {comment.trim() === '' ? (
            <button type="button" class="button" onClick={done}>
              {t.done}
            </button>
          ) : (
            <ActionButton kind="primary" action={() => rate(offer.id, score, comment).then(done)}>
              {t.rateSend}
            </ActionButton>
          )}
        </div>
      </section>
    );
  return (
    <section class="rating" aria-labelledby={`${id}-title`}>
      <h3 id={`${id}-title`}>{t.rateTitle(offer.shopName ?? offer.zoneName)}</h3>
      <p class="muted" id={`${id}-text`}>
        {t.rateTap}
      </p>
      <fieldset class="scores" aria-labelledby={`${id}-title`} aria-describedby={`${id}-text`}>
        {SCORES.map((one) => (
          <button
            key={one}
            type="button"
            class="score num"
            aria-label={t.rateScore(one)}
            aria-busy={busy === one}
            disabled={busy !== undefined}
            onClick={() => void tap(one)}
          >
            {one}
          </button>
        ))}
      </fieldset>
      <p class="score-ends fine" aria-hidden="true">
        <span>{t.rateLow}</span>
        <span>{t.rateHigh}</span>
      </p>
      {fault !== undefined && (
        <p class="fault" role="alert">
          {fault}
        </p>
      )}
      <button
        type="button"
        class="button quiet"
        onClick={() => {
          dismiss(offer.id);
          onDone?.();
        }}
      >
        {t.notNow}
      </button>
    </section>
  );
}
