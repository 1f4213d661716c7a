/** Entry of the scanner's child process: noble on one side, the gateway over IPC on the other. */
import { AirTally } from './air.ts';
import { NobleScanner } from './nobleScanner.ts';
import type { FromChild, HeardRow, ToChild } from './scannerProtocol.ts';

/** Ten messages a second carry any number of advertisements, and delay none noticeably. */
const FLUSH_MS = 100;
/** Twice in a status. */
const AIR_MS = 5_000;
/** No radio hears as many in 100 ms; if the process was held up for longer, the newest are kept. */
const MAX_ROWS = 5_000;
/** Long enough for the last message to leave. */
const FAREWELL_MS = 100;

const air = new AirTally();
let rows: HeardRow[] = [];
let frames = 0;

function send(message: FromChild): void {
  if (process.connected) process.send?.(message);
}

function end(code: number): void {
  setTimeout(() => process.exit(code), FAREWELL_MS);
}

const scanner = new NobleScanner({
  nowMs: Date.now,
  frame: (rssiDbm, beacon) => {
    frames += 1;
    air.add(rssiDbm);
    if (!beacon) return;
    if (rows.length >= MAX_ROWS) rows.shift();
    rows.push([beacon.uuid, beacon.major, beacon.minor, beacon.measuredPowerDbm, beacon.rssiDbm, beacon.atMs]);
  },
  state: (state) => send({ type: 'state', state }),
  refused: (status) => send({ type: 'refused', status }),
  fatal: (sentence) => {
    send({ type: 'fatal', sentence });
    end(1);
  },
});

function flush(): void {
  send({ type: 'heard', beacons: rows, uptoMs: Date.now(), frames, rssBytes: process.memoryUsage.rss() });
  rows = [];
  frames = 0;
}

function tellAir(): void {
  const { user, system } = process.cpuUsage();
  send({ type: 'air', countByDbm: air.take(), cpuSeconds: (user + system) / 1e6 });
}

process.on('message', (message: ToChild) => {
  if (message.type === 'restartScan') scanner.restartScan();
  else if (message.type === 'resetAdapter') scanner.resetAdapter();
  else {
    scanner.stop();
    flush();
    end(0);
  }
});
// The gateway died without a word: nothing is to be left running.
process.on('disconnect', () => process.exit(0));

scanner.start();
setInterval(flush, FLUSH_MS);
setInterval(tellAir, AIR_MS);
