/** How far a long piece of work is: on a terminal one line that changes, elsewhere a line now and then. */

export interface Shown {
  done: number;
  total: number;
  /** What was done before this run. */
  begun: number;
  startedMs: number;
}

interface Stream {
  isTTY?: boolean;
  write(text: string): unknown;
}

const TTY_EVERY_MS = 200;
const LINE_EVERY_MS = 5_000;

export function durationText(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  if (seconds < 5_400) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3_600).toFixed(1)} h`;
}

/** `1,200 of 4,800 rows (25 %), 300 rows/s, 12 s left`. */
export function figuresOf({ done, total, begun, startedMs }: Shown, nowMs: number): string {
  const count = (n: number): string => Math.round(n).toLocaleString('en-US');
  const seconds = (nowMs - startedMs) / 1_000;
  const rate = seconds > 0 ? (done - begun) / seconds : 0;
  const share = total > 0 ? Math.min(100, Math.floor((100 * done) / total)) : 100;
  const left = rate > 0 && total > done ? `, ${durationText((total - done) / rate)} left` : '';
  return `${count(done)} of ${count(total)} rows (${share} %)${rate > 0 ? `, ${count(rate)} rows/s` : ''}${left}`;
}

export class ProgressLine {
  readonly #stream: Stream;
  readonly #nowMs: () => number;
  #shownMs = Number.NEGATIVE_INFINITY;
  #open = false;

  constructor(stream: Stream, nowMs: () => number) {
    this.#stream = stream;
    this.#nowMs = nowMs;
  }

  show(shown: Shown, text: (figures: string) => string): void {
    const nowMs = this.#nowMs();
    const tty = this.#stream.isTTY === true;
    const isLast = shown.done >= shown.total;
    if (!isLast && nowMs - this.#shownMs < (tty ? TTY_EVERY_MS : LINE_EVERY_MS)) return;
    this.#shownMs = nowMs;
    const line = text(figuresOf(shown, nowMs));
    if (!tty) {
      this.#stream.write(`${line}\n`);
      return;
    }
    this.#open = true;
    this.#stream.write(`\r\u001b[K${line}`);
  }

  end(): void {
    if (this.#open) this.#stream.write('\n');
    this.#open = false;
    this.#shownMs = Number.NEGATIVE_INFINITY;
  }

  say(text: string): void {
    this.end();
    this.#stream.write(`${text}\n`);
  }
}
