/** Who goes from where to where: left the zone left, right the zone entered, so that ways back and forth are no loops. */
import type { EChartsCoreOption } from 'echarts/core';
import { formatCount } from '../../lib/format.ts';
import { t } from '../i18n/t.ts';
import { colours, escapeHtml, FONT, tooltipStyle } from './style.ts';

export interface NamedFlow {
  from: string;
  to: string;
  visits: number;
}

export function flowSankey(flows: NamedFlow[], narrow: boolean): EChartsCoreOption {
  const c = colours();
  const left = (name: string) => `from:${name}`;
  const right = (name: string) => `to:${name}`;
  const plain = (node: string) => node.replace(/^(from|to):/, '');
  const nodes = [...new Set(flows.flatMap(({ from, to }) => [left(from), right(to)]))];
  const label = {
    color: c.text2,
    fontFamily: FONT,
    fontSize: 12,
    width: narrow ? 84 : 150,
    overflow: 'truncate',
    formatter: ({ name }: { name: string }) => plain(name),
  };
  return {
    animationDuration: 250,
    tooltip: {
      ...tooltipStyle(),
      trigger: 'item',
      formatter: (item: {
        dataType: string;
        name: string;
        value: number;
        data: { source?: string; target?: string };
      }) =>
        item.dataType === 'edge'
          ? `${escapeHtml(plain(item.data.source ?? ''))} → ${escapeHtml(plain(item.data.target ?? ''))}<br><b>${t('flow.visits', { n: item.value })}</b>`
          : `${escapeHtml(plain(item.name))}<br><b>${formatCount(item.value)}</b>`,
    },
    series: [
      {
        type: 'sankey',
        left: narrow ? 92 : 160,
        right: narrow ? 92 : 160,
        top: 8,
        bottom: 8,
        nodeWidth: 8,
        nodeGap: 9,
        layoutIterations: 24,
        draggable: false,
        emphasis: { focus: 'adjacency' },
        data: nodes.map((name) => ({
          name,
          itemStyle: { color: name.startsWith('from:') ? c.text3 : c.accent },
          label: { position: name.startsWith('from:') ? 'left' : 'right' },
        })),
        links: flows.map(({ from, to, visits }) => ({ source: left(from), target: right(to), value: visits })),
        label,
        lineStyle: { color: c.accent, opacity: 0.2, curveness: 0.5 },
      },
    ],
  };
}
