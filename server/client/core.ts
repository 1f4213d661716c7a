/**
 * How the client speaks to a Promenade server: one request, with its credential, time-out, failures and repetitions.
 * Needs nothing but `fetch`: browsers of today, Node.js 20.19 and later.
 */

export class ApiError extends Error {
  /** Of HTTP; 0 where no answer came at all. */
  readonly status: number;
  /** The server's stable code, or `offline` | `timeout` | `unreadable`. */
  readonly code: string;
  /** The field that is wrong, where the server named one: `body.shape.rings.0`. */
  readonly path: string | undefined;
  /** What was asked: `PUT https://promenade.example/api/v1/sites/mall`. */
  readonly request: string | undefined;
  constructor(status: number, code: string, message: string, path?: string, request?: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'ApiError';
    this.status = status;
    this.code = code;
    this.path = path;
    this.request = request;
  }
}

export interface ClientOptions {
  /** Where the server is, such as `https://promenade.example`. @default '' the page's own server */
  baseUrl?: string | undefined;
  /** An API token. Without one the cookie of the browser's session speaks. */
  token?: string | undefined;
  /** Sent with every request. */
  headers?: Record<string, string> | undefined;
  /** @default 30_000: longer than the slowest question on years of history, shorter than a person's patience */
  timeoutMs?: number | undefined;
  /** Of every request that may be repeated; see `CallOptions`. @default 0 */
  retries?: number | undefined;
  /** Called when the server answers 401, so that a page can show its sign-in. */
  onUnauthenticated?: (() => void) | undefined;
  /** @default the global one */
  fetch?: typeof fetch | undefined;
}
export type Client = Readonly<ClientOptions>;

export const createClient = (options: ClientOptions = {}): Client => options;

export interface CallOptions {
  signal?: AbortSignal | undefined;
  /** Instead of the client's. */
  timeoutMs?: number | undefined;
  /**
   * How often to try again where nobody answered, or 429, 502, 503 or 504 came: after a random time below 0.5 s, 1 s, 2 s … 10 s,
   * or as long as Retry-After says. Only what may be sent twice is: GET, PUT and DELETE, what bears an `idempotencyKey`, and
   * anything that 429 turned away.
   */
  retries?: number | undefined;
  /** Where the operation takes one: the same again is answered as the first try was. */
  idempotencyKey?: string | undefined;
}
export interface UploadOptions extends CallOptions {
  /** @default the file's own, where it is taken */
  contentType?: string | undefined;
}

/** ISO 8601 with an offset, or a Date. */
export type Time = string | Date;
export type Upload = Blob | ArrayBuffer | Uint8Array<ArrayBuffer> | string;

type Value = string | number | boolean | Date | null | undefined;
/** Of path and query; what is null, undefined or empty is left out. */
export type Params = Readonly<Record<string, Value>>;

const text = (value: Value): string => (value instanceof Date ? value.toISOString() : String(value));

/** The address of an operation: `{names}` of the path are filled from the parameters, the others become the query. */
export function urlOf(client: Client, path: string, params: Params = {}): string {
  const rest = new Map(Object.entries(params));
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = rest.get(name);
    rest.delete(name);
    if (value === undefined || value === null || value === '') throw new TypeError(`${path} needs ${name}`);
    // An address that holds them is shortened before it is sent.
    if (value === '.' || value === '..') throw new TypeError(`${name} cannot be ${value}`);
    return encodeURIComponent(text(value));
  });
  const query = new URLSearchParams();
  for (const [name, value] of rest)
    if (value !== null && value !== undefined && value !== '') query.set(name, text(value));
  const base = client.baseUrl?.replace(/\/+$/, '') ?? '';
  return `${base}${filled}${query.size > 0 ? `?${query}` : ''}`;
}

const MAY_BE_REPEATED = new Set(['GET', 'PUT', 'DELETE']);
/** Nobody answered, or not now: 0 is no answer at all. */
const PASSING = new Set([0, 429, 502, 503, 504]);
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 10_000;

function wait(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    if (signal?.aborted) stop();
    else signal?.addEventListener('abort', stop, { once: true });
  });
}

async function readError(response: Response, request: string): Promise<ApiError> {
  try {
    const body = (await response.json()) as { error?: { code?: string; message?: string; path?: string } };
    const { code = 'error', message = response.statusText, path } = body.error ?? {};
    return new ApiError(response.status, code, message, path, request);
  } catch {
    const words = `the server answered ${response.status} without words`;
    return new ApiError(response.status, 'unreadable', words, undefined, request);
  }
}

interface Sending {
  method: string;
  url: string;
  body: BodyInit | null;
  contentType: string | undefined;
}

/** @returns what came, and the failure where it is one */
async function once<T>(
  client: Client,
  { method, url, body, contentType }: Sending,
  options: CallOptions,
  read: (response: Response) => Promise<T>,
): Promise<T | { error: ApiError; retryAfterMs: number | undefined }> {
  const timeoutMs = options.timeoutMs ?? client.timeoutMs ?? 30_000;
  const timeout = AbortSignal.timeout(timeoutMs);
  const request = `${method} ${url.split('?')[0]}`;
  try {
    const response = await (client.fetch ?? fetch)(url, {
      method,
      headers: {
        accept: 'application/json',
        ...client.headers,
        ...(client.token === undefined ? {} : { authorization: `Bearer ${client.token}` }),
        ...(contentType === undefined ? {} : { 'content-type': contentType }),
        ...(options.idempotencyKey === undefined ? {} : { 'idempotency-key': options.idempotencyKey }),
      },
      credentials: 'same-origin',
      body,
      signal: options.signal === undefined ? timeout : AbortSignal.any([options.signal, timeout]),
    });
    if (response.ok) return await read(response);
    const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
    return {
      error: await readError(response, request),
      retryAfterMs: Number.isNaN(seconds) ? undefined : seconds * 1_000,
    };
  } catch (error) {
    if (options.signal?.aborted || error instanceof ApiError) throw error;
    const [code, words] = timeout.aborted
      ? ['timeout', `no answer within ${timeoutMs / 1_000} seconds`]
      : ['offline', 'the server cannot be reached'];
    return { error: new ApiError(0, code!, words!, undefined, request, error), retryAfterMs: undefined };
  }
}

async function send<T>(
  client: Client,
  sending: Sending,
  options: CallOptions,
  read: (response: Response) => Promise<T>,
): Promise<T> {
  const repeatable = MAY_BE_REPEATED.has(sending.method) || options.idempotencyKey !== undefined;
  const retries = options.retries ?? client.retries ?? 0;
  for (let tried = 0; ; tried++) {
    const answer = await once(client, sending, options, async (response) => ({ value: await read(response) }));
    if ('value' in answer) return answer.value;
    const { error, retryAfterMs } = answer;
    if (error.status === 401) client.onUnauthenticated?.();
    // What 429 turned away was not looked at.
    if (tried >= retries || !PASSING.has(error.status) || !(repeatable || error.status === 429)) throw error;
    const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** tried);
    await wait(retryAfterMs ?? Math.random() * longest, options.signal);
  }
}

async function readJson<T>(response: Response): Promise<T> {
  const body = await response.text();
  if (body === '') return undefined as T;
  try {
    return JSON.parse(body) as T;
  } catch {
    const words = 'the server answered with something other than JSON';
    throw new ApiError(response.status, 'unreadable', words, undefined, response.url);
  }
}

/** One operation with JSON both ways; no answer's body gives undefined. */
export function call<T>(
  client: Client,
  method: string,
  path: string,
  params?: Params,
  body?: unknown,
  options: CallOptions = {},
): Promise<T> {
  const sending = {
    method,
    url: urlOf(client, path, params),
    body: body === undefined ? null : JSON.stringify(body),
    contentType: body === undefined ? undefined : 'application/json',
  };
  return send(client, sending, options, readJson<T>);
}

const BYTES = 'application/octet-stream';
/** @param types the content types that are taken; a file of another is sent as bytes where those are, and looked into there */
export function upload<T>(
  client: Client,
  method: string,
  path: string,
  params: Params,
  body: Upload,
  types: readonly string[],
  options: UploadOptions = {},
): Promise<T> {
  const own = body instanceof Blob ? body.type.split(';')[0]! : '';
  const contentType = options.contentType ?? (types.includes(own) ? own : types.includes(BYTES) ? BYTES : types[0]);
  return send(client, { method, url: urlOf(client, path, params), body, contentType }, options, readJson<T>);
}

const get = (client: Client, path: string, params: Params | undefined): Sending => ({
  method: 'GET',
  url: urlOf(client, path, params),
  body: null,
  contentType: undefined,
});

export const download = (client: Client, path: string, params?: Params, options: CallOptions = {}): Promise<Blob> =>
  send(client, get(client, path, params), options, (response) => response.blob());

export const downloadText = (
  client: Client,
  path: string,
  params?: Params,
  options: CallOptions = {},
): Promise<string> => send(client, get(client, path, params), options, (response) => response.text());
