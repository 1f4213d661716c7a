/** Keys of customers: one per tenant and customer, so that two tenants cannot lay their customers side by side. */
import { createHash, createHmac, randomBytes } from 'node:crypto';
import type { WriteSql } from '../db/duckdb.ts';

const KEY_CHARS = 22;
const SECRET_BYTES = 32;

/** Shopper ids are random and secret to the server: hashing them is enough. */
export const shopperKeyOf = (siteId: string, tenantId: string | null, shopperId: string): string =>
  `s-${createHash('sha256')
    .update(`${siteId}\0${tenantId ?? ''}\0${shopperId}`)
    .digest('base64url')
    .slice(0, KEY_CHARS)}`;

/** A shop's numbers and e-mail addresses can be tried out one by one, so the hash is keyed with a secret of the site. */
export function customerKeyOf(secret: string, tenantId: string | null, customerId: string): string {
  const hash = createHmac('sha256', secret)
    .update(`${tenantId ?? ''}\0${customerId}`)
    .digest('base64url');
  return `x-${hash.slice(0, KEY_CHARS)}`;
}

export async function customerSecret(sql: WriteSql, siteId: string): Promise<string> {
  const kept = await sql.get<{ secret: string }>('select secret from customer_key_secrets where site_id = $1', [
    siteId,
  ]);
  if (kept !== undefined) return kept.secret;
  const secret = randomBytes(SECRET_BYTES).toString('base64url');
  await sql.run('insert into customer_key_secrets values ($1, $2)', [siteId, secret]);
  return secret;
}
