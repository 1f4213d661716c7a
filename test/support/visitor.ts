/** Somebody at the server's edge: cookies as a browser keeps them, or a token, over real HTTP and socket.io. */
import { io, type Socket } from 'socket.io-client';
import type { Answer } from './serverProcess.ts';

export class Visitor {
  readonly url: string;
  readonly #token: string | undefined;
  readonly #cookies = new Map<string, string>();
  readonly #sockets: Socket[] = [];

  constructor(url: string, token?: string) {
    this.url = url;
    this.#token = token;
  }

  get #cookieHeader(): string {
    return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  get #headers(): Record<string, string> {
    return {
      // What a browser sends of itself; the server believes no cookie without it.
      origin: this.url,
      ...(this.#token === undefined ? {} : { authorization: `Bearer ${this.#token}` }),
      ...(this.#cookies.size === 0 ? {} : { cookie: this.#cookieHeader }),
    };
  }

  async call<T = unknown>(method: string, path: string, body?: unknown): Promise<Answer<T>> {
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: { ...this.#headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    for (const cookie of response.headers.getSetCookie()) {
      const [name = '', value = ''] = cookie.split(';', 1)[0]!.split('=');
      if (value === '') this.#cookies.delete(name);
      else this.#cookies.set(name, value);
    }
    const text = await response.text();
    const json = response.headers.get('content-type')?.includes('json') ?? false;
    return { status: response.status, body: (text === '' ? undefined : json ? JSON.parse(text) : text) as T };
  }

  /** As `call`, and throws what the server said unless it went well. */
  async must<T = unknown>(method: string, path: string, body?: unknown): Promise<T> {
    const { status, body: answer } = await this.call<T>(method, path, body);
    if (status >= 300) throw new Error(`${method} ${path} gave ${status}: ${JSON.stringify(answer)}`);
    return answer;
  }

  /** Signs in with a one-time link, as the page behind it does. */
  signIn(link: string): Promise<Answer<unknown>> {
    const token = link.split('token=')[1] ?? '';
    return this.call('POST', '/api/v1/auth/welcome', { token });
  }

  /** Resolves once connected, with the reason where the server refuses. */
  async connect(namespace: '/dashboard' | '/shopper'): Promise<{ socket: Socket; refused: string | undefined }> {
    const socket = io(`${this.url}${namespace}`, {
      transports: ['websocket'],
      forceNew: true,
      reconnection: false,
      extraHeaders: this.#headers,
    });
    this.#sockets.push(socket);
    const refused = await new Promise<string | undefined>((resolve) => {
      socket.once('connect', () => resolve(undefined));
      socket.once('connect_error', (error) => resolve(error.message));
    });
    return { socket, refused };
  }

  leave(): void {
    for (const socket of this.#sockets.splice(0)) socket.disconnect();
  }
}
