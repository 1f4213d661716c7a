/** What any scanner gives: iBeacons in the order they were heard, and the proof that it was listening. Pure types. */
import type { AirTally } from './air.ts';
import type { HeardBeacon } from './ibeacon.ts';

export interface ScannerSink {
  /**
   * All that was heard up to `uptoMs`, in order; calls come several times a second while the scanner listens, also with
   * nothing heard. `frames` counts advertisements of every kind.
   */
  heard(beacons: readonly HeardBeacon[], uptoMs: number, frames: number): void;
  /** Not listening from here to the next `heard`. */
  interrupted(): void;
  /** What is wrong and what to do, in one sentence; undefined when it is well again. */
  fault(sentence: string | undefined): void;
}

export interface ScannerStats {
  /** Times that the radio had to be started again. */
  restarts: number;
  /** Of a process of its own. */
  memoryBytes: number;
  cpuSeconds: number;
}

export interface Scanner {
  /** Rejects with ScannerUnavailable where scanning cannot work until a person acts. */
  start(sink: ScannerSink): Promise<void>;
  stats(): ScannerStats;
  /** How strong all advertisements were, whoever's; whoever reads it empties it. */
  readonly air: AirTally;
  /** Leaves nothing running. */
  stop(): Promise<void>;
}

/** Its message is one sentence that says what to do. */
export class ScannerUnavailable extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ScannerUnavailable';
  }
}
