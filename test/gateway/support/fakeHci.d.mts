import type { EventEmitter } from 'node:events';

export class FakeHciSocket extends EventEmitter {
  commands: number[];
  isScanning: boolean;
  hear(hex: string): void;
}
export const sockets: FakeHciSocket[];
export const scenario: { scanStatus: number; isUp: boolean; bindError: string | undefined };
export function install(failing?: { library: string; error: Error }): () => void;
