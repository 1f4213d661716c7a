/** How an app comes to its identity: over REST, as any phone does it. */
import { createClient } from '../server/client/core.ts';
import { enrolApp as enrol, getShopperSite, startShopper } from '../server/client/operations/shopper.ts';
import type { RotatingIdentity } from './rotatingBeacon.ts';

/** The consent's words, a session, the identity with its secret. */
export async function enrolApp(server: string, siteId: string): Promise<RotatingIdentity> {
  // What a browser does by itself: it names its page, and keeps the cookie of the session.
  const headers: Record<string, string> = { origin: new URL(server).origin };
  const client = createClient({
    baseUrl: server,
    headers,
    fetch: async (...asked) => {
      const response = await fetch(...asked);
      const [session] = response.headers.getSetCookie();
      if (session) headers.cookie = session.split(';', 1)[0]!;
      return response;
    },
  });
  const { consents } = await getShopperSite(client, { siteId });
  const presence = consents.find(({ purpose }) => purpose === 'presence');
  if (!presence) throw new Error(`site ${siteId} asks for no consent to be recognised`);
  const { purpose, version, textHash } = presence;
  await startShopper(client, {
    site: siteId,
    language: 'en',
    consents: [{ purpose, version, textHash, language: 'en' }],
  });
  const { uuid, secretHex, slotSeconds } = await enrol(client, { mode: 'advertise' });
  if (uuid === null || secretHex === null) throw new Error(`site ${siteId} gave an app no secret`);
  return { uuid, secretHex, slotSeconds };
}
