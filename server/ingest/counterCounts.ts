/** Counts that door counters publish: checked, and written once. A broker of its own holds its acknowledgement until then. */
import { randomBytes } from 'node:crypto';
import { newId } from '../auth/secrets.ts';
import { countMessage } from '../contract/people.ts';
import { parseCounterTopic } from '../contract/topics.ts';
import type { Duck } from '../db/duckdb.ts';
import { counterNamed, putReferenceCounts } from '../db/referenceCounts.ts';
import type { Registry } from '../registry/types.ts';
import type { DeadLetters } from './deadLetters.ts';
import { faultsOf, parseJson } from './decode.ts';
import type { Clock } from './types.ts';

/** Counters keep time by the network, to the second. */
const CLOCK_SLACK_MS = 60_000;
/** Some hundred bytes are enough. */
const MAX_COUNT_BYTES = 4_096;

export interface CounterParts {
  duck: Duck;
  registry: Registry;
  deadLetters: DeadLetters;
  clock: Clock;
}

/** False where the topic is not a counter's. */
export async function takeCount(parts: CounterParts, topic: string, payload: Uint8Array): Promise<boolean> {
  const named = parseCounterTopic(topic);
  if (!named) return false;
  const { duck, registry, deadLetters, clock } = parts;
  const { siteId, counterId } = named;
  const site = registry.site(siteId);
  const letter = (reason: string, detail: string): true => {
    // The counter stands where a gateway would: it is the sender.
    deadLetters.add({
      atMs: clock(),
      siteId: site?.id ?? null,
      gatewayId: site ? counterId : null,
      topic,
      reason,
      detail,
    });
    return true;
  };
  if (!site) return letter('unknown-site', 'no such site on this server');
  if (payload.length > MAX_COUNT_BYTES)
    return letter('oversize', `${payload.length} bytes; at most ${MAX_COUNT_BYTES} are taken`);
  const parsed = parseJson(payload);
  if (!parsed.ok) return letter('not-json', `${payload.length} bytes that are not JSON`);
  const checked = countMessage.safeParse(parsed.value);
  if (!checked.success) return letter('schema', faultsOf(checked.error.issues));
  const { entranceZoneId, fromMs, toMs, in: people, out = null } = checked.data;
  if (registry.zones.get(siteId, entranceZoneId)?.kind !== 'entrance')
    return letter('schema', 'entranceZoneId: must be a zone of kind entrance');
  if (toMs > clock() + CLOCK_SLACK_MS)
    return letter('future', 'toMs: must not lie in the future; set the clock of the counter');
  const count = {
    id: newId(randomBytes, 'r'),
    zoneId: entranceZoneId,
    counterId,
    fromMs,
    toMs,
    people,
    out,
    note: null,
  };
  // Transactions keep the order in which messages came: a correction must not be overtaken.
  const refusal = await duck.transaction(async (sql) => {
    const counter = await counterNamed(sql, siteId, counterId);
    if (!counter)
      return {
        reason: 'unknown-counter',
        detail: 'the counter is not entered in this site; enter it and it will be heard',
      };
    if (entranceZoneId !== counter.zoneId)
      return {
        reason: 'schema',
        detail: `entranceZoneId: must be ${counter.zoneId}, which the counter is entered for`,
      };
    await putReferenceCounts(sql, siteId, [count], counterId, clock());
    return undefined;
  });
  return refusal ? letter(refusal.reason, refusal.detail) : true;
}
