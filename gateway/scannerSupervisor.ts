/** Keeps a radio scanning: watches the child process that runs noble, and replaces it where nothing less helps. */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { AirTally } from './air.ts';
import { doublingMs } from './backoff.ts';
import type { Scanner, ScannerSink, ScannerStats } from './scanner.ts';
import { ScannerUnavailable } from './scanner.ts';
import type { FromChild, ToChild } from './scannerProtocol.ts';
import { SILENCE_MS, Watchdog } from './watchdog.ts';

/** What the supervisor needs of a child process. */
export interface ScannerChildProcess {
  send(message: ToChild): void;
  kill(): void;
  onMessage(listener: (message: FromChild) => void): void;
  /** Once, however it ended. */
  onEnd(listener: (how: string) => void): void;
}

export interface SupervisorOptions {
  startChild: () => ScannerChildProcess;
  /** A child above it is replaced. @default 150 MB: noble and Node.js take 60, and 100,000 addresses 145 more */
  maxRssBytes?: number;
  /** @default 30_000 */
  silenceMs?: number;
  monotonicMs: () => number;
  log: (sentence: string) => void;
}

export const DEFAULT_MAX_RSS_BYTES = 150 * 1024 * 1024;
const TICK_MS = 1_000;
/** A controller answers its first commands within a second; a USB one that is just coming up within ten. */
const ANSWER_MS = 15_000;
const BACKOFF = { baseMs: 1_000, capMs: 60_000 };
/** A child that ran this long was a good one: its successor starts at once. */
const STABLE_AFTER_MS = 60_000;
const STOP_MS = 1_000;

export class ScannerSupervisor implements Scanner {
  private readonly options: SupervisorOptions;
  private sink: ScannerSink | undefined;
  private child: ScannerChildProcess | undefined;
  private startedAtMs = 0;
  private watchdog: Watchdog;
  private failures = 0;
  private restartTimer: NodeJS.Timeout | undefined;
  private ticker: NodeJS.Timeout | undefined;
  private isListening = false;
  private isPoweredOff = false;
  private isStopping = false;
  private faultSentence: string | undefined;
  private settleStart: ((unavailable: string | undefined) => void) | undefined;
  private endedListeners: (() => void)[] = [];
  private restarts = 0;
  private memoryBytes = 0;
  /** Of the child that runs, and of those before it. */
  private cpuSeconds = 0;
  private cpuSecondsBefore = 0;
  readonly air = new AirTally();

  constructor(options: SupervisorOptions) {
    this.options = options;
    this.watchdog = new Watchdog(options.monotonicMs(), options.silenceMs ?? SILENCE_MS);
  }

  async start(sink: ScannerSink): Promise<void> {
    this.sink = sink;
    const firstAnswer = new Promise<string | undefined>((resolve) => {
      this.settleStart = resolve;
    });
    this.startChild();
    this.ticker = setInterval(() => this.tick(), TICK_MS);
    const unavailable = await firstAnswer;
    this.settleStart = undefined;
    if (unavailable === undefined) return;
    await this.stop();
    throw new ScannerUnavailable(unavailable);
  }

  async stop(): Promise<void> {
    this.isStopping = true;
    clearInterval(this.ticker);
    clearTimeout(this.restartTimer);
    const child = this.child;
    if (!child) return;
    const ended = new Promise<void>((resolve) => this.endedListeners.push(resolve));
    child.send({ type: 'stop' });
    const timer = setTimeout(() => child.kill(), STOP_MS);
    await ended;
    clearTimeout(timer);
  }

  stats(): ScannerStats {
    const { restarts, memoryBytes, cpuSeconds, cpuSecondsBefore } = this;
    return { restarts, memoryBytes, cpuSeconds: cpuSecondsBefore + cpuSeconds };
  }

  /** Called once a second; public so that tests give the time. */
  tick(): void {
    const nowMs = this.options.monotonicMs();
    if (this.settleStart && nowMs - this.startedAtMs > ANSWER_MS) {
      this.fault('The Bluetooth adapter does not answer; unplug it and plug it in again');
      this.settleStart(undefined);
    }
    if (!this.child) return;
    const rung = this.watchdog.due(nowMs);
    if (!rung) return;
    const seconds = Math.round((this.options.silenceMs ?? SILENCE_MS) / 1_000);
    this.interrupted();
    if (!this.isPoweredOff)
      this.fault(`No advertisement for ${seconds} s; is the antenna connected and the adapter not covered by metal?`);
    this.options.log(`No advertisement for ${seconds} s: ${IN_WORDS[rung]}`);
    if (rung === 'replaceChild') this.child.kill();
    else {
      this.restarts += 1;
      this.child.send({ type: rung });
    }
  }

  private startChild(): void {
    const child = this.options.startChild();
    this.child = child;
    this.startedAtMs = this.options.monotonicMs();
    this.watchdog.restarted(this.startedAtMs);
    child.onMessage((message) => {
      if (this.child === child) this.received(message);
    });
    child.onEnd((how) => {
      if (this.child === child) this.ended(how);
    });
  }

  private received(message: FromChild): void {
    if (message.type === 'heard') this.heard(message);
    else if (message.type === 'air') {
      this.cpuSeconds = message.cpuSeconds;
      for (const [rssiDbm, count] of message.countByDbm) this.air.add(rssiDbm, count);
    } else if (message.type === 'state') this.stateChanged(message.state);
    else if (message.type === 'refused') {
      this.interrupted();
      this.fault(
        `The Bluetooth adapter refused to scan (HCI status 0x${message.status.toString(16).padStart(2, '0')}); if it stays so, stop other programs that scan`,
      );
    } else if (this.settleStart) this.settleStart(message.sentence);
    else this.fault(message.sentence);
  }

  private stateChanged(state: string): void {
    if (state === 'poweredOff') {
      this.isPoweredOff = true;
      this.interrupted();
      this.fault('The Bluetooth adapter is off; switch it on with: rfkill unblock bluetooth; hciconfig hci0 up');
    } else if (state === 'poweredOn') {
      if (this.isPoweredOff) this.fault(undefined);
      this.isPoweredOff = false;
      if (!this.watchdog.suspicious) this.isListening = true;
    } else return;
    this.settleStart?.(undefined);
  }

  private heard(message: Extract<FromChild, { type: 'heard' }>): void {
    const nowMs = this.options.monotonicMs();
    if (message.frames > 0) {
      this.watchdog.heard(nowMs);
      this.isListening = true;
      this.isPoweredOff = false;
      this.fault(undefined);
    }
    // A silent radio is not taken for an empty hall: from the watchdog's first step on, only a frame proves listening.
    if (this.isListening) {
      const beacons = message.beacons.map(([uuid, major, minor, measuredPowerDbm, rssiDbm, atMs]) => ({
        uuid,
        major,
        minor,
        measuredPowerDbm,
        rssiDbm,
        atMs,
      }));
      this.sink?.heard(beacons, message.uptoMs, message.frames);
    }
    this.memoryBytes = message.rssBytes;
    if (nowMs - this.startedAtMs >= STABLE_AFTER_MS) this.failures = 0;
    const maxRssBytes = this.options.maxRssBytes ?? DEFAULT_MAX_RSS_BYTES;
    if (message.rssBytes > maxRssBytes) {
      this.options.log(
        `The scanner's process has grown to ${mb(message.rssBytes)} MB (cap ${mb(maxRssBytes)}): replaced`,
      );
      this.child?.kill();
    }
  }

  private ended(how: string): void {
    this.child = undefined;
    this.interrupted();
    for (const listener of this.endedListeners.splice(0)) listener();
    this.memoryBytes = 0;
    this.cpuSecondsBefore += this.cpuSeconds;
    this.cpuSeconds = 0;
    if (this.isStopping) return;
    this.restarts += 1;
    const nowMs = this.options.monotonicMs();
    if (nowMs - this.startedAtMs >= STABLE_AFTER_MS) this.failures = 0;
    const waitMs = doublingMs(this.failures, BACKOFF.baseMs, BACKOFF.capMs);
    this.failures += 1;
    if (this.faultSentence === undefined) this.fault(`The scanner's process ended (${how}); it is started again`);
    this.options.log(`The scanner's process ended (${how}); a new one starts in ${waitMs / 1_000} s`);
    this.restartTimer = setTimeout(() => this.startChild(), waitMs);
  }

  private interrupted(): void {
    if (!this.isListening) return;
    this.isListening = false;
    this.sink?.interrupted();
  }

  private fault(sentence: string | undefined): void {
    if (sentence === this.faultSentence) return;
    this.faultSentence = sentence;
    this.sink?.fault(sentence);
  }
}

const IN_WORDS = {
  restartScan: 'scanning is stopped and started',
  resetAdapter: 'the adapter is reset',
  replaceChild: "the scanner's process is replaced",
};

const mb = (bytes: number): number => Math.round(bytes / 1024 / 1024);

export interface ForkOptions {
  /** @default scannerChild.js beside this file */
  path?: string;
  /** hci0 is 0; absent: the first one that is up. */
  adapter?: number | undefined;
  execArgv?: string[];
  env?: Record<string, string>;
  log: (sentence: string) => void;
}

const MAX_CHILD_LINES = 20;
/** Advertisements live for a moment each: a small nursery holds a tenth of a second of them, a large one only grows. One helper thread is enough. */
const CHILD_FLAGS = ['--max-semi-space-size=1', '--v8-pool-size=1', '--optimize-for-size'];

/** The real child process. */
export function forkScannerChild(options: ForkOptions): ScannerChildProcess {
  // DEBUG makes noble print every frame, raw identities among them.
  const { DEBUG: _debug, NODE_DEBUG: _nodeDebug, ...inherited } = process.env;
  const path = options.path ?? fileURLToPath(new URL('./scannerChild.js', import.meta.url));
  const child = fork(path, [], {
    execArgv: options.execArgv ?? CHILD_FLAGS,
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    // Ctrl-C goes to the terminal's whole process group; the gateway decides when its scanner ends. Should the gateway
    // die without a word, the child sees its channel close and ends.
    detached: true,
    env: {
      ...inherited,
      ...options.env,
      NOBLE_REPORT_ALL_HCI_EVENTS: '1',
      ...(options.adapter === undefined ? {} : { NOBLE_HCI_DEVICE_ID: String(options.adapter) }),
    },
  });
  let lines = 0;
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    for (const line of text.split('\n').filter((part) => part.trim() !== '')) {
      lines += 1;
      if (lines <= MAX_CHILD_LINES) options.log(`scanner: ${line.slice(0, 300)}`);
    }
  });
  return {
    send: (message) => {
      if (child.connected) child.send(message, () => undefined);
    },
    kill: () => child.kill('SIGKILL'),
    onMessage: (listener) => child.on('message', (message) => listener(message as FromChild)),
    onEnd: (listener) => {
      let hasEnded = false;
      const once = (how: string): void => {
        if (hasEnded) return;
        hasEnded = true;
        listener(how);
      };
      child.on('error', (error) => once(error.message));
      child.on('exit', (code, signal) => once(signal ?? `exit code ${code}`));
    },
  };
}
