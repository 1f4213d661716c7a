/** A real mosquitto on a free port, kept in memory. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually, freePort } from './serverProcess.ts';

const PROGRAM = ['/usr/sbin/mosquitto', '/usr/local/sbin/mosquitto', '/opt/homebrew/sbin/mosquitto'].find(existsSync);
/** For `describeWith`. */
export const MOSQUITTO_MISSING =
  PROGRAM === undefined ? 'no mosquitto on this machine: install it (Debian: apt-get install mosquitto)' : undefined;

export class Mosquitto {
  readonly #folder = mkdtempSync(join(tmpdir(), 'mosquitto-'));
  #port = 0;
  #child: ChildProcess | undefined;

  get url(): string {
    return `mqtt://127.0.0.1:${this.#port}`;
  }

  /** On the port that it had before, if any; of what it retained it knows nothing then. */
  async start(): Promise<this> {
    this.#port ||= await freePort();
    const file = join(this.#folder, 'mosquitto.conf');
    const lines = [`listener ${this.#port} 127.0.0.1`, 'allow_anonymous true', 'persistence false'];
    // As root it would become another user, who may not read here.
    if (process.getuid?.() === 0) lines.push('user root');
    writeFileSync(file, `${lines.join('\n')}\n`);
    const child = spawn(PROGRAM!, ['-c', file], { stdio: 'ignore' });
    this.#child = child;
    await eventually('mosquitto listens', async () => {
      if (child.exitCode !== null) throw new Error(`mosquitto ended with ${child.exitCode}`);
      const open = await new Promise<boolean>((resolve) => {
        const socket = connect(this.#port, '127.0.0.1');
        socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
        socket.once('connect', () => socket.destroy());
      });
      return open ? true : undefined;
    });
    return this;
  }

  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (!child || child.exitCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
  }

  async stop(): Promise<void> {
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
