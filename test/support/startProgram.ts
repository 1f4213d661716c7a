/** `node server/start.mjs …` as a person runs it, with all the processes that it starts. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { join } from 'node:path';
import { eventually } from './serverProcess.ts';

const ROOT = join(import.meta.dirname, '..', '..');

export const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

export class StartProgram {
  readonly #child: ChildProcess;
  readonly ended: Promise<number | null>;
  output = '';

  /** `env` comes on top of this process's. */
  constructor(args: string[], env: Record<string, string> = {}) {
    this.#child = spawn(process.execPath, [join(ROOT, 'server', 'start.mjs'), ...args], {
      cwd: ROOT,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const keep = (chunk: Buffer): void => {
      this.output = (this.output + chunk.toString()).slice(-30_000);
    };
    this.#child.stdout?.on('data', keep);
    this.#child.stderr?.on('data', keep);
    this.ended = new Promise((resolve) => this.#child.once('close', (code) => resolve(code)));
  }

  /** Waits until it has said so; the match. Fails with its output where it ends first. */
  async said(what: RegExp, withinMs: number): Promise<RegExpMatchArray> {
    return eventually(
      `${what} in the output`,
      async () => {
        const found = this.output.match(what);
        if (found === null && this.#child.exitCode !== null)
          throw new Error(`it ended with ${this.#child.exitCode}:\n${this.output}`);
        return found ?? undefined;
      },
      withinMs,
    ).catch((error: Error) => {
      throw new Error(`${error.message}\n${this.output}`);
    });
  }

  /** Itself and all that descends from it. */
  pids(): number[] {
    const pairs = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' })
      .trim()
      .split('\n')
      .map((line) => line.trim().split(/\s+/).map(Number));
    const found = [this.#child.pid ?? 0];
    for (const of of found) for (const [pid = 0, parent] of pairs) if (parent === of) found.push(pid);
    return found;
  }

  /** As Ctrl-C does under npm: the terminal sends it, and npm passes it on. */
  interrupt(): void {
    this.#child.kill('SIGINT');
    setTimeout(() => this.#child.kill('SIGINT'), 20);
  }

  /** For a test that failed half-way. */
  killAll(): void {
    if (this.#child.exitCode !== null) return;
    for (const pid of this.pids().reverse()) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It has ended meanwhile.
      }
    }
  }
}
