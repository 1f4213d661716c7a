/** From a tag in the hand to a paired one: scan, type, or borrow a simulated shopper. */
import { useId, useState } from 'preact/hooks';
import { ApiError } from '../../lib/api.ts';
import { words } from '../i18n/index.ts';
import { codeOfTag } from '../scan.ts';
import { errorText, linkedCode, me, pair, pairSimulated } from '../state.ts';
import { ActionButton, Dialog } from './controls.tsx';
import { Icon } from './icons.tsx';
import { Scanner } from './Scanner.tsx';

export function Pairing() {
  const t = words.value;
  const id = useId();
  const [way, setWay] = useState<'none' | 'scan' | 'type'>(linkedCode.value === undefined ? 'none' : 'type');
  const [code, setCode] = useState(linkedCode.value ?? '');
  const [fault, setFault] = useState<string>();
  const [busy, setBusy] = useState(false);
  const [taken, setTaken] = useState<string>();

  const send = async (text: string, takeover: boolean) => {
    setBusy(true);
    setFault(undefined);
    setTaken(undefined);
    try {
      await pair(text, takeover);
    } catch (error) {
      if (error instanceof ApiError && error.code === 'carrier-taken') setTaken(text);
      else setFault(errorText(error));
    } finally {
      setBusy(false);
    }
  };
  const scanned = (text: string) => {
    setWay('type');
    const read = codeOfTag(text);
    setCode(read);
    void send(read, false);
  };

  return (
    <section class="card panel" aria-labelledby={`${id}-title`}>
      <span class="panel-icon">
        <Icon name="tag" size={26} />
      </span>
      <h2 id={`${id}-title`}>{t.pairTitle}</h2>
      <p class="muted">{linkedCode.value === undefined ? t.pairText : t.pairFromLink(linkedCode.value)}</p>
      {way === 'type' ? (
        <form
          class="stack"
          onSubmit={(event) => {
            event.preventDefault();
            void send(code, false);
          }}
        >
          <div class="field">
            <label for={`${id}-code`}>{t.codeLabel}</label>
            <input
              id={`${id}-code`}
              class="input code-input"
              value={code}
              autocomplete="off"
              autocapitalize="characters"
              spellcheck={false}
              maxLength={16}
              required
              aria-describedby={`${id}-hint`}
              aria-invalid={fault !== undefined}
              onInput={(event) => setCode(event.currentTarget.value.toUpperCase())}
            />
            <span class="hint" id={`${id}-hint`}>
              {t.codeHint}
            </span>
            {fault !== undefined && (
              <p class="fault" role="alert">
                {fault}
              </p>
            )}
          </div>
          <button type="submit" class="button primary wide" disabled={busy || code.trim() === ''} aria-busy={busy}>
            {t.pair}
          </button>
          <button type="button" class="button quiet wide" onClick={() => setWay('scan')}>
            <Icon name="scan" /> {t.scan}
          </button>
        </form>
      ) : (
        <div class="stack">
          <button type="button" class="button primary wide" onClick={() => setWay('scan')}>
            <Icon name="scan" /> {t.scan}
          </button>
          <button type="button" class="button wide" onClick={() => setWay('type')}>
            <Icon name="keyboard" /> {t.typeCode}
          </button>
        </div>
      )}
      {me.value?.demo === true && (
        <div class="demo">
          <p class="muted">{t.simulatedText}</p>
          <ActionButton kind="wide demo-button" action={pairSimulated}>
            <Icon name="walk" /> {t.simulated}
          </ActionButton>
        </div>
      )}
      {way === 'scan' && <Scanner onCode={scanned} onClose={() => setWay('type')} />}
      {taken !== undefined && (
        <Dialog title={t.taken} onClose={() => setTaken(undefined)}>
          <p class="muted">{t.takenText}</p>
          <div class="stack">
            <button type="button" class="button primary wide" onClick={() => void send(taken, true)}>
              {t.takeOver}
            </button>
            <button type="button" class="button wide" onClick={() => setTaken(undefined)}>
              {t.cancel}
            </button>
          </div>
        </Dialog>
      )}
    </section>
  );
}
