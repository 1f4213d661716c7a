/**
 * Plays recorded advertisements from a file, for trials without a radio. One JSON object a line:
 * `{"atMs":0,"rssiDbm":-60,"manufacturerData":"4c000215…"}` or, with all AD structures, `"advertisement":"0201061aff…"`.
 * `atMs` counts from any start; the first line is played at once.
 */
import { createReadStream } from 'node:fs';
import { access } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { AirTally } from './air.ts';
import { beaconOfAdvertisement, decodeIBeacon, type HeardBeacon, type IBeacon } from './ibeacon.ts';
import { type Scanner, type ScannerSink, type ScannerStats, ScannerUnavailable } from './scanner.ts';

export interface ReplayOptions {
  file: string;
  /** 2 plays twice as fast. */
  speed: number;
  /** From the beginning again at the end. */
  loop: boolean;
  nowMs: () => number;
  log: (sentence: string) => void;
}

const hex = z.string().regex(/^(?:[0-9a-fA-F]{2})*$/);
const line = z.union([
  z.object({ atMs: z.number(), rssiDbm: z.number(), manufacturerData: hex }),
  z.object({ atMs: z.number(), rssiDbm: z.number(), advertisement: hex }),
]);

const STEP_MS = 100;
/** A pause between rounds of a loop; without one a file of a single instant would spin. */
const ROUND_PAUSE_MS = 1_000;

interface Recorded {
  atMs: number;
  rssiDbm: number;
  beacon: IBeacon | undefined;
}

export class ReplayScanner implements Scanner {
  private readonly options: ReplayOptions;
  private isStopping = false;
  private running: Promise<void> | undefined;
  readonly air = new AirTally();

  constructor(options: ReplayOptions) {
    this.options = options;
  }

  async start(sink: ScannerSink): Promise<void> {
    try {
      await access(this.options.file);
    } catch {
      throw new ScannerUnavailable(
        `The recording ${this.options.file} cannot be read; name an existing file of advertisements in scanner.file`,
      );
    }
    this.running = this.run(sink);
  }

  async stop(): Promise<void> {
    this.isStopping = true;
    await this.running;
  }

  /** It has no process of its own, and a file never stalls. */
  stats(): ScannerStats {
    return { restarts: 0, memoryBytes: 0, cpuSeconds: 0 };
  }

  private async run(sink: ScannerSink): Promise<void> {
    do {
      await this.playOnce(sink);
      if (this.options.loop) await this.idle(sink, ROUND_PAUSE_MS);
    } while (this.options.loop && !this.isStopping);
    if (!this.isStopping) this.options.log('The recording has ended; listening to silence until stopped');
    while (!this.isStopping) await this.idle(sink, STEP_MS);
  }

  private async playOnce(sink: ScannerSink): Promise<void> {
    const startMs = this.options.nowMs();
    let firstMs: number | undefined;
    let due: HeardBeacon[] = [];
    let frames = 0;
    for await (const recorded of this.lines()) {
      if (this.isStopping) return;
      firstMs ??= recorded.atMs;
      const atMs = startMs + Math.round((recorded.atMs - firstMs) / this.options.speed);
      while (atMs > this.options.nowMs() && !this.isStopping) {
        sink.heard(due, this.options.nowMs(), frames);
        due = [];
        frames = 0;
        await wait(Math.min(STEP_MS, Math.max(1, atMs - this.options.nowMs())));
      }
      frames += 1;
      this.air.add(recorded.rssiDbm);
      if (recorded.beacon) due.push({ ...recorded.beacon, rssiDbm: recorded.rssiDbm, atMs });
    }
    sink.heard(due, this.options.nowMs(), frames);
  }

  private async *lines(): AsyncGenerator<Recorded> {
    const input = createInterface({ input: createReadStream(this.options.file), crlfDelay: Number.POSITIVE_INFINITY });
    let bad = 0;
    for await (const text of input) {
      if (text.trim() === '') continue;
      const recorded = parseLine(text);
      if (recorded) yield recorded;
      else bad += 1;
    }
    if (bad > 0)
      this.options.log(
        `${bad} lines of ${this.options.file} were skipped; a line is {"atMs":0,"rssiDbm":-60,"manufacturerData":"4c00…"}`,
      );
  }

  private async idle(sink: ScannerSink, ms: number): Promise<void> {
    const untilMs = this.options.nowMs() + ms;
    do {
      sink.heard([], this.options.nowMs(), 0);
      await wait(STEP_MS);
    } while (!this.isStopping && this.options.nowMs() < untilMs);
  }
}

function parseLine(text: string): Recorded | undefined {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return undefined;
  }
  const parsed = line.safeParse(json);
  if (!parsed.success) return undefined;
  const { atMs, rssiDbm } = parsed.data;
  const beacon =
    'manufacturerData' in parsed.data
      ? decodeIBeacon(Buffer.from(parsed.data.manufacturerData, 'hex'))
      : beaconOfAdvertisement(Buffer.from(parsed.data.advertisement, 'hex'));
  return { atMs, rssiDbm, beacon };
}

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
