/** A gateway's adverts over a week, drawn once its row is on the screen. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { t } from '../../i18n/t.ts';
import { Line, rangeOf } from './Line.tsx';

export function Spark({ values }: { values: readonly (number | null)[] | undefined }) {
  const element = useRef<HTMLSpanElement>(null);
  const [seen, setSeen] = useState(false);
  useEffect(() => {
    const watch = new IntersectionObserver((entries) => {
      if (entries.some(({ isIntersecting }) => isIntersecting)) setSeen(true);
    });
    watch.observe(element.current!);
    return () => watch.disconnect();
  }, []);
  return (
    <span ref={element} class="spark">
      {seen && values !== undefined && rangeOf(values) !== undefined && (
        <Line values={values} what={t('history.adverts')} from={0} />
      )}
    </span>
  );
}
