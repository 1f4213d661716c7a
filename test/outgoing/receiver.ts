/** A receiver of webhooks on a free port: keeps what comes, answers as it is told. */
import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';

export interface Received {
  headers: IncomingHttpHeaders;
  text: string;
  body: { type: string; sequence: number; dropped: number; site: string; data: Record<string, unknown> };
}
/** Undefined keeps the connection and never answers. */
export type Answer = { status: number; headers?: Record<string, string>; body?: string; drips?: boolean } | undefined;

export class Receiver {
  readonly received: Received[] = [];
  connections = 0;
  /** Answers that drip on and on, still being read. */
  dripping = 0;
  answer: (one: Received) => Answer = () => ({ status: 204 });
  readonly #server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const text = Buffer.concat(pieces).toString();
      const one = { headers: request.headers, text, body: JSON.parse(text) };
      this.received.push(one);
      const answer = this.answer(one);
      if (!answer) return;
      response.writeHead(answer.status, answer.headers);
      if (!answer.drips) return response.end(answer.body);
      this.dripping++;
      const drop = setInterval(() => response.write('x'), 20);
      response.on('close', () => {
        clearInterval(drop);
        this.dripping--;
      });
    });
  });
  port = 0;

  async start(): Promise<this> {
    this.#server.on('connection', () => {
      this.connections++;
    });
    await new Promise<void>((resolve) => this.#server.listen(this.port, '127.0.0.1', resolve));
    const address = this.#server.address();
    this.port = typeof address === 'object' && address ? address.port : 0;
    return this;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/hook`;
  }
  get types(): string[] {
    return this.received.map(({ body }) => body.type);
  }
  get ids(): string[] {
    return this.received.map(({ headers }) => String(headers['webhook-id']));
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** As the documentation tells receivers to do it. */
export function isSigned({ headers, text }: Received, secret: string): boolean {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${text}`;
  const wanted = `v1,${createHmac('sha256', key).update(signed).digest('base64')}`;
  return String(headers['webhook-signature']).split(' ').includes(wanted);
}
