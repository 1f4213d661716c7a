/**
 * Every address of a name that a stranger has typed. Asked of the name servers themselves: the system's own look-up holds one
 * of a few threads, which the database and the disk need too, for as long as a name's servers keep it waiting.
 */
import { lookup, Resolver } from 'node:dns/promises';

const TIMEOUT_MS = 3_000;
const TRIES = 2;
/** No name server is known, as on some machines that ask otherwise. */
const NO_SERVER = 'ECONNREFUSED';

/** As the system sees it, names of its own network too. */
export const resolveBySystem = async (host: string): Promise<string[]> =>
  (await lookup(host, { all: true, verbatim: true })).map(({ address }) => address);

/** `servers`: others than the machine's. */
export async function resolvePublic(host: string, servers?: readonly string[]): Promise<string[]> {
  const resolver = new Resolver({ timeout: TIMEOUT_MS, tries: TRIES });
  if (servers) resolver.setServers(servers);
  const answers = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)]);
  const refused = answers.every(
    (one) => one.status === 'rejected' && (one.reason as NodeJS.ErrnoException).code === NO_SERVER,
  );
  if (refused) return resolveBySystem(host);
  return answers.flatMap((one) => (one.status === 'fulfilled' ? one.value : []));
}
