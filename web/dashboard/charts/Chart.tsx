/** One chart: its place is kept while the library comes, it follows size and theme, and its numbers stand in a table beside it. */
import type { EChartsCoreOption, EChartsType } from 'echarts/core';
import { useEffect, useRef, useState } from 'preact/hooks';
import { dark } from '../state/theme.ts';

export function Chart(props: { height: number; label: string; option: () => EChartsCoreOption; deps: unknown[] }) {
  const element = useRef<HTMLDivElement>(null);
  const [chart, setChart] = useState<EChartsType>();
  useEffect(() => {
    let gone = false;
    let created: EChartsType | undefined;
    let observer: ResizeObserver | undefined;
    void import('./echarts.ts').then(({ createChart }) => {
      if (gone || element.current === null) return;
      created = createChart(element.current);
      observer = new ResizeObserver(() => created?.resize());
      observer.observe(element.current);
      setChart(created);
    });
    return () => {
      gone = true;
      observer?.disconnect();
      created?.dispose();
    };
  }, []);
  const isDark = dark.value;
  useEffect(() => {
    chart?.setOption(props.option(), { notMerge: true });
  }, [chart, isDark, ...props.deps]);
  return (
    <div
      class="chart"
      style={{ height: `${props.height}px` }}
      role="img"
      aria-label={props.label}
      data-ready={chart !== undefined}
    >
      <div ref={element} style={{ height: '100%' }} />
    </div>
  );
}
