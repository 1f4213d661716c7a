/** Raw HCI bytes through noble's own parser, with a stand-in for its socket. */
import { createRequire } from 'node:module';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { HeardBeacon } from '../../gateway/ibeacon.ts';
import { NobleScanner } from '../../gateway/nobleScanner.ts';
import { install, scenario, sockets } from './support/fakeHci.mjs';
import { orReason, skipWithoutNoble } from './support/noble.ts';
import { randomBytes, randomInt, seededRandom } from './support/random.ts';

const require = createRequire(import.meta.url);
const NOW = 1_780_000_000_000;

/** An LE advertising report of c1:22:33:44:55:66. */
function report(eventType: string, advertisement: string, rssi = 'c4', address = '6655443322c1'): string {
  const data = advertisement.replaceAll(' ', '');
  const size = (data.length / 2).toString(16).padStart(2, '0');
  const rest = `0201${eventType}01${address}${size}${data}${rssi}`;
  return `043e${(rest.length / 2).toString(16).padStart(2, '0')}${rest}`;
}
const NON_CONNECTABLE = '03';
const CONNECTABLE = '00';
const SCAN_RESPONSE = '04';
const IBEACON = '020106 1aff4c000215f7826da64fa24e988024bc5b71e0893e00010002c5';
/** The frame of the interoperability notes, letter by letter. */
const NOTED_FRAME = `043e2a0201 0301 6655443322c1 1e 020106 1aff4c000215f7826da64fa24e988024bc5b71e0893e00010002c5 c4`;
const BEACON = {
  uuid: 'f7826da6-4fa2-4e98-8024-bc5b71e0893e',
  major: 1,
  minor: 2,
  measuredPowerDbm: -59,
  rssiDbm: -60,
  atMs: NOW,
};

describe.skipIf(skipWithoutNoble)(`noble on raw HCI bytes${orReason}`, () => {
  let uninstall = (): void => undefined;
  let scanner: NobleScanner;
  let frames: (HeardBeacon | undefined)[] = [];
  let states: string[] = [];
  let fatals: string[] = [];
  let refusals: number[] = [];

  const socket = () => sockets.at(-1)!;
  const settle = () => vi.waitFor(() => expect(socket().isScanning).toBe(true));

  function build(): void {
    // noble is one instance for a process: each test gets its own.
    for (const path of Object.keys(require.cache)) if (path.includes('@abandonware')) delete require.cache[path];
    scanner = new NobleScanner({
      nowMs: () => NOW,
      frame: (_rssiDbm, beacon) => frames.push(beacon),
      state: (state) => states.push(state),
      refused: (status) => refusals.push(status),
      fatal: (sentence) => fatals.push(sentence),
    });
    scanner.start();
  }

  beforeEach(() => {
    uninstall = install();
    frames = [];
    states = [];
    fatals = [];
    refusals = [];
    Object.assign(scenario, { scanStatus: 0, isUp: true, bindError: undefined });
  });
  afterEach(() => {
    scanner.stop();
    uninstall();
    vi.restoreAllMocks();
  });

  test('hears the noted frame', async () => {
    build();
    await settle();
    socket().hear(NOTED_FRAME);
    expect(frames).toEqual([BEACON]);
    expect(report(NON_CONNECTABLE, IBEACON)).toBe(NOTED_FRAME.replaceAll(' ', ''));
  });

  test('hears every frame, the first connectable one of an address included', async () => {
    build();
    await settle();
    for (let i = 0; i < 3; i += 1) socket().hear(report(CONNECTABLE, IBEACON));
    expect(frames).toEqual([BEACON, BEACON, BEACON]);
  });

  test('does not take a later frame of another kind for the beacon once heard at that address', async () => {
    build();
    await settle();
    socket().hear(report(CONNECTABLE, IBEACON));
    socket().hear(report(CONNECTABLE, '020106 03ffe000'));
    socket().hear(report(CONNECTABLE, '020106'));
    socket().hear(report(SCAN_RESPONSE, '0509 74616731'));
    socket().hear(report(CONNECTABLE, ''));
    expect(frames).toEqual([BEACON, undefined, undefined, undefined, undefined]);
  });

  test('takes several reports out of one event', async () => {
    build();
    await settle();
    const one = report(NON_CONNECTABLE, IBEACON).slice(10);
    const two = `${one}${one}`;
    const size = (two.length / 2 + 2).toString(16).padStart(2, '0');
    socket().hear(`043e${size}0202${two}`);
    expect(frames).toEqual([BEACON, BEACON]);
  });

  test('survives truncated and random events, and hears the next good one', async () => {
    vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    build();
    await settle();
    const whole = Buffer.from(NOTED_FRAME.replaceAll(' ', ''), 'hex');
    for (let length = 0; length < whole.length; length += 1) socket().hear(whole.toString('hex', 0, length));
    // A cut never invents a beacon.
    expect(frames.filter((beacon) => beacon)).toEqual([]);
    const seed = 99;
    const random = seededRandom(seed);
    for (let i = 0; i < 2_000; i += 1) {
      const noise = randomBytes(random, randomInt(random, 45));
      socket().hear(`043e${noise.toString('hex')}`);
      const damaged = Buffer.from(whole);
      damaged[3 + randomInt(random, 20)] = randomInt(random, 256);
      socket().hear(damaged.toString('hex'));
    }
    frames = [];
    socket().hear(NOTED_FRAME);
    expect(frames, `seed ${seed}`).toEqual([BEACON]);
  });

  test('keeps nothing of 100,000 random addresses', async () => {
    build();
    await settle();
    for (let i = 0; i < 100_000; i += 1)
      socket().hear(report(CONNECTABLE, IBEACON, 'c4', i.toString(16).padStart(12, '0')));
    expect(frames).toHaveLength(100_000);
    const noble = require('@abandonware/noble');
    const { _gap: gap, _addresses: addresses } = noble._bindings;
    for (const map of [
      gap._discoveries,
      addresses,
      noble._peripherals,
      noble._services,
      noble._discoveredPeripheralUUids,
    ])
      expect(Object.keys(map)).toHaveLength(0);
  });

  test('scans again when the adapter went down and came up', async () => {
    build();
    await settle();
    scenario.isUp = false;
    await vi.waitFor(() => expect(states.at(-1)).toBe('poweredOff'), { timeout: 20_000 });
    socket().isScanning = false;
    scenario.isUp = true;
    await vi.waitFor(() => expect(socket().isScanning).toBe(true), { timeout: 20_000 });
    expect(states.at(-1)).toBe('poweredOn');
    frames = [];
    socket().hear(NOTED_FRAME);
    expect(frames).toEqual([BEACON]);
  });

  test('reports a refused scan with its status, and not the refused disable before a good one', async () => {
    build();
    await settle();
    expect(refusals).toEqual([]);
    scenario.scanStatus = 0x0c;
    scanner.restartScan();
    await vi.waitFor(() => expect(refusals).toEqual([0x0c]));
  });

  test('stops and starts the scan, and scans again after a reset', async () => {
    build();
    await settle();
    socket().isScanning = false;
    scanner.restartScan();
    await settle();
    socket().isScanning = false;
    scanner.resetAdapter();
    await vi.waitFor(() => expect(socket().isScanning).toBe(true), { timeout: 5_000 });
    expect(socket().commands).toContain(0x0c03);
  });

  test.each([
    ['ENODEV', /^No Bluetooth adapter found; plug one in/],
    ['EPERM', /^No permission .* setcap/],
  ])('says in one sentence what to do about %s', async (code, sentence) => {
    vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    scenario.bindError = code;
    build();
    await vi.waitFor(() => expect(fatals).toHaveLength(1));
    expect(fatals[0]).toMatch(sentence);
    expect(fatals[0]).not.toContain('\n');
  });

  test.each([
    [
      '@abandonware/noble',
      'MODULE_NOT_FOUND',
      "Cannot find module '@abandonware/noble'",
      /^The Bluetooth library is not installed; run: npm install/,
    ],
    [
      '@abandonware/bluetooth-hci-socket',
      'MODULE_NOT_FOUND',
      "Cannot find module '@abandonware/bluetooth-hci-socket'",
      /not installed; run: npm install/,
    ],
    [
      '@abandonware/bluetooth-hci-socket',
      'MODULE_NOT_FOUND',
      "Cannot find module '../build/Release/bluetooth_hci_socket.node'",
      /^The Bluetooth addon is not built .* npm rebuild/,
    ],
    [
      '@abandonware/bluetooth-hci-socket',
      'ERR_DLOPEN_FAILED',
      'was compiled against a different Node.js version',
      /^The Bluetooth addon is not built .* npm rebuild/,
    ],
    [
      '@abandonware/bluetooth-hci-socket',
      'EAFNOSUPPORT',
      'EAFNOSUPPORT, Address family not supported by protocol',
      /^No Bluetooth adapter: this machine's kernel/,
    ],
  ])('says in one sentence what to do where %s fails with %s: %s', (library, code, message, sentence) => {
    uninstall();
    uninstall = install({ library, error: Object.assign(new Error(`${message}\nRequire stack:\n- x`), { code }) });
    build();
    expect(fatals).toHaveLength(1);
    expect(fatals[0]).toMatch(sentence);
    expect(fatals[0]).not.toContain('\n');
  });

  test('says in one sentence what to do where the socket may not be written to', async () => {
    vi.spyOn(console, 'log').mockImplementation(() => undefined);
    build();
    await settle();
    socket().emit('error', Object.assign(new Error('Operation not permitted'), { code: 'EPERM' }));
    expect(fatals).toHaveLength(1);
    expect(fatals[0]).toMatch(/^No permission .* setcap/);
  });
});
