/**
 * One POST to a receiver whose address a person of the mall has typed: every address of its name is looked at, the
 * connection is made to the very one that was looked at, no redirect is followed, little is read of the answer.
 */
import { type ClientRequest, Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { isPublicAddress } from '../push/address.ts';
import { resolveBySystem, resolvePublic } from '../push/resolve.ts';
import { isPrivateAddress } from './privateAddress.ts';

export interface PostParts {
  /** Receivers in the mall's own network, and plain http. */
  allowPrivateAddresses: boolean;
  /**
   * For webhooks of tenants too, who could else reach what listens there for the mall alone: its database, its cameras.
   * @default false
   */
  allowPrivateAddressesToTenants?: boolean;
  /** Every address of a name. @default the name servers' word, and the system's where private addresses are allowed */
  resolve?: (host: string) => Promise<string[]>;
  /** Certificate authority, where it is not the system's. */
  ca?: string;
}

export const allowsPrivate = (
  parts: Pick<PostParts, 'allowPrivateAddresses' | 'allowPrivateAddressesToTenants'>,
  tenantId: string | null,
): boolean => parts.allowPrivateAddresses && (tenantId === null || parts.allowPrivateAddressesToTenants === true);

export interface Post {
  /** Whose the webhook is; null: the mall's. */
  tenantId: string | null;
  headers: Record<string, string>;
  body: string;
  timeoutMs: number;
  /** Asked once the connection stands; true: nothing is sent. */
  isHeld: () => Promise<boolean>;
}

export type PostAnswer =
  | { kind: 'answered'; status: number; retryAfter: string | undefined; text: string }
  | { kind: 'held' }
  /** Refused by us, or not reached, or no answer in time. */
  | { kind: 'failed'; why: string };

const MAX_ANSWER_BYTES = 1_024;
const MAX_ANSWER_HEADER_BYTES = 16_384;
const MAX_AGENTS = 200;
const MAX_SOCKETS_PER_ADDRESS = 8;
const IDLE_MS = 15_000;

/** What can be said of a receiver's address without asking anybody. */
export function urlFault(text: string, allowPrivateAddresses: boolean): string | undefined {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return 'must be an address such as https://example.com/promenade';
  }
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && allowPrivateAddresses)) return 'must be https';
  if (url.username !== '' || url.password !== '') return 'must hold no name or password';
  if (url.hash !== '') return 'must hold no #';
  const host = hostOf(url);
  if (isIP(host) && !mayConnect(host, allowPrivateAddresses))
    return `must not be ${host}: it is no address of the internet`;
  return undefined;
}

const hostOf = (url: URL): string => url.hostname.replace(/^\[|\]$/g, '');
const mayConnect = (address: string, allowPrivate: boolean): boolean =>
  isPublicAddress(address) || (allowPrivate && isPrivateAddress(address));

export class Poster {
  readonly #parts: PostParts;
  readonly #agents = new Map<string, HttpAgent>();

  constructor(parts: PostParts) {
    this.#parts = parts;
  }

  close(): void {
    for (const agent of this.#agents.values()) agent.destroy();
    this.#agents.clear();
  }

  async post(receiver: string, message: Post): Promise<PostAnswer> {
    const allowPrivate = allowsPrivate(this.#parts, message.tenantId);
    const fault = urlFault(receiver, allowPrivate);
    if (fault !== undefined) return { kind: 'failed', why: `the address ${fault}` };
    const url = new URL(receiver);
    const untilMs = performance.now() + message.timeoutMs;
    const address = await inTime(this.#address(url, allowPrivate), message.timeoutMs);
    if (address === undefined) return { kind: 'failed', why: `${url.hostname} is not found` };
    if (typeof address !== 'string') return { kind: 'failed', why: address.why };
    const answer = await this.#send(url, address, message, untilMs);
    // The receiver had closed a kept connection: nothing of the message was read.
    return answer === 'again' ? this.#send(url, address, message, untilMs, true).then(settled) : answer;
  }

  async #address(url: URL, allowPrivate: boolean): Promise<string | undefined | { why: string }> {
    const host = hostOf(url);
    const { resolve = allowPrivate ? resolveBySystem : resolvePublic } = this.#parts;
    const addresses = isIP(host) ? [host] : await resolve(host).catch(() => []);
    const wrong = addresses.find((address) => !mayConnect(address, allowPrivate));
    // One is enough: what it resolves to next is anybody's guess.
    if (wrong !== undefined)
      return { why: `${url.hostname} has the address ${wrong}, which is not one of the internet` };
    return addresses[0];
  }

  #agentOf(url: URL, address: string): HttpAgent {
    const key = `${url.protocol}//${url.host} ${address}`;
    const known = this.#agents.get(key);
    // The address that was looked at, whatever the name says by now.
    const lookupOnce: LookupFunction = (_host, options, done) => {
      const family = isIP(address);
      if (options.all) done(null, [{ address, family }]);
      else done(null, address, family);
    };
    const { ca } = this.#parts;
    const options = { keepAlive: true, maxSockets: MAX_SOCKETS_PER_ADDRESS, timeout: IDLE_MS, lookup: lookupOnce };
    const agent =
      known ??
      (url.protocol === 'https:'
        ? new HttpsAgent({ ...options, ...(ca === undefined ? {} : { ca }) })
        : new HttpAgent(options));
    this.#agents.delete(key);
    this.#agents.set(key, agent);
    if (this.#agents.size > MAX_AGENTS) {
      const [oldest, idle] = this.#agents.entries().next().value!;
      this.#agents.delete(oldest);
      for (const sockets of Object.values(idle.freeSockets)) for (const socket of sockets ?? []) socket.destroy();
    }
    return agent;
  }

  #send(url: URL, address: string, message: Post, untilMs: number, fresh = false): Promise<PostAnswer | 'again'> {
    return new Promise((resolve) => {
      const body = Buffer.from(message.body);
      const options = {
        method: 'POST',
        headers: { ...message.headers, 'content-length': String(body.length) },
        maxHeaderSize: MAX_ANSWER_HEADER_BYTES,
        agent: fresh ? this.#fresh(url, address) : this.#agentOf(url, address),
      };
      const outgoing = url.protocol === 'https:' ? httpsRequest(url, options) : httpRequest(url, options);
      const end = (answer: PostAnswer | 'again'): void => {
        clearTimeout(timer);
        resolve(answer);
      };
      let answered: (() => void) | undefined;
      const timer = setTimeout(
        () => {
          if (answered) answered();
          else end({ kind: 'failed', why: 'no answer in time' });
          outgoing.destroy();
        },
        Math.max(0, untilMs - performance.now()),
      );
      // An answer that changes the protocol ends the connection without an error and without a response.
      outgoing.on('close', () => setImmediate(() => end({ kind: 'failed', why: 'the connection was closed' })));
      outgoing.on('error', (error: NodeJS.ErrnoException) => {
        const stale = outgoing.reusedSocket && error.code === 'ECONNRESET';
        end(stale && !fresh ? 'again' : { kind: 'failed', why: error.message });
      });
      outgoing.on('response', (response) => {
        const pieces: Buffer[] = [];
        let bytes = 0;
        const said = (): void =>
          end({
            kind: 'answered',
            status: response.statusCode ?? 0,
            retryAfter: response.headers['retry-after'],
            text: Buffer.concat(pieces).toString('utf8', 0, MAX_ANSWER_BYTES),
          });
        answered = said;
        response.on('data', (piece: Buffer) => {
          bytes += piece.length;
          pieces.push(piece);
          if (bytes <= MAX_ANSWER_BYTES) return;
          said();
          response.destroy();
        });
        response.on('end', said);
        // The status has said it all: what fails after it changes nothing.
        response.on('error', said);
        response.on('close', said);
      });
      whenConnected(outgoing, url.protocol === 'https:', async () => {
        if (await message.isHeld()) {
          end({ kind: 'held' });
          outgoing.destroy();
        } else if (!outgoing.destroyed) outgoing.end(body);
      });
    });
  }

  #fresh(url: URL, address: string): HttpAgent {
    const agent = this.#agentOf(url, address);
    for (const sockets of Object.values(agent.freeSockets)) for (const socket of sockets ?? []) socket.destroy();
    return agent;
  }
}

const settled = (answer: PostAnswer | 'again'): PostAnswer =>
  answer === 'again' ? { kind: 'failed', why: 'the connection was closed' } : answer;

/** Headers leave with the body, so that nothing has left before. */
function whenConnected(outgoing: ClientRequest, tls: boolean, go: () => Promise<void>): void {
  const begin = (): void => {
    go().catch((error: Error) => outgoing.destroy(error));
  };
  outgoing.once('socket', (socket) => {
    if (socket.connecting) socket.once(tls ? 'secureConnect' : 'connect', begin);
    else begin();
  });
}

function inTime<T>(work: Promise<T>, timeoutMs: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), timeoutMs);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
