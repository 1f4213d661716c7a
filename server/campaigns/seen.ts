/** In which zones was a carrier, within these periods? Asked only for the ledger and the export of whoever carried it. */
import type { Duck } from '../db/duckdb.ts';
import { overlap, type Period } from '../privacy/consent.ts';

export interface SeenZone extends Period {
  zoneId: string;
}

export async function seenZones(
  duck: Duck,
  siteId: string,
  carrierId: string,
  periods: readonly Period[],
  limit: number,
): Promise<SeenZone[]> {
  const fromMs = Math.min(...periods.map((period) => period.fromMs));
  const toMs = Math.max(...periods.map((period) => period.toMs));
  if (periods.length === 0) return [];
  const rows = await duck.all<SeenZone>(
    `select zone_id as "zoneId", start_ms as "fromMs", end_ms as "toMs" from (
       select site_id, carrier_id, zone_id, start_ms, end_ms from stays
       union all select site_id, carrier_id, zone_id, start_ms, end_ms from open_stays)
     where site_id = $1 and carrier_id = $2 and end_ms >= $3 and start_ms <= $4
     order by start_ms desc limit ${Math.trunc(limit)}`,
    [siteId, carrierId, fromMs, toMs],
  );
  return rows.flatMap(({ zoneId, ...stay }) => overlap([stay], periods).map((part) => ({ zoneId, ...part })));
}
