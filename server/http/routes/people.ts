/** Estimated people: observed carriers beside what reference counts make of them. */
import { people as answer } from '../../contract/people.ts';
import { askedZone, versionOf, zonedPeriod } from '../metricQuery.ts';
import { siteParams } from '../resources.ts';
import { type Route, route } from '../route.ts';
import type { Services } from '../services.ts';
import { checkedPeriod, checkedPoints, interval } from '../times.ts';

export function peopleRoutes({ registry, questions }: Services): Route[] {
  return [
    route({
      method: 'get',
      path: '/sites/:site/metrics/people',
      summary: 'Carriers that came in and the people they stand for, each with its interval; zone is an entrance',
      access: { roles: ['owner', 'manager'], scope: 'site' },
      params: siteParams,
      query: zonedPeriod.extend({ interval: interval.default('hour') }),
      response: answer,
      handler(context) {
        const { siteId, query } = context;
        const { fromMs, toMs } = checkedPeriod(query);
        checkedPoints(fromMs, toMs, query.interval);
        const zone = askedZone(registry, context, query.zone);
        return questions.people({ siteId, fromMs, toMs, interval: query.interval, ...zone, ...versionOf(query) });
      },
    }),
  ];
}
