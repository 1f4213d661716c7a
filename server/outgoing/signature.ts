/** Signatures of webhooks as Standard Webhooks has them: HMAC-SHA-256 over `id.timestamp.body`. Pure. */
import { createHmac } from 'node:crypto';
import type { RandomBytes } from '../auth/secrets.ts';

const PREFIX = 'whsec_';
/** The standard asks for 24 to 64 bytes. */
const SECRET_BYTES = 32;

export const newSecret = (random: RandomBytes): string => PREFIX + Buffer.from(random(SECRET_BYTES)).toString('base64');

const signed = (secret: string, messageId: string, timestamp: number, body: string): string =>
  `v1,${createHmac('sha256', Buffer.from(secret.slice(PREFIX.length), 'base64'))
    .update(`${messageId}.${timestamp}.${body}`)
    .digest('base64')}`;

/** One signature for each secret: while a secret is being changed either is right. `timestamp` in seconds. */
export const signatureHeaders = (
  secrets: readonly string[],
  messageId: string,
  timestamp: number,
  body: string,
): Record<string, string> => ({
  'webhook-id': messageId,
  'webhook-timestamp': String(timestamp),
  'webhook-signature': secrets.map((secret) => signed(secret, messageId, timestamp, body)).join(' '),
});
