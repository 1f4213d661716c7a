/**
 * The one file that imports the InfluxDB client. One request at a time goes through it without being repeated: who asks knows
 * whether and how long to wait. The client hides what comes with a failure (status, Retry-After, the words of a 5xx), so each
 * request is watched on its way out.
 */
import { Agent, type ClientRequest, type IncomingMessage } from 'node:http';
import { Agent as TlsAgent } from 'node:https';
import { FieldType, InfluxDB, type IPoint, escape as written } from 'influx';
import { InfluxAway, InfluxDatabaseMissing, InfluxRefused, InfluxTooLarge } from './errors.ts';

/** The client's own writes one backslash too many where an apostrophe follows one: texts would come back changed. */
written.quoted = (text) => `"${text.replace(/["\\]/g, '\\$&')}"`;

export interface InfluxServer {
  /** http:// or https://, with a path where a proxy stands before it. */
  url: string;
  database: string;
  username: string | null;
  password: string | null;
  /** Until the whole of an answer is there. */
  timeoutMs: number;
}

export interface MeasurementSchema {
  measurement: string;
  tags: string[];
  fields: Record<string, 'STRING' | 'INTEGER' | 'FLOAT' | 'BOOLEAN'>;
}

export type InfluxValue = string | number | boolean | null;
/** Rows of one statement, the time in milliseconds first. */
export interface Answer {
  columns: string[];
  values: InfluxValue[][];
  /** Names of series, each with its rows. */
  series: readonly { name: string; values?: InfluxValue[][] }[];
}
interface RawAnswer {
  results: { error?: string; series?: { name: string; columns: string[]; values?: InfluxValue[][] }[] }[];
}

/** The pool's own: it would park a host that failed once, and fail all that is asked meanwhile without asking it. */
const NO_BACKOFF = {
  getDelay: () => 0,
  next: () => NO_BACKOFF,
  reset: () => NO_BACKOFF,
};

interface Watched {
  request?: ClientRequest;
  status?: number;
  retryAfter?: string | undefined;
  body: string;
  /** The answer broke off. */
  cut: boolean;
}
/** The agent tells of each request in the same turn in which the client makes it, and the client hands it to nobody. */
function watchRequests(agent: Agent, seen: (request: ClientRequest) => void): Agent {
  const add = Reflect.get(agent, 'addRequest') as (request: ClientRequest, ...rest: unknown[]) => void;
  Object.assign(agent, {
    addRequest: (request: ClientRequest, ...rest: unknown[]): void => {
      seen(request);
      add.call(agent, request, ...rest);
    },
  });
  return agent;
}

function watch(request: ClientRequest, watched: Watched): void {
  watched.request = request;
  request.prependOnceListener('response', (response: IncomingMessage) => {
    watched.status = response.statusCode ?? 0;
    watched.retryAfter = response.headers['retry-after'];
    if (watched.status >= 300)
      response.on('data', (piece: string | Buffer) => {
        if (watched.body.length < MAX_WORDS) watched.body += piece.toString();
      });
    response.once('aborted', () => {
      watched.cut = true;
    });
  });
}

const MAX_WORDS = 2_000;

/** In seconds or as a date. */
function retryAfterMs(header: string | undefined, nowMs: number): number | undefined {
  if (header === undefined) return undefined;
  const seconds = Number(header);
  const ms = Number.isFinite(seconds) ? seconds * 1_000 : Date.parse(header) - nowMs;
  return Number.isFinite(ms) && ms >= 0 ? ms : undefined;
}

/** InfluxDB answers `{"error":"…"}`, a proxy before it whatever it likes. */
function wordsOf(body: string): string {
  try {
    const { error } = JSON.parse(body) as { error?: unknown };
    if (typeof error === 'string') return error.trim();
  } catch {
    // Not JSON.
  }
  return body.replace(/\s+/g, ' ').trim().slice(0, 300);
}

/** What a 400 of a write says where it is not the points' fault. */
const PASSES =
  /timeout|hinted handoff|cache-max-memory|cache maximum memory|retry|too many|engine is closed|shard is disabled/i;
const NOT_EXECUTED = 'not executed';
const MISSING = /database not found|retention policy not found/i;

export function faultOf(server: InfluxServer, watched: Omit<Watched, 'cut'>, cause: unknown, nowMs: number): Error {
  const { status } = watched;
  const where = `InfluxDB at ${server.url}`;
  if (status === undefined || status < 300) {
    const { code, message } = cause as { code?: string; message?: string };
    const what =
      code === 'ECONNREFUSED'
        ? 'refuses connections: is it running, and is influx.url right?'
        : (message ?? 'broke off');
    return new InfluxAway(`${where}: ${what}`, { cause });
  }
  const words = wordsOf(watched.body);
  const said = `${where} answered ${status}${words === '' ? '' : `: ${words}`}`;
  if (MISSING.test(words)) return new InfluxDatabaseMissing(server.database);
  if (status === 413) return new InfluxTooLarge(said);
  const asked = retryAfterMs(watched.retryAfter, nowMs);
  const passing = status === 408 || status === 429 || status >= 500 || PASSES.test(words);
  if (passing) return new InfluxAway(said, { status, cause, ...(asked === undefined ? {} : { retryAfterMs: asked }) });
  if (status === 401 || status === 403)
    return new InfluxRefused(
      `${said}: influx.username and influx.password must be of an account that may use ${server.database}`,
      status,
    );
  return new InfluxRefused(said, status);
}

export class InfluxClient {
  readonly server: InfluxServer;
  readonly #influx: InfluxDB;
  readonly #agent: Agent;
  /** Set while a request is being made. */
  #making: Watched | undefined;

  constructor(server: InfluxServer, schema: readonly MeasurementSchema[]) {
    this.server = server;
    const url = new URL(server.url);
    const tls = url.protocol === 'https:';
    this.#agent = watchRequests(
      tls ? new TlsAgent({ keepAlive: true }) : new Agent({ keepAlive: true }),
      (request) => this.#making && watch(request, this.#making),
    );
    const path = url.pathname.replace(/\/$/, '');
    this.#influx = new InfluxDB({
      protocol: tls ? 'https' : 'http',
      host: url.hostname,
      port: Number(url.port) || (tls ? 443 : 80),
      ...(path === '' ? {} : { path }),
      database: server.database,
      ...(server.username === null ? {} : { username: server.username }),
      ...(server.password === null ? {} : { password: server.password }),
      options: { agent: this.#agent },
      pool: { backoff: NO_BACKOFF, maxRetries: 0, requestTimeout: server.timeoutMs },
      schema: schema.map(({ measurement, tags, fields }) => ({
        measurement,
        tags,
        fields: Object.fromEntries(Object.entries(fields).map(([name, type]) => [name, FieldType[type]])),
      })),
    });
  }

  /** Of one retention policy. */
  write(points: IPoint[], policy: string): Promise<void> {
    return this.#watch(() => this.#influx.writePoints(points, { retentionPolicy: policy, precision: 'n' }));
  }

  /** One answer a statement. */
  async query(statements: readonly string[], method: 'GET' | 'POST' = 'GET'): Promise<Answer[]> {
    const raw = await this.#watch<RawAnswer>(() =>
      this.#influx.queryRaw([...statements], { precision: 'ms', method, database: this.server.database }),
    );
    const { results } = raw;
    if (!Array.isArray(results)) throw new InfluxAway(`InfluxDB at ${this.server.url} answered without results`);
    const errors = results.flatMap(({ error }) => error ?? []);
    const error = errors.find((one) => one !== NOT_EXECUTED) ?? errors[0];
    if (error !== undefined) {
      // Of several it may tell of the first only that it was not executed; asked alone, why.
      if (error === NOT_EXECUTED && statements.length > 1) await this.query(statements.slice(0, 1), method);
      if (error === NOT_EXECUTED) throw new InfluxAway(`InfluxDB at ${this.server.url}: ${error}`);
      if (MISSING.test(error)) throw new InfluxDatabaseMissing(this.server.database);
      if (PASSES.test(error)) throw new InfluxAway(`InfluxDB at ${this.server.url}: ${error}`);
      throw new InfluxRefused(`InfluxDB at ${this.server.url}: ${error}`);
    }
    return results.map(({ series }) => ({
      columns: series?.[0]?.columns ?? [],
      values: series?.length === 1 ? (series[0]!.values ?? []) : (series ?? []).flatMap(({ values }) => values ?? []),
      series: series ?? [],
    }));
  }

  /** Its version. */
  async ping(): Promise<string> {
    const [host] = await this.#influx.ping(this.server.timeoutMs);
    if (!host?.online) throw new InfluxAway(`InfluxDB at ${this.server.url} does not answer`);
    return host.version ?? 'unknown';
  }

  createDatabase(): Promise<void> {
    return this.#watch(() => this.#influx.createDatabase(this.server.database));
  }

  close(): void {
    this.#agent.destroy();
  }

  async #watch<T>(make: () => Promise<T>): Promise<T> {
    const watched: Watched = { body: '', cut: false };
    this.#making = watched;
    let made: Promise<T>;
    try {
      made = make();
    } finally {
      this.#making = undefined;
    }
    let timer: NodeJS.Timeout | undefined;
    // The client waits for the end of an answer that broke off for ever.
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(new Error(`no whole answer within ${this.server.timeoutMs / 1_000} s`));
        watched.request?.destroy();
      }, this.server.timeoutMs);
      watched.request?.once('close', () => {
        if (watched.cut) reject(new Error('the answer broke off'));
      });
    });
    try {
      return await Promise.race([made, late]);
    } catch (error) {
      // Of a failure the words come a little after the client has given up.
      if (watched.status !== undefined && watched.status >= 500) await new Promise((resolve) => setImmediate(resolve));
      throw faultOf(this.server, watched, error, Date.now());
    } finally {
      clearTimeout(timer);
      made.catch(() => {});
    }
  }
}
