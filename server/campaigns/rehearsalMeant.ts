/** Whom a campaign means, as far as the past can tell: by earlier visits. What people said of themselves it cannot. */
import type { Audience, Campaign } from '../contract/campaigns.ts';
import type { ReadSql } from '../db/duckdb.ts';
import { sqlStrings } from '../db/sqlText.ts';
import { type AudienceCondition, asksVisits, audienceMiss, conditionsOf, daysAway } from './audience.ts';
import { unitOfPerson } from './rehearsalFires.ts';
import { type KnownVisit, knownVisits } from './rehearsalReader.ts';

export interface Meant {
  isMeant: (carrierId: string | null, atMs: number, person: string) => boolean;
  /** Conditions that nothing is known of. */
  unknown: AudienceCondition[];
  /** Of all registered carriers, where they were asked for. */
  visits: KnownVisit[];
}

const UNKNOWABLE = ['interests', 'brands', 'tiers'] as const;

/** Sorted ascending, each once. */
function daysByCarrier(visits: readonly KnownVisit[], dayOf: (atMs: number) => number): Map<string, number[]> {
  const days = new Map<string, number[]>();
  for (const { carrierId, startMs } of visits) {
    const day = dayOf(startMs);
    const known = days.get(carrierId);
    if (!known) days.set(carrierId, [day]);
    else if (known.at(-1) !== day) known.push(day);
  }
  return days;
}

async function zoneDays(sql: ReadSql, siteId: string, zoneIds: readonly string[], dayOf: (atMs: number) => number) {
  const rows = await sql.all<{ carrierId: string; zoneId: string; endMs: number }>(
    `select carrier_id as "carrierId", zone_id as "zoneId", end_ms as "endMs" from stays
     where site_id = $1 and kind in ('shopper', 'tag') and zone_id in ${sqlStrings(zoneIds)} order by end_ms`,
    [siteId],
  );
  const byCarrier = new Map<string, { zoneId: string; endMs: number; day: number }[]>();
  for (const { carrierId, zoneId, endMs } of rows) {
    const list = byCarrier.get(carrierId) ?? [];
    list.push({ zoneId, endMs, day: dayOf(endMs) });
    byCarrier.set(carrierId, list);
  }
  return byCarrier;
}

/** `wanted`: visits are asked for, whatever the audience. */
export async function meantBy(
  sql: ReadSql,
  siteId: string,
  campaign: Pick<Campaign, 'audience' | 'trigger'>,
  options: {
    dayOf: (atMs: number) => number;
    fromMs: number;
    toMs: number;
    returnWindowDays: number;
    wanted: boolean;
  },
): Promise<Meant> {
  const { dayOf, fromMs, toMs, returnWindowDays } = options;
  const { trigger } = campaign;
  const conditions = conditionsOf(campaign.audience);
  const unknown = UNKNOWABLE.filter((condition) => conditions.has(condition));
  const asked = asksVisits(conditions) || trigger.type === 'return';
  const visits = asked || options.wanted ? await knownVisits(sql, siteId, toMs) : [];
  if (!asked) return { isMeant: () => true, unknown, visits };

  const audience: Audience | null = campaign.audience && { ...campaign.audience, interests: [], brands: [], tiers: [] };
  const days = daysByCarrier(visits, dayOf);
  const zoneIds = [...(audience?.visited?.zoneIds ?? []), ...(audience?.notVisited?.zoneIds ?? [])];
  const inZones = zoneIds.length > 0 ? await zoneDays(sql, siteId, zoneIds, dayOf) : new Map<string, never[]>();
  const answers = new Map<string, boolean>();
  const judge = (carrierId: string, atMs: number): boolean => {
    const today = dayOf(atMs);
    const visitDays = (days.get(carrierId) ?? []).filter((day) => day <= today).reverse();
    const lastDayInZone = new Map<string, number>();
    for (const { zoneId, endMs, day } of inZones.get(carrierId) ?? []) if (endMs < atMs) lastDayInZone.set(zoneId, day);
    const history = { visitDays, lastDayInZone };
    if (trigger.type === 'return') {
      const away = daysAway(history, today);
      if (away === undefined || away < trigger.days) return false;
    }
    const facts = { profile: undefined, tier: 'member' as const, history, today, returnWindowDays };
    return audienceMiss(audience, facts) === undefined;
  };
  const known = (carrierId: string, atMs: number): boolean => {
    // Zones of the same day tell by the minute.
    if (inZones.size > 0) return judge(carrierId, atMs);
    const key = `${carrierId} ${dayOf(atMs)}`;
    let answer = answers.get(key);
    if (answer === undefined) {
      answer = judge(carrierId, atMs);
      answers.set(key, answer);
    }
    return answer;
  };
  // Carriers that are nobody's are taken to be like those that are known.
  const recent = visits.filter(({ startMs }) => startMs >= fromMs);
  const fitting = recent.filter(({ carrierId, startMs }) => known(carrierId, startMs)).length;
  const share = recent.length > 0 ? fitting / recent.length : 0;
  return {
    isMeant: (carrierId, atMs, person) => (carrierId === null ? unitOfPerson(person) < share : known(carrierId, atMs)),
    unknown,
    visits,
  };
}
