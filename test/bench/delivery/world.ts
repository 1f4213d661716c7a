/** The mall of the bench: floors full of gateways, coupon zones, a campaign in each, a shopper with a phone for each carrier. */
import { join } from 'node:path';
import { Campaigns } from '../../../server/campaigns/campaigns.ts';
import { attention, campaign } from '../../../server/contract/campaigns.ts';
import { carrier, floor, gateway, site, zone } from '../../../server/contract/model.ts';
import { Duck } from '../../../server/db/duckdb.ts';
import { migrate } from '../../../server/db/migrations/index.ts';
import { consentTexts } from '../../../server/privacy/consentTexts.ts';
import { openRegistry } from '../../../server/registry/registry.ts';

export const SITE = 'mall';
export const UUID = 'f7826da6-4fa2-4e98-8024-bc5b71e0893e';
export const FLOORS = 2;
export const SIDE_M = 200;
export const GATEWAY_SPACING_M = 14;
const ZONE_SPACING_M = 50;
const ZONE_RADIUS_M = 6;
const DAY_MS = 86_400_000;

export const floorId = (level: number): string => `f${level}`;
export const tokenOf = (i: number): string => `bench-phone-${i}`;
export const shopperId = (i: number): string => `s-bench-${i}`;
/** Major and minor of a carrier. */
export const beaconOf = (i: number): [major: number, minor: number] => [1 + Math.floor(i / 60_000), i % 60_000];

export interface GatewayPlace {
  id: string;
  level: number;
  xM: number;
  yM: number;
}
export const PER_ROW = Math.floor(SIDE_M / GATEWAY_SPACING_M);
/** Floor by floor, row by row. */
export function gateways(): GatewayPlace[] {
  const all: GatewayPlace[] = [];
  for (let level = 0; level < FLOORS; level++)
    for (let column = 0; column < PER_ROW; column++)
      for (let row = 0; row < PER_ROW; row++)
        all.push({
          id: `g-${level}-${column}-${row}`,
          level,
          xM: (column + 0.5) * GATEWAY_SPACING_M,
          yM: (row + 0.5) * GATEWAY_SPACING_M,
        });
  return all;
}

function zones() {
  const all = [];
  for (let level = 0; level < FLOORS; level++)
    for (let xM = ZONE_SPACING_M / 2; xM < SIDE_M; xM += ZONE_SPACING_M)
      for (let yM = ZONE_SPACING_M / 2; yM < SIDE_M; yM += ZONE_SPACING_M)
        all.push(
          zone.parse({
            id: `z-${level}-${xM}-${yM}`,
            floorId: floorId(level),
            name: `Shop ${level} ${xM} ${yM}`,
            kind: 'coupon',
            shape: { type: 'circle', xM, yM, radiusM: ZONE_RADIUS_M },
            tenantId: `t-${level}-${xM}-${yM}`,
          }),
        );
  return all;
}

/** Shoppers, consents, pairings and sessions are rows: nobody signs up ten thousand phones by hand. */
export async function prepare(dataDir: string, phones: number, nowMs: number): Promise<{ campaigns: number }> {
  const duck = await Duck.open(join(dataDir, 'promenade.duckdb'));
  try {
    await migrate(duck, nowMs);
    const registry = await openRegistry(
      duck,
      () => nowMs,
      () => undefined,
    );
    await registry.putSite(site.parse({ id: SITE, name: 'Bench', timezone: 'Europe/Prague', uuids: [UUID] }));
    for (let level = 0; level < FLOORS; level++)
      await registry.floors.put(
        SITE,
        floor.parse({ id: floorId(level), name: floorId(level), level, widthM: SIDE_M, heightM: SIDE_M }),
      );
    const couponZones = zones();
    await registry.zones.putAll(SITE, couponZones);
    await registry.gateways.putAll(
      SITE,
      gateways().map(({ id, level, xM, yM }) => gateway.parse({ id, floorId: floorId(level), xM, yM, zM: 3 })),
    );
    await registry.carriers.putAll(
      SITE,
      Array.from({ length: phones }, (_, i) => {
        const [major, minor] = beaconOf(i);
        return carrier.parse({ id: `c-bench-${i}`, kind: 'tag', uuid: UUID, major, minor });
      }),
    );
    const campaigns = new Campaigns(duck, registry);
    await campaigns.start();
    for (const { id, tenantId } of couponZones)
      await campaigns.put(
        SITE,
        campaign.parse({
          id: `k-${id.slice(2)}`,
          name: id,
          tenantId,
          zoneIds: [id],
          trigger: { type: 'enter' },
          offer: { title: 'Second coffee free', text: 'Today only, at the bar.', validMinutes: 30 },
          cooldownMinutes: 0,
          stock: 1_000_000,
          controlShare: 0,
          status: 'live',
        }),
        nowMs,
      );
    // As many pushes as there are entries: it is their way that is measured, not the mall's patience.
    const budget = { pushesPerVisit: 20, pushesPerDay: 50, pushesPerTenantPerDay: 20, quietHours: null };
    await campaigns.putAttention(SITE, attention.parse(budget), nowMs);
    const sinceMs = nowMs - DAY_MS;
    const range = `from range(${phones}) as t(i)`;
    await duck.transaction(async (sql) => {
      await sql.run(
        `insert into shoppers (id, site_id, language, created_ms)
         select 's-bench-' || i, '${SITE}', 'en', ${sinceMs} ${range}`,
      );
      for (const { purpose, version, textHash } of consentTexts('en'))
        await sql.run(
          `insert into consents (shopper_id, purpose, state, version, at_ms, text_hash, language)
           select 's-bench-' || i, $1, 'granted', $2, ${sinceMs}, $3, 'en' ${range}`,
          [purpose, version, textHash],
        );
      await sql.run(
        `insert into pairings (site_id, carrier_id, shopper_id, from_ms)
         select '${SITE}', 'c-bench-' || i, 's-bench-' || i, ${sinceMs} ${range}`,
      );
      await sql.run(
        `insert into sessions (token_hash, kind, subject_id, site_id, created_ms, expires_ms)
         select rtrim(replace(replace(base64(unhex(sha256('bench-phone-' || i))), '+', '-'), '/', '_'), '='),
           'shopper', 's-bench-' || i, '${SITE}', ${sinceMs}, ${nowMs + 30 * DAY_MS} ${range}`,
      );
    });
    return { campaigns: couponZones.length };
  } finally {
    await duck.close();
  }
}

/** What the server left behind: how long each hand-over took, and what was decided of the rest. */
export async function outcome(dataDir: string, fromMs: number, untilMs: number) {
  const duck = await Duck.open(join(dataDir, 'promenade.duckdb'));
  try {
    const sent = await duck.all<{
      sightingMs: number;
      latencyMs: number;
      decidedMs: number;
      issuedMs: number;
      id: string;
    }>(
      `select d.sighting_at_ms as "sightingMs", d.latency_ms as "latencyMs", d.decided_ms as "decidedMs",
         o.issued_ms as "issuedMs", o.id as id
       from offer_decisions d join offers o on o.id = d.offer_id
       where d.latency_ms is not null and d.sighting_at_ms >= $1 and d.sighting_at_ms < $2`,
      [fromMs, untilMs],
    );
    const others = await duck.all<{ code: string; n: number }>(
      `select code, count(*) as n from offer_decisions where outcome <> 'sent' and sighting_at_ms >= $1
         and sighting_at_ms < $2 group by code order by n desc`,
      [fromMs, untilMs],
    );
    return { sent, others };
  } finally {
    await duck.close();
  }
}
