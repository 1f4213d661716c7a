/**
 * The radio, through noble. The only file that imports it; runs in the scanner's child process.
 *
 * Advertisements are read from the HCI events themselves, not from noble's `discover` event: above the HCI layer noble
 * merges frames by address and reports a beacon's manufacturer data again with every later frame of another kind, swallows
 * first connectable frames, and keeps every address for ever; in it, it turns each event into text for a debug log. Its
 * own listeners for these reports are removed, so none of that state comes into being.
 */
import { EventEmitter } from 'node:events';
import { createRequire } from 'node:module';
import { eachAdvertisement, isAdvertisingReport } from './hciReports.ts';
import { beaconOfAdvertisement, type HeardBeacon } from './ibeacon.ts';

export interface NobleHandlers {
  /** Every frame; `beacon` where it is an iBeacon. */
  frame: (rssiDbm: number, beacon: HeardBeacon | undefined) => void;
  state: (state: string) => void;
  /** The controller refused to scan, with this HCI status. */
  refused: (status: number) => void;
  /** Only a person can help; one sentence says how. */
  fatal: (sentence: string) => void;
  nowMs: () => number;
}

interface Hci extends EventEmitter {
  onSocketData(data: Buffer): void;
  pollIsDevUp(): void;
  setScanEnabled(enabled: boolean, filterDuplicates: boolean): void;
  _socket: { stop?: () => void };
}
interface Noble extends EventEmitter {
  startScanning(serviceUuids: string[], allowDuplicates: boolean): void;
  stopScanning(): void;
  reset(): void;
  _bindings: { _hci?: unknown };
}

const REPORTS = ['leAdvertisingReport', 'leExtendedAdvertisingReport'];

/** A controller that answers none of so many answers no more. */
const MAX_UNANSWERED = 16;

const isHci = (value: unknown): value is Hci =>
  value instanceof EventEmitter && 'onSocketData' in value && 'setScanEnabled' in value && '_socket' in value;

export class NobleScanner {
  private readonly handlers: NobleHandlers;
  private noble: Noble | undefined;
  private hci: Hci | undefined;
  /** What the scan-enable commands that are yet to be answered asked for, in order. */
  private unanswered: boolean[] = [];
  private isOn = false;
  private isHearing = true;

  constructor(handlers: NobleHandlers) {
    this.handlers = handlers;
  }

  start(): void {
    let noble: Noble;
    try {
      // Opens its socket on import: where the kernel has no Bluetooth this throws.
      noble = createRequire(import.meta.url)('@abandonware/noble') as Noble;
    } catch (error) {
      this.handlers.fatal(whyNotLoaded(error));
      return;
    }
    const hci = noble._bindings._hci;
    if (!isHci(hci)) {
      this.handlers.fatal(
        'Scanning needs Linux and its HCI sockets; run the gateway on a Raspberry Pi or another Linux machine',
      );
      return;
    }
    this.noble = noble;
    this.hci = hci;
    for (const report of REPORTS) hci.removeAllListeners(report);
    hci.on('leScanEnableSet', (status: number) => this.scanEnableAnswered(status));
    const { onSocketData, setScanEnabled } = hci;
    // A truncated event makes noble read past its end; one bad event must not end the process.
    hci.onSocketData = (data) => {
      if (isAdvertisingReport(data)) {
        if (this.isHearing) eachAdvertisement(data, (advertisement, rssiDbm) => this.heard(advertisement, rssiDbm));
        return;
      }
      try {
        onSocketData.call(hci, data);
      } catch (error) {
        if (!(error instanceof RangeError || error instanceof TypeError)) throw error;
      }
    };
    hci.setScanEnabled = (enabled, filterDuplicates) => {
      if (this.unanswered.length >= MAX_UNANSWERED) this.unanswered = [];
      this.unanswered.push(enabled);
      setScanEnabled.call(hci, enabled, filterDuplicates);
    };
    noble.on('warning', (message: string) => {
      if (message.includes('Initialization')) this.handlers.fatal(whyNotInitialised(message));
    });
    // Listening for it makes noble open the adapter.
    noble.on('stateChange', (state: string) => this.stateChanged(state));
  }

  restartScan(): void {
    this.noble?.stopScanning();
    this.scan();
  }

  /** HCI reset; scanning begins again when the controller has answered. */
  resetAdapter(): void {
    this.noble?.reset();
    setTimeout(() => this.scan(), RESET_SETTLE_MS);
  }

  stop(): void {
    this.isOn = false;
    this.noble?.stopScanning();
    const hci = this.hci;
    if (!hci) return;
    this.isHearing = false;
    // A poll that is already due would still tell of the adapter.
    this.noble?.removeAllListeners('stateChange');
    // Ends noble's polling, which would keep the process alive.
    hci.pollIsDevUp = () => undefined;
    hci._socket.stop?.();
  }

  private stateChanged(state: string): void {
    this.isOn = state === 'poweredOn';
    if (state === 'unauthorized')
      this.handlers.fatal(
        'No permission to use the Bluetooth adapter: run it by the systemd unit in gateway/, or give node the right with: sudo setcap cap_net_raw,cap_net_admin+eip "$(readlink -f "$(which node)")"',
      );
    else if (state === 'unsupported')
      this.handlers.fatal('The Bluetooth adapter cannot do Bluetooth Low Energy (4.0 or later); use another one');
    else {
      this.handlers.state(state);
      // Also after the adapter went down and up: noble does not scan again by itself.
      this.scan();
    }
  }

  private scan(): void {
    if (!this.isOn || !this.noble) return;
    // Duplicates wanted: each frame is a measurement.
    this.noble.startScanning([], true);
  }

  private scanEnableAnswered(status: number): void {
    const asked = this.unanswered.shift();
    // noble takes a refused enable for a success; the watchdog would notice only after its silence. A refused disable
    // is usual: it goes before every enable, also when nothing was scanning.
    if (asked === true && status !== 0) this.handlers.refused(status);
  }

  private heard(advertisement: Uint8Array, rssiDbm: number): void {
    const beacon = beaconOfAdvertisement(advertisement);
    this.handlers.frame(rssiDbm, beacon && { ...beacon, rssiDbm, atMs: this.handlers.nowMs() });
  }
}

/** Controllers answer a reset within 100 ms; USB ones within 500. */
const RESET_SETTLE_MS = 1_000;

const RECORDING_HINT = 'to try without a radio, set scanner.kind to replay';

function whyNotLoaded(error: unknown): string {
  const { code, message } = error as { code?: string; message?: string };
  if (code === 'EAFNOSUPPORT' || message?.includes('EAFNOSUPPORT'))
    return `No Bluetooth adapter: this machine's kernel has no Bluetooth; plug in an adapter on a machine that has it, or ${RECORDING_HINT}`;
  if (code === 'EPERM' || code === 'EACCES' || message?.includes('EPERM'))
    return 'No permission to open the Bluetooth adapter; run it by the systemd unit in gateway/, or give node cap_net_raw and cap_net_admin with setcap';
  if (code === 'MODULE_NOT_FOUND' && message?.includes("'@abandonware/"))
    return `The Bluetooth library is not installed; run: npm install --include=optional (or ${RECORDING_HINT})`;
  if (code === 'MODULE_NOT_FOUND' || code === 'ERR_DLOPEN_FAILED')
    return 'The Bluetooth addon is not built for this Node.js; install build-essential and python3, then run: npm rebuild @abandonware/bluetooth-hci-socket';
  return `The Bluetooth library does not load (${firstLine(message)}); see Troubleshooting in gateway/README.md`;
}

function whyNotInitialised(message: string): string {
  if (message.includes('ENODEV'))
    return `No Bluetooth adapter found; plug one in or enable it (rfkill unblock bluetooth), or ${RECORDING_HINT}`;
  if (message.includes('EPERM') || message.includes('EACCES'))
    return 'No permission to open the Bluetooth adapter; run it by the systemd unit in gateway/, or give node cap_net_raw and cap_net_admin with setcap';
  return `The Bluetooth adapter does not open (${firstLine(message)}); see Troubleshooting in gateway/README.md`;
}

const firstLine = (text: string | undefined): string => (text ?? 'no reason given').split('\n', 1)[0] ?? '';
