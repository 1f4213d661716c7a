/** The server's REST as a client sees it: JSON in and out, a bearer token, errors in words. */

const RETRY_MS = [500, 1_000, 2_000, 4_000];

export class RestError extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.name = 'RestError';
    this.status = status;
  }
}

export class Rest {
  private readonly base: string;
  private readonly token: string;

  constructor(server: string, token: string) {
    this.base = `${server.replace(/\/+$/, '')}/api/v1`;
    this.token = token;
  }

  get<T>(path: string): Promise<T> {
    return this.send<T>('GET', path);
  }
  put<T>(path: string, body: unknown): Promise<T> {
    return this.send<T>('PUT', path, body);
  }
  post<T>(path: string, body: unknown): Promise<T> {
    return this.send<T>('POST', path, body);
  }

  /** Undefined where it does not exist. */
  async find<T>(path: string): Promise<T | undefined> {
    try {
      return await this.get<T>(path);
    } catch (error) {
      if (error instanceof RestError && error.status === 404) return undefined;
      throw error;
    }
  }

  /** `body` is sent as JSON unless it is bytes. */
  async send<T>(method: string, path: string, body?: unknown, contentType = 'application/json'): Promise<T> {
    const url = `${this.base}${path}`;
    const payload = body === undefined ? undefined : body instanceof Uint8Array ? body : JSON.stringify(body);
    for (let attempt = 0; ; attempt++) {
      let response: Response;
      try {
        response = await fetch(url, {
          method,
          headers: {
            authorization: `Bearer ${this.token}`,
            ...(payload === undefined ? {} : { 'content-type': contentType }),
          },
          ...(payload === undefined ? {} : { body: payload as BodyInit }),
        });
      } catch (error) {
        if (attempt >= RETRY_MS.length)
          throw new RestError(
            0,
            `${this.base} does not answer (${String((error as Error).cause ?? error)}); is the server running?`,
          );
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS[attempt]));
        continue;
      }
      const text = await response.text();
      if ((response.status === 429 || response.status >= 502) && attempt < RETRY_MS.length) {
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS[attempt]));
        continue;
      }
      if (!response.ok) throw new RestError(response.status, `${method} ${path}: ${response.status} ${explain(text)}`);
      return (text === '' ? undefined : JSON.parse(text)) as T;
    }
  }
}

function explain(text: string): string {
  try {
    const { error } = JSON.parse(text) as { error?: { message?: string; path?: string } };
    if (error?.message) return error.path ? `${error.path} ${error.message}` : error.message;
  } catch {
    // Not JSON: a proxy, or no Promenade server at all.
  }
  return text.slice(0, 200);
}
