/** A gateway's adverts over a week, drawn once its row is on the screen. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { t } from '../../i18n/t.ts';
import { Line, rangeOf } from './Line.tsx';

/** Two hours a point: it is as wide as a word. */
const QUARTERS_A_POINT = 8;

/** Mean of what is known of each point. */
export function coarser(values: readonly (number | null)[]): (number | null)[] {
  return Array.from({ length: Math.ceil(values.length / QUARTERS_A_POINT) }, (_, i) => {
    const known = values
      .slice(i * QUARTERS_A_POINT, (i + 1) * QUARTERS_A_POINT)
      .filter((value): value is number => value !== null);
    return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
  });
}

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
        <Line values={coarser(values)} what={t('history.adverts')} from={0} />
      )}
    </span>
  );
}
