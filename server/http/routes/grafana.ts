/** The dashboard for Grafana, for whoever has the time series in InfluxDB. */
import { grafanaDashboard } from '../../db/influx/grafana/dashboard.ts';
import type { Registry } from '../../registry/types.ts';
import { Reply, type Route, route } from '../route.ts';

export const grafanaRoutes = ({ registry }: { registry: Pick<Registry, 'sites'> }): Route[] => [
  route({
    method: 'get',
    path: '/grafana.json',
    summary: 'A dashboard to import into Grafana, over the time series in InfluxDB (engine: influx)',
    access: { roles: ['owner', 'manager'], scope: 'server' },
    contentTypes: ['application/json'],
    handler: () =>
      new Reply(200, grafanaDashboard(registry.sites()[0]?.timezone), {
        headers: { 'content-disposition': 'attachment; filename="promenade-grafana.json"' },
      }),
  }),
];
