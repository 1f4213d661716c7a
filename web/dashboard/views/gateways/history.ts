/** The last days of a gateway by quarter hours, asked for two gateways at a time and kept a while. */
import { useEffect, useState } from 'preact/hooks';
import { type GatewayQuarter, HISTORY_BUCKET_MS, HISTORY_DAYS } from '../../../../server/contract/gatewayHealth.ts';
import { ofSite } from '../../state/endpoints.ts';

const SLOTS = (HISTORY_DAYS * 86_400_000) / HISTORY_BUCKET_MS;
/** Its newest point is a quarter hour old. */
const KEPT_MS = 5 * 60_000;
/** A hall's worth of them at once would keep the server from its work. */
const AT_ONCE = 2;

const kept = new Map<string, { atMs: number; history: GatewayQuarter[] }>();
const waiting: (() => void)[] = [];
let running = 0;

async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (running >= AT_ONCE) await new Promise<void>((resolve) => waiting.push(resolve));
  running++;
  try {
    return await work();
  } finally {
    running--;
    waiting.shift()?.();
  }
}

/** Undefined while it is not there; a line that cannot be had is left out. */
export function useHistory(siteId: string, gatewayId: string, wanted: boolean): GatewayQuarter[] | undefined {
  const key = `${siteId}/${gatewayId}`;
  const [, redraw] = useState(0);
  const known = kept.get(key);
  useEffect(() => {
    if (!wanted || (known !== undefined && Date.now() - known.atMs < KEPT_MS)) return undefined;
    const abort = new AbortController();
    inTurn(async () => {
      if (abort.signal.aborted) return;
      const { history } = await ofSite(siteId).gatewayHistory(gatewayId, abort.signal);
      kept.set(key, { atMs: Date.now(), history });
      redraw((n) => n + 1);
    }).catch(() => undefined);
    return () => abort.abort();
  }, [key, wanted]);
  return known?.history;
}

/** One value a quarter hour up to the newest, null where there is none. */
export function slotsOf(
  history: readonly GatewayQuarter[],
  of: (quarter: GatewayQuarter) => number | null,
  untilMs: number,
): (number | null)[] {
  const slots = new Array<number | null>(SLOTS).fill(null);
  const last = Math.floor(untilMs / HISTORY_BUCKET_MS);
  for (const quarter of history) {
    const at = SLOTS - 1 - (last - Math.floor(Date.parse(quarter.start) / HISTORY_BUCKET_MS));
    if (at >= 0 && at < SLOTS) slots[at] = of(quarter);
  }
  return slots;
}
