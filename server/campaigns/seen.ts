/** In which zones was a carrier, within these periods? Asked only for the ledger and the export of whoever carried it. */
import type { SeriesReader } from '../db/timeSeries.ts';
import { overlap, type Period } from '../privacy/consent.ts';

export interface SeenZone extends Period {
  zoneId: string;
}

export async function seenZones(
  reading: SeriesReader,
  siteId: string,
  carrierId: string,
  periods: readonly Period[],
  limit: number,
): Promise<SeenZone[]> {
  if (periods.length === 0) return [];
  const rows = await reading.carrierRows({
    table: 'stays',
    siteId,
    carrierId,
    fromMs: Math.min(...periods.map((period) => period.fromMs)),
    toMs: Math.max(...periods.map((period) => period.toMs)),
    limit,
  });
  return rows.flatMap(({ zoneId, startMs, endMs }) =>
    overlap([{ fromMs: startMs, toMs: endMs }], periods).map((part) => ({ zoneId, ...part })),
  );
}
