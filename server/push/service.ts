/**
 * One POST to a push service. Its address comes from a browser, so it is taken for hostile each time: https on its own
 * port, every address of the name looked at, the connection made to the very one that was looked at, no redirect followed,
 * little read of the answer, and not for long.
 */
import type { ClientRequest } from 'node:http';
import { Agent, request } from 'node:https';
import { isIP } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { isPublicAddress } from './address.ts';
import { resolvePublic } from './resolve.ts';

export type Answer =
  /** Taken: it will try to reach the phone. */
  | 'accepted'
  /** The subscription is over. */
  | 'gone'
  /** Surely not taken. */
  | 'refused'
  /** Nobody knows whether it was taken. */
  | 'failed';

export interface PushServiceParts {
  /** Every address of a name. @default the system's */
  resolve?: (host: string) => Promise<string[]>;
  /** @default isPublicAddress */
  mayConnect?: (address: string) => boolean;
  /** @default [443] */
  ports?: readonly number[];
  /** Certificate authority, where it is not the system's. */
  ca?: string;
}

export interface Message {
  headers: Record<string, string>;
  body: Buffer;
  /** Nothing is begun or waited for after so long. */
  timeoutMs: number;
  /** Asked once the connection stands; true: the message is not sent. */
  isHeld: () => Promise<boolean>;
}

/** Of the answer's words, for the operator. */
const MAX_ANSWER_BYTES = 2_048;
const MAX_ANSWER_HEADER_BYTES = 8_192;
/** There are a handful of push services, each with a few addresses. */
const MAX_AGENTS = 32;
const MAX_SOCKETS_PER_ADDRESS = 32;
const IDLE_MS = 30_000;

export const HTTPS_PORTS: readonly number[] = [443];

export class PushRefused extends Error {}

/** What can be said of an endpoint without asking anybody. */
export function endpointFault(endpoint: string, ports: readonly number[] = HTTPS_PORTS): string | undefined {
  let url: URL;
  try {
    url = new URL(endpoint);
  } catch {
    return 'is not an address';
  }
  if (url.protocol !== 'https:') return 'must be https';
  if (url.username !== '' || url.password !== '') return 'must hold no name or password';
  if (!ports.includes(url.port === '' ? 443 : Number(url.port))) return `must use port ${ports.join(' or ')}`;
  return undefined;
}

export class PushService {
  readonly #resolve: (host: string) => Promise<string[]>;
  readonly #mayConnect: (address: string) => boolean;
  readonly #ports: readonly number[];
  readonly #ca: string | undefined;
  readonly #agents = new Map<string, Agent>();

  constructor(parts: PushServiceParts = {}) {
    this.#resolve = parts.resolve ?? resolvePublic;
    this.#mayConnect = parts.mayConnect ?? isPublicAddress;
    this.#ports = parts.ports ?? HTTPS_PORTS;
    this.#ca = parts.ca;
  }

  close(): void {
    for (const agent of this.#agents.values()) agent.destroy();
    this.#agents.clear();
  }

  /** `held` where the last question said so. @throws PushRefused where the endpoint may not be connected to. */
  async post(endpoint: string, message: Message): Promise<Answer | 'held'> {
    const untilMs = performance.now() + message.timeoutMs;
    const fault = endpointFault(endpoint, this.#ports);
    if (fault !== undefined) throw new PushRefused(`the endpoint ${fault}`);
    const url = new URL(endpoint);
    const address = await inTime(this.#address(url), message.timeoutMs);
    if (address === undefined) return 'refused';
    const answer = await this.#send(url, address, message, untilMs);
    // The service had closed a kept connection; nothing of the message was read.
    return answer === 'again' ? this.#send(url, address, message, untilMs).then(settled) : answer;
  }

  async #address(url: URL): Promise<string | undefined> {
    const host = url.hostname.replace(/^\[|\]$/g, '');
    const addresses = isIP(host) ? [host] : await this.#resolve(host).catch(() => []);
    // One that is not public is enough: a name that has both is not a push service's.
    const wrong = addresses.find((address) => !this.#mayConnect(address));
    if (wrong !== undefined)
      throw new PushRefused(`${url.host} has the address ${wrong}, which is not one of the internet`);
    return addresses[0];
  }

  #agentOf(url: URL, address: string): Agent {
    const key = `${url.host} ${address}`;
    const agent =
      this.#agents.get(key) ??
      new Agent({
        keepAlive: true,
        maxSockets: MAX_SOCKETS_PER_ADDRESS,
        timeout: IDLE_MS,
        // The address that was looked at, whatever the name says by now.
        lookup: (_host, options, done) => {
          const family = isIP(address);
          if (options.all) done(null, [{ address, family }]);
          else done(null, address, family);
        },
        ...(this.#ca === undefined ? {} : { ca: this.#ca }),
      });
    this.#agents.delete(key);
    this.#agents.set(key, agent);
    if (this.#agents.size > MAX_AGENTS) {
      const [oldest, agent] = this.#agents.entries().next().value!;
      this.#agents.delete(oldest);
      // What is under way ends by itself, and its connection soon after: names that one phone invents cut no other's message.
      for (const sockets of Object.values(agent.freeSockets)) for (const socket of sockets ?? []) socket.destroy();
    }
    return agent;
  }

  #send(url: URL, address: string, message: Message, untilMs: number): Promise<Answer | 'held' | 'again'> {
    return new Promise((resolve) => {
      let written = false;
      const outgoing = request(url, {
        method: 'POST',
        agent: this.#agentOf(url, address),
        headers: { ...message.headers, 'content-length': String(message.body.length) },
        maxHeaderSize: MAX_ANSWER_HEADER_BYTES,
      });
      const end = (answer: Answer | 'held' | 'again'): void => {
        clearTimeout(timer);
        resolve(answer);
      };
      const unanswered = (): Answer => (written ? 'failed' : 'refused');
      const timer = setTimeout(
        () => {
          end(unanswered());
          outgoing.destroy();
        },
        Math.max(0, untilMs - performance.now()),
      );
      // An answer that changes the protocol ends the connection without an error and without a response.
      outgoing.on('close', () => setImmediate(() => end(unanswered())));
      outgoing.on('error', (error: NodeJS.ErrnoException) => {
        const stale = outgoing.reusedSocket && error.code === 'ECONNRESET';
        end(stale ? 'again' : unanswered());
      });
      outgoing.on('response', (response) => {
        const status = response.statusCode ?? 0;
        let bytes = 0;
        response.on('data', (piece: Buffer) => {
          bytes += piece.length;
          if (bytes > MAX_ANSWER_BYTES) response.destroy();
        });
        // The status has said it all: what fails after it changes nothing, and it is not read for longer than it was awaited.
        const cut = setTimeout(() => response.destroy(), Math.max(0, untilMs - performance.now()));
        response.on('close', () => clearTimeout(cut));
        response.on('error', () => {});
        end(answerOf(status));
      });
      whenConnected(outgoing, async () => {
        if (await message.isHeld()) {
          end('held');
          outgoing.destroy();
          return;
        }
        if (outgoing.destroyed) return;
        written = true;
        outgoing.end(message.body);
      });
    });
  }
}

const settled = (answer: Answer | 'held' | 'again'): Answer | 'held' => (answer === 'again' ? 'failed' : answer);

/** Headers leave with the body, so that nothing has left before. */
function whenConnected(outgoing: ClientRequest, go: () => Promise<void>): void {
  const begin = (): void => {
    go().catch((error: Error) => outgoing.destroy(error));
  };
  outgoing.once('socket', (socket) => {
    const { connecting } = socket as TLSSocket;
    if (connecting) socket.once('secureConnect', begin);
    else begin();
  });
}

function answerOf(status: number): Answer {
  if (status >= 200 && status < 300) return 'accepted';
  if (status === 404 || status === 410) return 'gone';
  // A gateway before the service may have given up after it took the message.
  return status === 502 || status === 504 ? 'failed' : 'refused';
}

function inTime<T>(work: Promise<T>, timeoutMs: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), timeoutMs);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
