/** Whether the tag in the hand works: asked every two seconds, said in words. */
import { useEffect, useState } from 'preact/hooks';
import type { HeardNow } from '../../../../server/contract/calibration.ts';
import { formatAge } from '../../../lib/format.ts';
import { t } from '../../i18n/t.ts';
import { ofSite } from '../../state/endpoints.ts';

const ASK_EVERY_MS = 2_000;
/** Slow tags advertise every few seconds; sooner than this silence says nothing. */
const LISTEN_SECONDS = 8;

export function Heard({ siteId, carrierId }: { siteId: string; carrierId: string }) {
  const [heard, setHeard] = useState<HeardNow | 'away'>();
  useEffect(() => {
    setHeard(undefined);
    const abort = new AbortController();
    const ask = () =>
      ofSite(siteId)
        .heard(carrierId, abort.signal)
        .then(setHeard, () => {
          if (!abort.signal.aborted) setHeard('away');
        });
    void ask();
    const timer = setInterval(() => void ask(), ASK_EVERY_MS);
    return () => {
      clearInterval(timer);
      abort.abort();
    };
  }, [siteId, carrierId]);
  const [state, words] = wordsOf(heard);
  return (
    <p class="heard small" role="status" data-state={state}>
      <span class={`dot ${state}`} aria-hidden="true" />
      {words}
    </p>
  );
}

function wordsOf(heard: HeardNow | 'away' | undefined): ['ok' | 'warn' | 'bad' | 'connecting', string] {
  if (heard === undefined) return ['connecting', t('audit.listening')];
  if (heard === 'away') return ['warn', t('audit.heardUnknown')];
  const age = formatAge((heard.lastHeardSecondsAgo ?? 0) * 1_000);
  if (heard.gateways > 0) return ['ok', t('audit.heardBy', { n: heard.gateways, age })];
  if (heard.listeningSeconds < LISTEN_SECONDS) return ['connecting', t('audit.listening')];
  return ['bad', heard.lastHeardSecondsAgo === null ? t('audit.notHeard') : t('audit.notHeardFor', { age })];
}
