/** The whole server as its own process, as production runs it, so that it can be killed. */
import { type ChildProcess, fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { builtDist } from './build.ts';

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** Where InfluxDB is; see `onInflux.ts`. In a project that asks for it each server keeps its series in a new database there. */
export const INFLUX_URL = 'PROMENADE_TEST_INFLUX_URL';

function engineOfSuite(): Record<string, string> {
  const { PROMENADE_TEST_ENGINE: engine, [INFLUX_URL]: url } = process.env;
  if (engine !== 'influx') return {};
  if (url === undefined) throw new Error(`${INFLUX_URL} is not set`);
  return {
    PROMENADE_ENGINE: 'influx',
    PROMENADE_INFLUX_URL: url,
    PROMENADE_INFLUX_DATABASE: `mall_${randomBytes(6).toString('hex')}`,
  };
}

export interface Ready {
  url: string;
  mqttUrl: string;
  signInUrl: string | null;
  demoToken: string | null;
}

export interface Answer<T> {
  status: number;
  body: T;
}

export class ServerProcess {
  readonly dataDir: string;
  readonly #env: Record<string, string>;
  #child: ChildProcess | undefined;
  #token = '';
  #httpPort = 0;
  #mqttPort = 0;
  ready: Ready = { url: '', mqttUrl: '', signInUrl: null, demoToken: null };
  /** Newest output, for the message of a failing test. */
  output = '';

  constructor(dataDir: string, env: Record<string, string> = {}) {
    this.dataDir = dataDir;
    this.#env = { ...engineOfSuite(), ...env };
  }

  /** Starts, or starts again on the same ports and data. The first start's token stays in use. */
  async start(): Promise<Ready> {
    const dist = await builtDist();
    this.#httpPort ||= await freePort();
    this.#mqttPort ||= await freePort();
    const child = fork(join(dist, 'server', 'main.js'), ['--demo'], {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      execArgv: ['--enable-source-maps'],
      env: {
        ...process.env,
        PROMENADE_DATA_DIR: this.dataDir,
        PROMENADE_HTTP_PORT: String(this.#httpPort),
        PROMENADE_MQTT_EMBEDDED_PORT: String(this.#mqttPort),
        PROMENADE_DEMO: 'true',
        ...this.#env,
      },
    });
    this.#child = child;
    const keep = (chunk: Buffer): void => {
      this.output = (this.output + chunk.toString()).slice(-6_000);
    };
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
    this.ready = await new Promise<Ready>((resolve, reject) => {
      child.once('message', (message) => resolve(message as Ready));
      child.once('exit', (code) => reject(new Error(`the server ended with ${code}:\n${this.output}`)));
    });
    this.#token ||= this.ready.demoToken ?? '';
    return this.ready;
  }

  get token(): string {
    return this.#token;
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  async kill9(): Promise<void> {
    await this.#end('SIGKILL');
  }

  async stop(): Promise<number | null> {
    return this.#end('SIGTERM');
  }

  async #end(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null> {
    const child = this.#child;
    this.#child = undefined;
    if (!child || child.exitCode !== null) return child?.exitCode ?? null;
    const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
    child.kill(signal);
    return ended;
  }

  async call<T = unknown>(method: string, path: string, body?: unknown): Promise<Answer<T>> {
    const response = await fetch(`${this.ready.url}/api/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.#token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: (text === '' ? undefined : JSON.parse(text)) as T };
  }

  /** As `call`, and throws what the server said unless it went well. */
  async must<T = unknown>(method: string, path: string, body?: unknown): Promise<T> {
    const { status, body: answer } = await this.call<T>(method, path, body);
    if (status >= 300) throw new Error(`${method} ${path} gave ${status}: ${JSON.stringify(answer)}\n${this.output}`);
    return answer;
  }
}

/** Asks again until the answer is there; the last error tells what was missing. */
export async function eventually<T>(what: string, ask: () => Promise<T | undefined>, withinMs = 30_000): Promise<T> {
  const untilMs = Date.now() + withinMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (Date.now() > untilMs) throw new Error(`${what}: not within ${withinMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
}
