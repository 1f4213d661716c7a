/** Progress for people (a bar on a terminal, a line every few seconds elsewhere) or for a parent process (lines of JSON). */

const LINE_EVERY_MS = 5_000;
const BAR_EVERY_MS = 200;
const BAR_CELLS = 28;

export interface ProgressState {
  label: string;
  /** 0 to 1, or undefined where there is no end. */
  done: number | undefined;
  detail: string;
}

export class Progress {
  private readonly json: boolean;
  private readonly tty: boolean;
  private lastMs = Number.NEGATIVE_INFINITY;
  private drawn = false;

  constructor(options: { json: boolean }) {
    this.json = options.json;
    this.tty = !options.json && process.stderr.isTTY === true;
  }

  /** Draws at most a few times a second; `last` always does. */
  show({ label, done, detail }: ProgressState, last = false): void {
    const nowMs = performance.now();
    if (!last && nowMs - this.lastMs < (this.tty || this.json ? BAR_EVERY_MS : LINE_EVERY_MS)) return;
    this.lastMs = nowMs;
    if (this.json) {
      this.event('progress', { label, done: done ?? null, detail });
      return;
    }
    const percent = done === undefined ? '' : ` ${String(Math.floor(done * 100)).padStart(3)} %`;
    if (!this.tty) {
      process.stderr.write(`${label}${percent} ${detail}\n`);
      return;
    }
    const filled = Math.round((done ?? 0) * BAR_CELLS);
    const bar = done === undefined ? '' : ` ${'█'.repeat(filled)}${'░'.repeat(BAR_CELLS - filled)}`;
    process.stderr.write(`\r\x1b[K${label}${bar}${percent}  ${detail}`);
    this.drawn = true;
    if (last) this.endLine();
  }

  /** A line that stays. */
  say(text: string): void {
    if (this.json) {
      this.event('message', { text });
      return;
    }
    this.endLine();
    process.stderr.write(`${text}\n`);
  }

  /** For the parent process only. */
  event(type: string, fields: Record<string, unknown> = {}): void {
    if (this.json) process.stdout.write(`${JSON.stringify({ type, ...fields })}\n`);
  }

  private endLine(): void {
    if (this.drawn) process.stderr.write('\n');
    this.drawn = false;
  }
}
