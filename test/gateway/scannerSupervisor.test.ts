import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { HeardBeacon } from '../../gateway/ibeacon.ts';
import { ScannerUnavailable } from '../../gateway/scanner.ts';
import type { FromChild, ToChild } from '../../gateway/scannerProtocol.ts';
import { forkScannerChild, type ScannerChildProcess, ScannerSupervisor } from '../../gateway/scannerSupervisor.ts';
import { Watchdog } from '../../gateway/watchdog.ts';
import { builtDist } from '../support/build.ts';
import { orReason, skipWithoutNoble } from './support/noble.ts';

const NOTED_FRAME = '043e2a020103016655443322c11e0201061aff4c000215f7826da64fa24e988024bc5b71e0893e00010002c5c4';
const NOW = 1_780_000_000_000;

class FakeChild implements ScannerChildProcess {
  readonly received: string[] = [];
  isKilled = false;
  private message: (message: FromChild) => void = () => undefined;
  private end: (how: string) => void = () => undefined;
  send(message: ToChild): void {
    this.received.push(message.type);
    if (message.type === 'stop') this.ends('exit code 0');
  }
  kill(): void {
    this.isKilled = true;
    this.ends('SIGKILL');
  }
  onMessage(listener: (message: FromChild) => void): void {
    this.message = listener;
  }
  onEnd(listener: (how: string) => void): void {
    this.end = listener;
  }
  says(message: FromChild): void {
    this.message(message);
  }
  hears(frames: number, rssBytes = 60_000_000): void {
    this.says({ type: 'heard', beacons: [], uptoMs: NOW, frames, rssBytes });
  }
  ends(how: string): void {
    this.end(how);
  }
}

class Sink {
  beacons: HeardBeacon[] = [];
  calls: string[] = [];
  faults: (string | undefined)[] = [];
  heard(beacons: readonly HeardBeacon[]): void {
    this.beacons.push(...beacons);
    this.calls.push('heard');
  }
  interrupted(): void {
    this.calls.push('interrupted');
  }
  fault(sentence: string | undefined): void {
    this.faults.push(sentence);
  }
}

describe('the watchdog', () => {
  test('takes one step per silent stretch, each stronger, and begins again when something is heard', () => {
    const watchdog = new Watchdog(0, 30_000);
    const steps: [number, string][] = [];
    for (let second = 0; second <= 200; second += 1) {
      if (second === 130) watchdog.heard(second * 1_000);
      const step = watchdog.due(second * 1_000);
      if (step) steps.push([second, step]);
    }
    expect(steps).toEqual([
      [30, 'restartScan'],
      [60, 'resetAdapter'],
      [90, 'replaceChild'],
      [120, 'restartScan'],
      [160, 'restartScan'],
      [190, 'resetAdapter'],
    ]);
  });
});

describe('the supervisor, with a child and a clock of the test', () => {
  let children: FakeChild[] = [];
  let sink: Sink;
  let logged: string[] = [];
  let supervisor: ScannerSupervisor;
  const child = () => children.at(-1)!;

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'] });
    children = [];
    logged = [];
    sink = new Sink();
    supervisor = new ScannerSupervisor({
      startChild: () => {
        const next = new FakeChild();
        children.push(next);
        return next;
      },
      monotonicMs: () => performance.now(),
      log: (sentence) => logged.push(sentence),
    });
  });
  afterEach(async () => {
    await supervisor.stop();
    vi.useRealTimers();
  });

  async function startListening(): Promise<void> {
    const started = supervisor.start(sink);
    child().says({ type: 'state', state: 'poweredOn' });
    await started;
  }
  /** Silent, but for the child's own reports. */
  function silence(seconds: number): void {
    for (let i = 0; i < seconds; i += 1) {
      vi.advanceTimersByTime(1_000);
      child().hears(0);
    }
  }

  test('climbs the ladder: stop and start, reset, a new child', async () => {
    await startListening();
    child().hears(1);
    silence(29);
    expect(child().received).toEqual([]);
    silence(2);
    expect(child().received).toEqual(['restartScan']);
    silence(30);
    expect(child().received).toEqual(['restartScan', 'resetAdapter']);
    const first = child();
    silence(30);
    expect(first.isKilled).toBe(true);
    expect(children).toHaveLength(2);
    expect(sink.faults.at(-1)).toMatch(/^No advertisement for 30 s/);
    child().says({ type: 'state', state: 'poweredOn' });
    child().hears(3);
    expect(sink.faults.at(-1)).toBeUndefined();
    silence(29);
    expect(child().received).toEqual([]);
  });

  test('does not take a silent radio for an empty hall', async () => {
    await startListening();
    child().hears(1);
    silence(20);
    expect(sink.calls).toHaveLength(21);
    silence(15);
    expect(sink.calls.at(-1)).toBe('interrupted');
    const calls = sink.calls.length;
    silence(40);
    expect(sink.calls).toHaveLength(calls);
    child().hears(1);
    expect(sink.calls.at(-1)).toBe('heard');
  });

  test('replaces a child that crashes, ever more slowly, and at once again after a good minute', async () => {
    await startListening();
    const waits: number[] = [];
    for (let i = 0; i < 8; i += 1) {
      const before = children.length;
      child().ends('SIGSEGV');
      let waited = 0;
      while (children.length === before && waited < 200) {
        vi.advanceTimersByTime(1_000);
        waited += 1;
      }
      waits.push(waited);
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
    expect(sink.calls).toContain('interrupted');
    for (let i = 0; i < 65; i += 1) {
      vi.advanceTimersByTime(1_000);
      child().hears(5);
    }
    const before = children.length;
    child().ends('SIGSEGV');
    vi.advanceTimersByTime(1_000);
    expect(children).toHaveLength(before + 1);
  });

  test('replaces a child that has grown past its memory', async () => {
    await startListening();
    child().hears(1, 149 * 1024 * 1024);
    expect(child().isKilled).toBe(false);
    const grown = child();
    child().hears(1, 151 * 1024 * 1024);
    expect(grown.isKilled).toBe(true);
    vi.advanceTimersByTime(1_000);
    expect(children).toHaveLength(2);
    expect(logged.join()).toMatch(/grown to 151 MB \(cap 150\)/);
  });

  test('goes on, with a fault in words, when the adapter is off or refuses', async () => {
    const started = supervisor.start(sink);
    child().says({ type: 'state', state: 'poweredOff' });
    await started;
    expect(sink.faults.at(-1)).toMatch(/adapter is off; switch it on/);
    child().says({ type: 'state', state: 'poweredOn' });
    expect(sink.faults.at(-1)).toBeUndefined();
    child().says({ type: 'refused', status: 0x0c });
    expect(sink.faults.at(-1)).toMatch(/refused to scan \(HCI status 0x0c\)/);
  });

  test('does not start where only a person can help, and leaves nothing running', async () => {
    const started = supervisor.start(sink);
    child().says({ type: 'fatal', sentence: 'No Bluetooth adapter found; plug one in' });
    await expect(started).rejects.toThrow(ScannerUnavailable);
    expect(child().received).toEqual(['stop']);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('once it has run, an adapter that vanishes is a fault, and tried again', async () => {
    await startListening();
    child().hears(1);
    child().says({ type: 'fatal', sentence: 'No Bluetooth adapter found; plug one in' });
    child().ends('exit code 1');
    expect(sink.faults.at(-1)).toBe('No Bluetooth adapter found; plug one in');
    vi.advanceTimersByTime(1_000);
    expect(children).toHaveLength(2);
  });

  test('an adapter that never answers is reported, not waited for', async () => {
    const started = supervisor.start(sink);
    for (let i = 0; i < 17; i += 1) {
      vi.advanceTimersByTime(1_000);
      child().hears(0);
    }
    await started;
    expect(sink.faults.at(-1)).toMatch(/does not answer/);
    expect(sink.calls).toEqual([]);
  });
});

describe.skipIf(skipWithoutNoble)(`the supervisor, with real child processes on noble${orReason}`, () => {
  let dist = '';
  beforeAll(async () => {
    dist = await builtDist();
  }, 120_000);
  const running: ScannerSupervisor[] = [];
  afterEach(async () => {
    for (const supervisor of running.splice(0)) await supervisor.stop();
  });

  async function supervise(scenario: object, maxRssBytes?: number) {
    const path = join(dist, 'gateway', 'scannerChild.js');
    const preload = pathToFileURL(join(import.meta.dirname, 'support', 'fakeHci.mjs')).href;
    const logged: string[] = [];
    let started = 0;
    const supervisor = new ScannerSupervisor({
      startChild: () => {
        started += 1;
        return forkScannerChild({
          path,
          execArgv: ['--import', preload],
          env: { FAKE_HCI: JSON.stringify({ frames: [NOTED_FRAME], ...scenario }) },
          log: (sentence) => logged.push(sentence),
        });
      },
      ...(maxRssBytes === undefined ? {} : { maxRssBytes }),
      monotonicMs: () => performance.now(),
      log: (sentence) => logged.push(sentence),
    });
    running.push(supervisor);
    const sink = new Sink();
    await supervisor.start(sink);
    return { supervisor, sink, logged, children: () => started };
  }

  test('hears over IPC what the radio hears', async () => {
    const { sink } = await supervise({});
    await vi.waitFor(() => expect(sink.beacons.length).toBeGreaterThan(5), { timeout: 10_000 });
    expect(sink.beacons[0]).toMatchObject({
      uuid: 'f7826da6-4fa2-4e98-8024-bc5b71e0893e',
      major: 1,
      minor: 2,
      measuredPowerDbm: -59,
      rssiDbm: -60,
    });
    expect(Math.abs(Date.now() - sink.beacons.at(-1)!.atMs)).toBeLessThan(60_000);
  });

  test('replaces a child that crashes, and hears again', async () => {
    const { sink, logged, children } = await supervise({ crashAfterMs: 1_000 });
    await vi.waitFor(() => expect(sink.calls).toContain('interrupted'), { timeout: 10_000 });
    const before = sink.beacons.length;
    await vi.waitFor(() => expect(sink.beacons.length).toBeGreaterThan(before), { timeout: 10_000 });
    expect(children()).toBeGreaterThan(1);
    expect(logged.join('\n')).toMatch(/process ended \(SIGABRT\); a new one starts in 1 s/);
  });

  test('replaces a child that grows', async () => {
    const { logged, children } = await supervise({ growBytes: 8 * 1024 * 1024 });
    await vi.waitFor(() => expect(children()).toBeGreaterThan(1), { timeout: 15_000 });
    expect(logged.join('\n')).toMatch(/has grown to \d+ MB \(cap 150\): replaced/);
  });

  test('starts nothing where there is no adapter', async () => {
    await expect(supervise({ scenario: { bindError: 'ENODEV' } })).rejects.toThrow(/^No Bluetooth adapter found; plug/);
  });
});
