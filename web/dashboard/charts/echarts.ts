/** The parts of ECharts that the dashboard draws with; fetched when a chart is first shown. */
import { BarChart, CustomChart, LineChart, SankeyChart } from 'echarts/charts';
import { GridComponent, TooltipComponent } from 'echarts/components';
import * as core from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';

core.use([BarChart, CustomChart, LineChart, SankeyChart, GridComponent, TooltipComponent, CanvasRenderer]);

export const createChart = (element: HTMLElement): core.EChartsType => core.init(element, null, { renderer: 'canvas' });
