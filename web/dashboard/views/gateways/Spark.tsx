/** A gateway's adverts over a week, asked for once its row is on the screen. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { t } from '../../i18n/t.ts';
import { siteNowMs } from '../../state/live.ts';
import { slotsOf, useHistory } from './history.ts';
import { Line, rangeOf } from './Line.tsx';

export function Spark({ siteId, gatewayId }: { siteId: string; gatewayId: string }) {
  const element = useRef<HTMLSpanElement>(null);
  const [seen, setSeen] = useState(false);
  useEffect(() => {
    const watch = new IntersectionObserver((entries) => {
      if (entries.some(({ isIntersecting }) => isIntersecting)) setSeen(true);
    });
    watch.observe(element.current!);
    return () => watch.disconnect();
  }, []);
  const history = useHistory(siteId, gatewayId, seen);
  const values = history && slotsOf(history, ({ advertsPerSecond }) => advertsPerSecond, siteNowMs());
  return (
    <span ref={element} class="spark">
      {values !== undefined && rangeOf(values) !== undefined && (
        <Line values={values} what={t('history.adverts')} from={0} />
      )}
    </span>
  );
}
