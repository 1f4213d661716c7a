/** Bars with their bands as whiskers; outages hatched, withheld values dotted, a compared period as a stepped line. */
import type { EChartsCoreOption } from 'echarts/core';
import type { SeriesPoint } from '../../../server/contract/metrics.ts';
import { formatShare } from '../../lib/format.ts';
import { t } from '../i18n/t.ts';
import { colours, escapeHtml, FONT, outageStyle, suppressedStyle, tooltipStyle } from './style.ts';

interface WhiskerApi {
  value: (dimension: number) => number;
  coord: (at: [number, number]) => [number, number];
  size: (of: [number, number]) => [number, number];
}

/** Below this there is nothing to draw a bar on: what was heard by one gateway in twenty is no count. */
const OUTAGE_BELOW = 0.05;

export interface BandBars {
  points: SeriesPoint[];
  previous: (number | null)[] | undefined;
  nowMs: number;
  axisLabel: (startMs: number) => string;
  title: (startMs: number) => string;
  format: (value: number | null) => string;
  unit: string;
  /** The value axis counts in these (60 for seconds read as minutes) and ends no lower than that. */
  axis: { unit: number; leastTop: number };
}

/** 1, 2 or 5 times a power of ten, in the unit. */
function niceStep(atLeast: number, unit: number): number {
  const wanted = atLeast / unit;
  const power = 10 ** Math.floor(Math.log10(wanted));
  const factor = [1, 2, 5, 10].find((one) => one * power >= wanted) ?? 10;
  return factor * power * unit;
}

export function bandBars(input: BandBars): EChartsCoreOption {
  const c = colours();
  const { points, nowMs } = input;
  const starts = points.map((point) => Date.parse(point.start));
  const future = (index: number) => starts[index]! >= nowMs;
  const isOutage = (point: SeriesPoint, index: number) =>
    !future(index) && !point.suppressed && (point.value === null || point.coverage < OUTAGE_BELOW);
  const highest = Math.max(
    input.axis.leastTop,
    ...points.map((point) => point.high ?? point.value ?? 0),
    ...(input.previous ?? []).map((v) => v ?? 0),
  );
  const step = niceStep(highest / 4, input.axis.unit);
  const textStyle = { color: c.text3, fontFamily: FONT, fontSize: 11.5 };
  return {
    animationDuration: 250,
    grid: { left: 4, right: 6, top: 14, bottom: 2, containLabel: true },
    tooltip: {
      ...tooltipStyle(),
      trigger: 'axis',
      axisPointer: { type: 'shadow', shadowStyle: { color: c.surface3, opacity: 0.6 } },
      formatter: (params: { dataIndex: number }[]) => {
        const index = params[0]?.dataIndex ?? 0;
        const point = points[index];
        if (point === undefined) return '';
        const head = `<b>${escapeHtml(input.title(starts[index]!))}</b>`;
        if (future(index)) return `${head}<br>${t('chart.future')}`;
        if (point.suppressed) return `${head}<br>${t('kpi.suppressed')}`;
        if (point.value === null)
          return `${head}<br>${t('chart.outage')}<br>${t('coverage.is', { share: formatShare(point.coverage) })}`;
        const lines = [
          `${input.format(point.value)} ${input.unit}`,
          point.low !== null && point.high !== null
            ? t('kpi.band', { low: input.format(point.low), high: input.format(point.high) })
            : '',
          `${t('coverage.is', { share: formatShare(point.coverage) })}, ${t(`state.${point.state}`).toLowerCase()}`,
        ];
        const before = input.previous?.[index];
        if (before !== undefined && before !== null) lines.push(t('chart.before', { value: input.format(before) }));
        return [head, ...lines.filter((line) => line !== '')].join('<br>');
      },
    },
    xAxis: {
      type: 'category',
      data: starts.map((startMs) => input.axisLabel(startMs)),
      axisLine: { lineStyle: { color: c.line } },
      axisTick: { show: false },
      axisLabel: { ...textStyle, hideOverlap: true },
    },
    yAxis: [
      {
        type: 'value',
        min: 0,
        max: Math.ceil(highest / step) * step,
        interval: step,
        splitLine: { lineStyle: { color: c.line } },
        axisLabel: { ...textStyle, formatter: (value: number) => input.format(value) },
      },
      { type: 'value', min: 0, max: 1, show: false },
    ],
    series: [
      {
        name: 'value',
        type: 'bar',
        barMaxWidth: 34,
        barCategoryGap: '28%',
        data: points.map((point, index) =>
          isOutage(point, index) || point.value === null
            ? null
            : {
                value: point.value,
                itemStyle: { opacity: point.state === 'provisional' ? 0.6 : 1 },
              },
        ),
        itemStyle: { color: c.accent, borderRadius: [3, 3, 0, 0] },
      },
      {
        name: 'outage',
        type: 'bar',
        yAxisIndex: 1,
        barGap: '-100%',
        barMaxWidth: 34,
        silent: true,
        data: points.map((point, index) => (isOutage(point, index) ? 1 : null)),
        itemStyle: outageStyle(),
      },
      {
        name: 'withheld',
        type: 'bar',
        yAxisIndex: 1,
        barGap: '-100%',
        barMaxWidth: 34,
        silent: true,
        data: points.map((point) => (point.suppressed && point.value === null ? 0.12 : null)),
        itemStyle: suppressedStyle(),
      },
      {
        name: 'band',
        type: 'custom',
        silent: true,
        z: 5,
        data: points.flatMap((point, index) =>
          point.value === null || point.low === null || point.high === null || isOutage(point, index)
            ? []
            : [[index, point.low, point.high]],
        ),
        renderItem: (_params: unknown, api: WhiskerApi) => {
          const [x, top] = api.coord([api.value(0), api.value(2)]);
          const [, bottom] = api.coord([api.value(0), api.value(1)]);
          const half = Math.min(4, api.size([1, 0])[0] * 0.16);
          const style = { stroke: c.text, lineWidth: 1.25, opacity: 0.75 };
          const line = (x1: number, y1: number, x2: number, y2: number) => ({
            type: 'line',
            shape: { x1, y1, x2, y2 },
            style,
          });
          return bottom - top < 2
            ? { type: 'group', children: [] }
            : {
                type: 'group',
                children: [
                  line(x, top, x, bottom),
                  line(x - half, top, x + half, top),
                  line(x - half, bottom, x + half, bottom),
                ],
              };
        },
      },
      ...(input.previous === undefined
        ? []
        : [
            {
              name: 'previous',
              type: 'line',
              step: 'middle',
              symbol: 'none',
              silent: true,
              z: 4,
              data: input.previous.slice(0, points.length),
              lineStyle: { color: c.text3, width: 1.5, type: [4, 3] },
            },
          ]),
    ],
  };
}
