/** A gateway of another make under an id of ours: always the same one, and never that of another gateway. Pure. */
import { createHash } from 'node:crypto';

/** What is left of 32 characters after the mark and its dash. */
const MAX_SLUG_CHARS = 19;
/** 62 bits: nobody finds another name of a gateway's mark by trying; should there be two, the longer form tells them apart. */
const MARK_CHARS = 12;
const LONG_MARK_CHARS = 31;

function markOf(fleetId: string, name: string, chars: number): string {
  const digest = createHash('sha256').update(`${fleetId}\0${name}`).digest('hex');
  return BigInt(`0x${digest}`).toString(36).padStart(50, '0').slice(-chars);
}

/** `kitchen` of the fleet `esp` → `kitchen-4f9k2a0z81qd`: letters that people know it by, and a mark that is its own. */
export function gatewayIdOf(fleetId: string, name: string): string {
  const slug = name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+/, '')
    .slice(0, MAX_SLUG_CHARS)
    .replace(/-+$/, '');
  return `${slug || 'gateway'}-${markOf(fleetId, name, MARK_CHARS)}`;
}

/** Where the usual one is another gateway's. */
export const longGatewayIdOf = (fleetId: string, name: string): string => `x${markOf(fleetId, name, LONG_MARK_CHARS)}`;
