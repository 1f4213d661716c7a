/** The one way from the pages to `/api/v1`: JSON, the session cookie, errors with the server's code, words and field. */

export class ApiError extends Error {
  /** 0 where no answer came at all. */
  readonly status: number;
  /** The server's stable code, or `offline` | `timeout` | `unreadable`. */
  readonly code: string;
  /** The field that is wrong, where the server named one. */
  readonly path: string | undefined;
  constructor(status: number, code: string, message: string, path?: string) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.code = code;
    this.path = path;
  }
}

/** Longer than the slowest question on a year of history; shorter than a person's patience. */
const TIMEOUT_MS = 30_000;

export interface RequestOptions {
  signal?: AbortSignal;
  /** Raw upload: sent as it is with this content type. */
  contentType?: string;
}

type Query = Record<string, string | number | boolean | null | undefined>;

/** Appends what is neither null, undefined nor empty. */
export function withQuery(path: string, query: Query): string {
  const params = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value !== null && value !== undefined && value !== '') params.set(key, String(value));
  }
  const text = params.toString();
  return text === '' ? path : `${path}?${text}`;
}

const unauthenticatedListeners = new Set<() => void>();
/** Called when the server answers 401, so that a page can show its sign-in. Returns the way to stop. */
export function onUnauthenticated(listener: () => void): () => void {
  unauthenticatedListeners.add(listener);
  return () => unauthenticatedListeners.delete(listener);
}

async function readError(response: Response): Promise<ApiError> {
  try {
    const body = (await response.json()) as { error?: { code?: string; message?: string; path?: string } };
    const { code = 'error', message = response.statusText, path } = body.error ?? {};
    return new ApiError(response.status, code, message, path);
  } catch {
    return new ApiError(response.status, 'unreadable', `the server answered ${response.status} without words`);
  }
}

async function request<T>(method: string, path: string, body: unknown, options: RequestOptions): Promise<T> {
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  const raw = options.contentType !== undefined;
  const headers: Record<string, string> = { accept: 'application/json' };
  if (raw) headers['content-type'] = options.contentType!;
  else if (body !== undefined) headers['content-type'] = 'application/json';
  let response: Response;
  try {
    response = await fetch(`/api/v1${path}`, {
      method,
      headers,
      credentials: 'same-origin',
      body: body === undefined ? null : raw ? (body as BodyInit) : JSON.stringify(body),
      signal: options.signal === undefined ? timeout : AbortSignal.any([options.signal, timeout]),
    });
  } catch (error) {
    if (options.signal?.aborted) throw error;
    if (timeout.aborted) throw new ApiError(0, 'timeout', `no answer within ${TIMEOUT_MS / 1000} seconds`);
    throw new ApiError(0, 'offline', 'the server cannot be reached');
  }
  if (!response.ok) {
    const error = await readError(response);
    if (response.status === 401) for (const listener of unauthenticatedListeners) listener();
    throw error;
  }
  if (response.status === 204) return undefined as T;
  const text = await response.text();
  if (text === '') return undefined as T;
  try {
    return JSON.parse(text) as T;
  } catch {
    throw new ApiError(response.status, 'unreadable', 'the server answered with something other than JSON');
  }
}

export const api = {
  get: <T>(path: string, options: RequestOptions = {}): Promise<T> => request('GET', path, undefined, options),
  post: <T>(path: string, body?: unknown, options: RequestOptions = {}): Promise<T> =>
    request('POST', path, body, options),
  put: <T>(path: string, body: unknown, options: RequestOptions = {}): Promise<T> =>
    request('PUT', path, body, options),
  patch: <T>(path: string, body: unknown, options: RequestOptions = {}): Promise<T> =>
    request('PATCH', path, body, options),
  delete: <T>(path: string, { body, ...options }: RequestOptions & { body?: unknown } = {}): Promise<T> =>
    request('DELETE', path, body, options),
};
