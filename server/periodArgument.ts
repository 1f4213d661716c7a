/** An end of a period as a person types it: a local day, or an instant with an offset. */

import { parseInstant } from './http/times.ts';
import { DAY_MS, dayStartMs } from './metrics/localTime.ts';
import { ToldError } from './stopped.ts';

/** @throws ToldError */
export function periodEnd(name: string, text: string | undefined, timezone: string): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{4}-\d\d-\d\d$/.test(text)) {
    const ms = Date.parse(text);
    if (!Number.isNaN(ms) && new Date(ms).toISOString().startsWith(text)) return dayStartMs(timezone, ms / DAY_MS);
    throw new ToldError(`${name} ${text} is not a day that exists`);
  }
  const parsed = parseInstant(text);
  if (typeof parsed === 'string') throw new ToldError(`${name} ${text} ${parsed}, or a local day such as 2026-05-04`);
  return parsed;
}
