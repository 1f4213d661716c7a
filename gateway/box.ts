/** How the machine is that the gateway runs on: what Linux tells in a file or two. */
import { readFileSync } from 'node:fs';
import { availableParallelism, freemem, loadavg, totalmem, uptime } from 'node:os';
import type { StatusMessage } from '../server/contract/wire.ts';

const TEMPERATURE_FILE = '/sys/class/thermal/thermal_zone0/temp';
const MEMORY_FILE = '/proc/meminfo';

/** Undefined where the machine has no sensor, as virtual ones have none. */
function temperatureC(): number | undefined {
  try {
    const milli = Number.parseInt(readFileSync(TEMPERATURE_FILE, 'utf8'), 10);
    return milli > -60_000 && milli < 200_000 ? Math.round(milli / 100) / 10 : undefined;
  } catch {
    return undefined;
  }
}

/** What could be had, the cache included; elsewhere than on Linux only what lies idle. */
function memoryFreeBytes(): number {
  try {
    const available = /^MemAvailable:\s+(\d+) kB/m.exec(readFileSync(MEMORY_FILE, 'utf8'))?.[1];
    return available === undefined ? freemem() : Number(available) * 1_024;
  } catch {
    return freemem();
  }
}

const rounded = (value: number, parts: number): number => Math.round(value * parts) / parts;

export function boxHealth(): NonNullable<StatusMessage['box']> {
  const temperature = temperatureC();
  return {
    ...(temperature === undefined ? {} : { temperatureC: temperature }),
    load: rounded((loadavg()[0] ?? 0) / availableParallelism(), 100),
    memoryFreeShare: rounded(Math.min(1, memoryFreeBytes() / totalmem()), 100),
    uptimeSeconds: Math.round(uptime()),
  };
}
