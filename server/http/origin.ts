/** Where a request comes from: cookies, and whether another site's page sent it. Pure. */
import type { IncomingHttpHeaders } from 'node:http';

export function readCookies(header: string | undefined): Map<string, string> {
  const cookies = new Map<string, string>();
  for (const part of header?.split(';') ?? []) {
    const at = part.indexOf('=');
    if (at < 1) continue;
    const name = part.slice(0, at).trim();
    // Of two cookies of one name the more specific comes first.
    if (!cookies.has(name)) cookies.set(name, part.slice(at + 1).trim());
  }
  return cookies;
}

const hostOf = (url: string): string | undefined => {
  try {
    return new URL(url).host;
  } catch {
    return undefined;
  }
};

export function sameOrigin(origin: string, host: string | undefined, publicUrl: string | null): boolean {
  const from = hostOf(origin);
  return from !== undefined && (from === host || (publicUrl !== null && from === hostOf(publicUrl)));
}

/**
 * Did another site's page send it? A browser tells by Sec-Fetch-Site or Origin. Where it tells nothing, a request that
 * rests on a cookie (`proofNeeded`) counts as foreign; one with a bearer token or none cannot be forged that way.
 */
export function crossSite(headers: IncomingHttpHeaders, publicUrl: string | null, proofNeeded: boolean): boolean {
  const { origin, host } = headers;
  if (origin !== undefined) return !sameOrigin(origin, host, publicUrl);
  const fetchSite = headers['sec-fetch-site'];
  if (fetchSite !== undefined) return fetchSite !== 'same-origin' && fetchSite !== 'none';
  return proofNeeded;
}
