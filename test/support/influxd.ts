/** A real InfluxDB on free ports of loopback, with folders of its own, that reports to nobody. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { freePort } from './serverProcess.ts';

const PROGRAM = [...(process.env.PATH ?? '').split(delimiter), '/usr/bin', '/usr/sbin']
  .map((folder) => join(folder, 'influxd'))
  .find((file) => existsSync(file));

/** For `describeWith`. */
export const influxMissing: string | undefined =
  PROGRAM === undefined ? 'influxd is not installed (apt-get install influxdb)' : undefined;

export interface InfluxdOptions {
  /** An administrator; without one nobody has to sign in. */
  auth?: { username: string; password: string };
  /** Rows of one answer. */
  maxRowLimit?: number;
  /** Bytes of one write. */
  maxBodySize?: number;
}

export class Influxd {
  readonly #folder = mkdtempSync(join(tmpdir(), 'promenade-influx-'));
  readonly #options: InfluxdOptions;
  #child: ChildProcess | undefined;
  #port = 0;
  #output = '';

  constructor(options: InfluxdOptions = {}) {
    this.#options = options;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Starts, or starts again with what it holds, where it was. */
  async start(): Promise<this> {
    if (PROGRAM === undefined) throw new Error(influxMissing);
    this.#port ||= await freePort();
    const config = join(this.#folder, 'influxdb.conf');
    writeFileSync(config, this.#config(await freePort()));
    const child = spawn(PROGRAM, ['-config', config], { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (text: Buffer) => {
        this.#output = `${this.#output}${text}`.slice(-4_000);
      });
    const ended = new Promise<never>((_, reject) =>
      child.once('exit', (code) => reject(new Error(`influxd ended with ${code}: ${this.#output}`))),
    );
    ended.catch(() => {});
    await Promise.race([this.#answering(), ended]);
    return this;
  }

  async #answering(): Promise<void> {
    for (let tries = 0; tries < 600; tries += 1) {
      try {
        if ((await fetch(`${this.url}/ping`)).status === 204) return;
      } catch {
        // Not yet.
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`influxd does not answer: ${this.#output}`);
  }

  #config(rpcPort: number): string {
    const { auth, maxBodySize, maxRowLimit } = this.#options;
    const folder = (name: string) => JSON.stringify(join(this.#folder, name));
    return `reporting-disabled = true
bind-address = "127.0.0.1:${rpcPort}"
[meta]
  dir = ${folder('meta')}
[data]
  dir = ${folder('data')}
  wal-dir = ${folder('wal')}
  query-log-enabled = false
[monitor]
  store-enabled = false
[continuous_queries]
  log-enabled = false
[http]
  bind-address = "127.0.0.1:${this.#port}"
  log-enabled = false
  auth-enabled = ${auth !== undefined}
  ${maxBodySize === undefined ? '' : `max-body-size = ${maxBodySize}`}
  ${maxRowLimit === undefined ? '' : `max-row-limit = ${maxRowLimit}`}
[logging]
  level = "error"
`;
  }

  /** As a crash ends it. */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await gone;
    this.#child = undefined;
  }

  async stop(): Promise<void> {
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** One statement, as an administrator; its rows. */
  async ask(statement: string, database = ''): Promise<(string | number | boolean | null)[][]> {
    const query = new URLSearchParams({ q: statement, db: database, epoch: 'ms' });
    const { auth } = this.#options;
    const answer = await fetch(`${this.url}/query?${query}`, {
      method: 'POST',
      ...(auth && {
        headers: { authorization: `Basic ${Buffer.from(`${auth.username}:${auth.password}`).toString('base64')}` },
      }),
    });
    const body = (await answer.json()) as {
      error?: string;
      results?: { error?: string; series?: { values?: (string | number | boolean | null)[][] }[] }[];
    };
    const error = body.error ?? body.results?.find((result) => result.error)?.error;
    if (error) throw new Error(`${statement}: ${error}`);
    return (body.results ?? []).flatMap(({ series }) => (series ?? []).flatMap(({ values }) => values ?? []));
  }
}
