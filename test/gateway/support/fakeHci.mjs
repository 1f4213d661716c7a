/**
 * A stand-in for @abandonware/bluetooth-hci-socket: a controller that answers each HCI command with Command Complete and
 * hears what it is told to. In a child process it is preloaded with --import and told by FAKE_HCI, a JSON scenario.
 */
import { createSocket } from 'node:dgram';
import { EventEmitter } from 'node:events';
import Module from 'node:module';

const HCI_COMMAND = 0x01;
const READ_LOCAL_VERSION = 0x1001;
const READ_BD_ADDR = 0x1009;
const LE_SET_SCAN_ENABLE = 0x200c;

/** HCI 4.2 (8), as a Raspberry Pi reports or better. */
const LOCAL_VERSION = '080000080f000000';

export const sockets = [];
export const scenario = { scanStatus: 0, isUp: true, bindError: undefined };
/** Where frames come from another process as they come from a kernel, one wake-up each: a UDP port of this machine. */
let framesPort;

export class FakeHciSocket extends EventEmitter {
  constructor() {
    super();
    this.commands = [];
    this.isScanning = false;
    sockets.push(this);
  }
  bindRaw() {
    if (scenario.bindError) throw Object.assign(new Error(scenario.bindError), { code: scenario.bindError });
  }
  bindUser() {}
  start() {
    if (framesPort === undefined) return;
    this.frames = createSocket('udp4').bind(framesPort, '127.0.0.1');
    this.frames.on('message', (frame) => {
      if (this.isScanning) this.emit('data', frame);
    });
  }
  stop() {
    this.frames?.close();
  }
  setFilter() {}
  isDevUp() {
    return scenario.isUp;
  }
  write(command) {
    if (command[0] !== HCI_COMMAND) return;
    const opcode = command.readUInt16LE(1);
    this.commands.push(opcode);
    if (opcode === LE_SET_SCAN_ENABLE) this.isScanning = command[4] === 1 && scenario.scanStatus === 0;
    const isEnable = opcode === LE_SET_SCAN_ENABLE && command[4] === 1;
    const status = isEnable ? scenario.scanStatus : 0;
    const result =
      opcode === READ_LOCAL_VERSION ? LOCAL_VERSION : opcode === READ_BD_ADDR ? '665544332211' : '0000000000000000';
    const parameters = Buffer.concat([
      Buffer.from([1, opcode & 0xff, opcode >> 8, status]),
      Buffer.from(result, 'hex'),
    ]);
    const event = Buffer.concat([Buffer.from([0x04, 0x0e, parameters.length]), parameters]);
    setImmediate(() => this.emit('data', event));
  }
  /** One HCI event as the kernel hands it over. */
  hear(hex) {
    this.emit('data', Buffer.from(hex.replaceAll(' ', ''), 'hex'));
  }
}

/** Answers for noble's socket; with `failing`, loading that library throws instead. */
export function install(failing) {
  const load = Module._load;
  Module._load = function (request, ...rest) {
    if (request === failing?.library) throw failing.error;
    return request === '@abandonware/bluetooth-hci-socket' ? FakeHciSocket : load.call(this, request, ...rest);
  };
  return () => {
    Module._load = load;
  };
}

function play({ frames, everyMs, crashAfterMs, growBytes }) {
  const hoard = [];
  setInterval(() => {
    const socket = sockets.at(-1);
    if (!socket?.isScanning) return;
    for (const frame of frames) socket.hear(frame);
    if (growBytes) hoard.push(Buffer.alloc(growBytes, 1));
  }, everyMs ?? 50);
  if (crashAfterMs) setTimeout(() => process.abort(), crashAfterMs);
}

if (process.env.FAKE_HCI) {
  install();
  const told = JSON.parse(process.env.FAKE_HCI);
  Object.assign(scenario, told.scenario ?? {});
  framesPort = told.framesPort;
  if (told.frames) play(told);
}
