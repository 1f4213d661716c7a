/** Returning over months, for short and long windows, against the definition. */
import { expect, test } from 'vitest';
import { localDay } from '../../server/metrics/localTime.ts';
import { returningCounts } from '../../server/metrics/returning.ts';
import { seededRandom } from '../support/random.ts';
import { onEachEngine } from './engines.ts';
import { below, pick } from './randomRows.ts';
import { commitOf, covered, DAY, HOUR, MINUTE, visit } from './rows.ts';

const START = Date.parse('2026-02-20T00:00Z');
const DAYS = 100;

onEachEngine((engine) => {
  test.each(['Europe/Prague', 'Australia/Lord_Howe'])(
    'agrees with the definition for every window, %s',
    async (timezone) => {
      const random = seededRandom(11);
      const { series, registry } = await engine.openSite(timezone);
      const { definitions } = registry.definitions('mall');
      const visits = Array.from({ length: 700 }, () => {
        // Some come often, most seldom, many just before or after midnight in UTC.
        const carrierId = `c-${Math.floor(120 * random() ** 2)}`;
        const atMs =
          START + below(random, DAYS) * DAY + (random() < 0.4 ? below(random, 90 * MINUTE) : below(random, DAY));
        return visit(carrierId, atMs, pick(random, [10_000, HOUR]));
      });
      const untilMs = START + (DAYS + 1) * DAY;
      const coverage = Array.from({ length: 24 * DAYS }, (_, i) =>
        covered('g1', START + i * HOUR, START + i * HOUR + MINUTE),
      ).flat();
      await series.commit(commitOf('mall', untilMs, { visits, coverage }));
      const long = visits.filter(({ startMs, endMs }) => endMs - startMs >= HOUR);
      let shown = 0;
      for (const returnWindowDays of [1, 2, 3, 5, 7, 13, 30, 90]) {
        await registry.putDefinitions('mall', { ...definitions, returnWindowDays, kAnonymity: 1 });
        for (let i = 0; i < 12; i += 1) {
          const fromMs = START + below(random, 60) * DAY + pick(random, [0, below(random, DAY)]);
          const toMs = Math.min(untilMs, fromMs + 1 + pick(random, [below(random, DAY), below(random, DAYS * DAY)]));
          const dayOf = (atMs: number): number => localDay(timezone, atMs);
          const wanted = returningCounts(long, fromMs, toMs, returnWindowDays, dayOf);
          // Of a time in which nobody reported nothing is told.
          const answer = await series.returning({ siteId: 'mall', fromMs, toMs });
          if (answer.coverage === 0) continue;
          expect(answer, `${returnWindowDays} days, ${fromMs} to ${toMs}`).toMatchObject(wanted);
          if (wanted.returning > 0) shown += 1;
        }
      }
      expect(shown).toBeGreaterThan(30);
    },
  );
});
