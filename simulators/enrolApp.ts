/** How an app comes to its identity: over REST, as any phone does it. */
import type { IdentityGiven } from '../server/contract/identity.ts';
import type { PublicSite } from '../server/contract/offers.ts';
import type { RotatingIdentity } from './rotatingBeacon.ts';

/** The consent's words, a session, the identity with its secret. */
export async function enrolApp(server: string, siteId: string): Promise<RotatingIdentity> {
  const base = `${server.replace(/\/+$/, '')}/api/v1/shopper`;
  let cookie = '';
  const ask = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const response = await fetch(`${base}${path}`, {
      method,
      headers: { origin: new URL(server).origin, cookie, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text.slice(0, 200)}`);
    const [session] = response.headers.getSetCookie();
    if (session) cookie = session.split(';', 1)[0]!;
    return JSON.parse(text) as T;
  };
  const { consents } = await ask<PublicSite>('GET', `/site/${siteId}`);
  const presence = consents.find(({ purpose }) => purpose === 'presence');
  if (!presence) throw new Error(`site ${siteId} asks for no consent to be recognised`);
  const { purpose, version, textHash } = presence;
  await ask('POST', '/start', {
    site: siteId,
    language: 'en',
    consents: [{ purpose, version, textHash, language: 'en' }],
  });
  const { uuid, secretHex, slotSeconds } = await ask<IdentityGiven>('POST', '/identity', { mode: 'advertise' });
  if (uuid === null || secretHex === null) throw new Error(`site ${siteId} gave an app no secret`);
  return { uuid, secretHex, slotSeconds };
}
