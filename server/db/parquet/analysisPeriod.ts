/** Analyses are of whole local days that are over: an end that moves through a day would tell when in it somebody came. */
import type { Site } from '../../contract/model.ts';
import { dayStartMs, localDay } from '../../metrics/localTime.ts';
import type { SeriesReader } from '../timeSeries.ts';
import { ExportError } from './manifest.ts';
import type { Period } from './periods.ts';

/** What was asked, cut to the days that the site has. @throws ExportError where none is over */
export async function wholeDaysOver(
  reading: SeriesReader,
  site: Site,
  asked: { fromMs: number | undefined; toMs: number | undefined },
): Promise<Period> {
  const row = await reading.sql.get<{ watermark_ms: number }>(
    'select watermark_ms from site_state where site_id = $1',
    [site.id],
  );
  const first = await reading.sql.get<{ first: number | null }>(
    'select min(first_ms) as first from gateways_heard where site_id = $1',
    [site.id],
  );
  if (!row || first?.first == null) throw new ExportError(`site ${site.id} has no data yet`);
  const { timezone } = site;
  const afterLast = localDay(timezone, row.watermark_ms);
  const fromDay = localDay(timezone, Math.max(asked.fromMs ?? first.first, first.first));
  const toDay = asked.toMs === undefined ? afterLast : Math.min(afterLast, localDay(timezone, asked.toMs - 1) + 1);
  if (toDay <= fromDay)
    throw new ExportError(
      `no whole day of site ${site.id} lies in that period: it has data from ${new Date(first.first).toISOString()} to ${new Date(row.watermark_ms).toISOString()}, and its newest day is not over`,
    );
  return { fromMs: dayStartMs(timezone, fromDay), toMs: dayStartMs(timezone, toDay) };
}
