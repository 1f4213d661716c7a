/** Stands before a real HTTP server and does to requests what networks, proxies and busy servers do. */
import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Passing {
  method: string;
  /** With the query. */
  path: string;
  body: string;
  /** Counts from 1 since the last `begin`. */
  number: number;
}

export type Fault =
  /** Answers itself. */
  | { status: number; headers?: Record<string, string>; body?: string }
  /** Closes the connection without an answer, having asked the server or not. */
  | 'reset'
  | 'reset-after'
  /** Never answers. */
  | 'hang'
  /** Sends the head of the answer and a part of its body. */
  | 'cut'
  /** Lets it pass once this settles. */
  | Promise<void>
  | undefined;

export class FaultyProxy {
  readonly #target: URL;
  #server: Server | undefined;
  #number = 0;
  /** Of each request; undefined lets it pass. */
  fault: (passing: Passing) => Fault = () => undefined;
  passed: Passing[] = [];

  constructor(target: string) {
    this.#target = new URL(target);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server!.address() as AddressInfo).port}`;
  }

  /** Forgets what has passed, and counts from 1 again. */
  begin(fault: (passing: Passing) => Fault): void {
    this.#number = 0;
    this.passed = [];
    this.fault = fault;
  }

  async start(): Promise<this> {
    this.#server = createServer((request, response) => {
      this.#take(request, response).catch(() => response.destroy());
    });
    await new Promise<void>((resolve) => this.#server!.listen(0, '127.0.0.1', resolve));
    return this;
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    const body = Buffer.concat(pieces);
    this.#number += 1;
    const passing = {
      method: request.method ?? '',
      path: request.url ?? '',
      body: body.toString('utf8'),
      number: this.#number,
    };
    this.passed.push(passing);
    const fault = this.fault(passing);
    if (fault === 'reset') response.destroy();
    else if (fault === 'hang') return;
    else if (fault instanceof Promise) {
      await fault;
      await this.#forward(request, body, response, undefined);
    } else if (typeof fault === 'object') {
      response.writeHead(fault.status, { 'content-type': 'application/json', ...fault.headers });
      response.end(fault.body ?? '');
    } else await this.#forward(request, body, response, fault);
  }

  #forward(
    request: IncomingMessage,
    body: Buffer,
    response: ServerResponse,
    fault: 'reset-after' | 'cut' | undefined,
  ): Promise<void> {
    return new Promise((resolve, reject) => {
      const onward = httpRequest(
        {
          host: this.#target.hostname,
          port: this.#target.port,
          method: request.method,
          path: request.url,
          headers: { ...request.headers, host: this.#target.host },
        },
        (answer) => {
          const pieces: Buffer[] = [];
          answer.on('data', (piece: Buffer) => pieces.push(piece));
          answer.on('end', () => {
            const whole = Buffer.concat(pieces);
            if (fault === 'reset-after') response.destroy();
            else if (fault === 'cut') {
              response.writeHead(answer.statusCode ?? 502, { ...answer.headers, 'content-length': whole.length + 100 });
              response.write(whole.subarray(0, Math.floor(whole.length / 2)), () => response.destroy());
            } else {
              const { 'transfer-encoding': _, ...headers } = answer.headers;
              response.writeHead(answer.statusCode ?? 502, { ...headers, 'content-length': whole.length });
              response.end(whole);
            }
            resolve();
          });
          answer.on('error', reject);
        },
      );
      onward.on('error', reject);
      onward.end(body);
    });
  }

  async stop(): Promise<void> {
    this.#server?.closeAllConnections();
    await new Promise((resolve) => this.#server?.close(resolve) ?? resolve(undefined));
  }
}
