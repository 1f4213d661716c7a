/** A push service over TLS, and a browser with a subscription to it: what comes is decrypted as a browser does. */
import { createDecipheriv, createECDH, createPublicKey, type ECDH, hkdfSync, randomBytes, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { join } from 'node:path';
import type { PushPayload, PushSubscriptionInput } from '../../server/contract/push.ts';
import type { PushServiceParts } from '../../server/push/service.ts';

const FIXTURES = join(import.meta.dirname, '..', 'fixtures', 'push');
const KEY = readFileSync(join(FIXTURES, 'key.pem'), 'utf8');
/** Of push.example, until 2126. */
export const CERT = readFileSync(join(FIXTURES, 'cert.pem'), 'utf8');
export const HOST = 'push.example';

export interface Received {
  path: string;
  headers: Record<string, string | string[] | undefined>;
  body: Buffer;
}

/** Undefined keeps the connection and never answers. */
export type StubAnswer =
  | { status: number; headers?: Record<string, string>; body?: string | Buffer; drips?: boolean }
  | undefined;

export class PushStub {
  readonly received: Received[] = [];
  /** Connections that came so far, whatever was said over them. */
  connections = 0;
  /** Answers that drip on and on, still being read. */
  dripping = 0;
  answer: StubAnswer = { status: 201 };
  readonly #server = createServer({ key: KEY, cert: CERT }, (request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      this.received.push({ path: request.url ?? '', headers: request.headers, body: Buffer.concat(pieces) });
      if (this.answer === undefined) return;
      response.writeHead(this.answer.status, this.answer.headers);
      if (!this.answer.drips) return response.end(this.answer.body);
      this.dripping++;
      const drop = setInterval(() => response.write('x'), 20);
      response.on('close', () => {
        clearInterval(drop);
        this.dripping--;
      });
    });
  });
  port = 0;

  async start(): Promise<void> {
    this.#server.on('connection', () => {
      this.connections++;
    });
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    const address = this.#server.address();
    this.port = typeof address === 'object' && address !== null ? address.port : 0;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** The only way to it is this exception: its address is one that no push service may have. */
  get parts(): Required<PushServiceParts> {
    return {
      resolve: async () => ['127.0.0.1'],
      mayConnect: (address) => address === '127.0.0.1',
      ports: [this.port],
      ca: CERT,
    };
  }

  endpoint(path = '/send/1'): string {
    return `https://${HOST}:${this.port}${path}`;
  }
}

const hkdf = (ikm: Buffer, salt: Buffer, info: string | Buffer, bytes: number): Buffer =>
  Buffer.from(hkdfSync('sha256', ikm, salt, info, bytes));

/** By the words of RFC 8188 and RFC 8291, from the receiver's side. */
export function decrypt(body: Buffer, browser: ECDH, auth: Buffer): Buffer {
  const salt = body.subarray(0, 16);
  const recordBytes = body.readUInt32BE(16);
  const idBytes = body[20]!;
  const sender = body.subarray(21, 21 + idBytes);
  const record = body.subarray(21 + idBytes);
  if (record.length > recordBytes) throw new Error('more than one record');
  const info = Buffer.concat([Buffer.from('WebPush: info\0'), browser.getPublicKey(), sender]);
  const ikm = hkdf(browser.computeSecret(sender), auth, info, 32);
  const decipher = createDecipheriv(
    'aes-128-gcm',
    hkdf(ikm, salt, 'Content-Encoding: aes128gcm\0', 16),
    hkdf(ikm, salt, 'Content-Encoding: nonce\0', 12),
  );
  decipher.setAuthTag(record.subarray(-16));
  const padded = Buffer.concat([decipher.update(record.subarray(0, -16)), decipher.final()]);
  let end = padded.length - 1;
  while (padded[end] === 0) end--;
  if (padded[end] !== 2) throw new Error('the last record must end with 2');
  return padded.subarray(0, end);
}

export class Browser {
  readonly #ecdh = createECDH('prime256v1');
  readonly #auth = randomBytes(16);
  readonly subscription: PushSubscriptionInput;

  constructor(endpoint: string) {
    const p256dh = this.#ecdh.generateKeys().toString('base64url');
    this.subscription = { endpoint, keys: { p256dh, auth: this.#auth.toString('base64url') } };
  }

  read({ body }: Pick<Received, 'body'>): PushPayload {
    return JSON.parse(decrypt(body, this.#ecdh, this.#auth).toString()) as PushPayload;
  }
}

/** The claims of a signed Authorization header; throws where the signature is not the key's. */
export function vapidClaims(header: string): { claims: Record<string, unknown>; publicKey: string } {
  const { token, key } = /^vapid t=(?<token>\S+), k=(?<key>\S+)$/.exec(header)?.groups ?? {};
  const [head, body, signature] = token!.split('.');
  const point = Buffer.from(key!, 'base64url');
  const publicKey = createPublicKey({
    format: 'jwk',
    key: {
      kty: 'EC',
      crv: 'P-256',
      x: point.subarray(1, 33).toString('base64url'),
      y: point.subarray(33).toString('base64url'),
    },
  });
  const signed = verify(
    'sha256',
    Buffer.from(`${head}.${body}`),
    { key: publicKey, dsaEncoding: 'ieee-p1363' },
    Buffer.from(signature!, 'base64url'),
  );
  if (!signed) throw new Error('the signature is not of this key');
  return { claims: JSON.parse(Buffer.from(body!, 'base64url').toString()) as Record<string, unknown>, publicKey: key! };
}
