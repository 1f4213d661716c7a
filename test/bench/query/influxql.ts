/**
 * The same rows in a real InfluxDB, as a user would keep them: one point for each visit, zone visit, quarter hour of
 * occupancy and hour of heat, and what InfluxQL answers of the dashboard's questions. It has no bands, no coverage, no open
 * visits, no local weekday, and knows nothing of what two points of a visit have in common.
 */
import { Duck } from '../../../server/db/duckdb.ts';
import { dayStartMs, localDay } from '../../../server/metrics/localTime.ts';
import { Influxd, influxMissing } from '../../support/influxd.ts';
import { SITE, TIMEZONE } from './year.ts';

export interface InfluxTiming {
  name: string;
  /** Null: InfluxQL has no words for it. */
  p50: number | null;
  max: number | null;
}

const ASKS = 5;
const POINTS_PER_WRITE = 10_000;

async function* linesOf(duck: Duck, fromMs: number, toMs: number): AsyncGenerator<string[]> {
  const HOUR = 3_600_000;
  for (let at = fromMs; at < toMs; at += 6 * HOUR) {
    const range = `site_id = '${SITE}' and {} >= ${at} and {} < ${Math.min(toMs, at + 6 * HOUR)}`;
    const where = (column: string): string => range.replaceAll('{}', column);
    // Points of one series and time overwrite each other: nanoseconds keep them apart.
    const query = `
      select 'visits,kind=' || kind || ' carrier="' || carrier_id || '",length=' || (end_ms - start_ms) || 'i ' || (start_ms * 1000000 + n) as line
      from (select *, row_number() over (partition by start_ms) as n from visits where ${where('start_ms')})
      union all
      select 'stays,zone=' || zone_id || ' carrier="' || carrier_id || '",length=' || (end_ms - start_ms) || 'i ' || (start_ms * 1000000 + n)
      from (select *, row_number() over (partition by start_ms, zone_id) as n from stays where ${where('start_ms')})
      union all
      select 'occupancy,zone=' || case zone_id when '' then 'site' else zone_id end || ' carrier_ms=' || carrier_ms || 'i,peak=' || peak || 'i ' || (bucket_ms * 1000000)
      from occupancy where ${where('bucket_ms')}
      union all
      select 'heat,floor=' || floor_id || ',cell=' || (cell_x // 2) || '_' || (cell_y // 2) || ' dwell=' || sum(dwell_ms) || 'i,carriers=' || count(distinct carrier) || 'i ' || ((bucket_ms - bucket_ms % ${HOUR}) * 1000000)
      from heat where ${where('bucket_ms')} group by floor_id, cell_x // 2, cell_y // 2, bucket_ms - bucket_ms % ${HOUR}`;
    const rows = await duck.all<{ line: string }>(query);
    for (let i = 0; i < rows.length; i += POINTS_PER_WRITE)
      yield rows.slice(i, i + POINTS_PER_WRITE).map((row) => row.line);
  }
}

export async function askInflux(
  path: string,
  days: number,
  nowMs: number,
  say: (text: string) => void,
  tell: (text: string) => void,
): Promise<InfluxTiming[] | undefined> {
  if (influxMissing !== undefined) {
    say(`no comparison with InfluxDB: ${influxMissing}`);
    return undefined;
  }
  const influxd = await new Influxd().start();
  const duck = await Duck.open(path);
  try {
    const ask = async (query: string): Promise<void> => {
      const answer = await fetch(`${influxd.url}/query?db=mall&epoch=ms`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({ q: query }),
      });
      const text = await answer.text();
      if (!answer.ok || text.includes('"error"')) throw new Error(`InfluxDB: ${query}: ${text.slice(0, 300)}`);
    };
    await ask('create database mall');
    const today = localDay(TIMEZONE, nowMs);
    const fromMs = dayStartMs(TIMEZONE, today - days + 1);
    const began = performance.now();
    let points = 0;
    for await (const lines of linesOf(duck, fromMs, nowMs)) {
      const answer = await fetch(`${influxd.url}/write?db=mall&precision=ns`, {
        method: 'POST',
        body: lines.join('\n'),
      });
      if (answer.status !== 204) throw new Error(`InfluxDB answers ${answer.status}: ${await answer.text()}`);
      points += lines.length;
    }
    tell(
      `\nInfluxDB 1.6 with ${days} days of the same rows, ${points} points written in ${((performance.now() - began) / 1_000).toFixed(0)} s; nothing else under way`,
    );
    const timings: InfluxTiming[] = [];
    const time = async (name: string, query: (i: number) => string): Promise<void> => {
      const took: number[] = [];
      for (let i = 0; i < ASKS; i += 1) {
        const from = performance.now();
        await ask(query(i));
        took.push(performance.now() - from);
      }
      took.sort((a, b) => a - b);
      timings.push({ name, p50: took[ASKS >> 1]!, max: took.at(-1)! });
      tell(`${name.padEnd(60)} ${took[ASKS >> 1]!.toFixed(0).padStart(7)} ${took.at(-1)!.toFixed(0).padStart(7)}`);
    };
    const zoneOf = (i: number): string => `z${(i * 17 + 3) % 100}`;
    const day = `time >= ${dayStartMs(TIMEZONE, today)}ms`;
    const all = `time >= ${fromMs}ms`;
    const week = `time >= ${dayStartMs(TIMEZONE, today - 6)}ms`;
    for (const [span, where, step] of [
      ['today by hour', day, '1h'],
      [`${days} days by day`, all, '1d'],
    ] as const) {
      const by = `group by time(${step}) tz('${TIMEZONE}')`;
      const visits = `from visits where ${where} and length >= 60000`;
      const stays = (i: number): string => `from stays where zone = '${zoneOf(i)}' and ${where}`;
      await time(`footfall, site, ${span}: count`, () => `select count(length) ${visits} ${by}`);
      await time(`footfall, zone, ${span}: count`, (i) => `select count(length) ${stays(i)} and length >= 30000 ${by}`);
      await time(
        `dwell, site, ${span}: median, mean, 90th`,
        () => `select median(length), mean(length), percentile(length, 90) ${visits} ${by}`,
      );
      await time(
        `dwell, zone, ${span}: median, mean, 90th`,
        (i) => `select median(length), mean(length), percentile(length, 90) ${stays(i)} and length >= 30000 ${by}`,
      );
      await time(
        `unique visitors, site, ${span}: of starts only`,
        () => `select count(distinct(carrier)) ${visits} ${by}`,
      );
      await time(
        `unique visitors, zone, ${span}: of starts only`,
        (i) => `select count(distinct(carrier)) ${stays(i)} ${by}`,
      );
      await time(
        `occupancy, site, ${span}: mean, peak`,
        () => `select mean(carrier_ms), max(peak) from occupancy where zone = 'site' and ${where} ${by}`,
      );
      await time(
        `capture rate, zone, ${span}: both counts`,
        (i) =>
          `select count(length) ${stays(i)} and length >= 30000 ${by}; select count(length) ${stays(i)} and length < 30000 ${by}`,
      );
    }
    await time(
      `peak hours, site, ${days} days: hours, to be put together`,
      () => `select count(length) from visits where ${all} and length >= 60000 group by time(1h)`,
    );
    await time(
      'heatmap dwell, a week, 2 m',
      (i) => `select sum(dwell) from heat where floor = 'f${i % 5}' and ${week} group by cell`,
    );
    await time(
      `heatmap dwell, ${days} days, 2 m`,
      (i) => `select sum(dwell) from heat where floor = 'f${i % 5}' and ${all} group by cell`,
    );
    for (const name of ['affinity', 'flows', 'returning', 'unique visitors present']) {
      timings.push({ name, p50: null, max: null });
      tell(`${name.padEnd(60)} InfluxQL has no words for it`);
    }
    return timings;
  } finally {
    await duck.close();
    await influxd.stop();
  }
}
