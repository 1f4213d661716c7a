/** The last days of gateways by quarter hours, kept a while. */
import { useEffect, useState } from 'preact/hooks';
import { type GatewayQuarter, HISTORY_BUCKET_MS, HISTORY_DAYS } from '../../../../server/contract/gatewayHealth.ts';
import { ofSite } from '../../state/endpoints.ts';

const SLOTS = (HISTORY_DAYS * 86_400_000) / HISTORY_BUCKET_MS;
/** Its newest point is a quarter hour old. */
const KEPT_MS = 5 * 60_000;
/** A site that is starting knows nothing for some seconds. */
const AGAIN_MS = 15_000;

const kept = new Map<string, { atMs: number; history: GatewayQuarter[] }>();

/** Undefined while it is not there; one that cannot be had is left out. */
export function useHistory(siteId: string, gatewayId: string): GatewayQuarter[] | undefined {
  const key = `${siteId}/${gatewayId}`;
  const [, redraw] = useState(0);
  const known = kept.get(key);
  useEffect(() => {
    if (known !== undefined && Date.now() - known.atMs < KEPT_MS) return undefined;
    const abort = new AbortController();
    ofSite(siteId)
      .gatewayHistory(gatewayId, abort.signal)
      .then(({ history }) => {
        kept.set(key, { atMs: Date.now(), history });
        redraw((n) => n + 1);
      })
      .catch(() => undefined);
    return () => abort.abort();
  }, [key]);
  return known?.history;
}

type Adverts = ReadonlyMap<string, (number | null)[]>;
/** Of the site that was looked at last. */
let keptAdverts: { siteId: string; atMs: number; adverts: Adverts } | undefined;

/** What each gateway of the site heard, a value a quarter hour: of all in one question. Undefined while it is not there. */
export function useAdverts(siteId: string): Adverts | undefined {
  const [, redraw] = useState(0);
  useEffect(() => {
    const abort = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const askIn = (ms: number) => {
      timer = setTimeout(ask, ms);
    };
    function ask(): void {
      ofSite(siteId)
        .gatewayAdverts(abort.signal)
        .then(({ gateways }) => {
          const adverts = new Map(gateways.map(({ id, advertsPerSecond }) => [id, advertsPerSecond]));
          keptAdverts = { siteId, atMs: Date.now(), adverts };
          redraw((n) => n + 1);
          return KEPT_MS;
        })
        .catch(() => AGAIN_MS)
        .then((ms) => {
          if (!abort.signal.aborted) askIn(ms);
        });
    }
    const ageMs = keptAdverts?.siteId === siteId ? Date.now() - keptAdverts.atMs : KEPT_MS;
    if (ageMs < KEPT_MS) askIn(KEPT_MS - ageMs);
    else ask();
    return () => {
      abort.abort();
      clearTimeout(timer);
    };
  }, [siteId]);
  return keptAdverts?.siteId === siteId ? keptAdverts.adverts : undefined;
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
