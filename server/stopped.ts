/** What a program beside the server opens: the same data, of which one process alone may be the holder. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError, type ServerConfig } from './config.ts';
import { Duck } from './db/duckdb.ts';
import { migrate } from './db/migrations/index.ts';
import type { EngineParts } from './db/open.ts';
import { type Audit, createAudit } from './privacy/audit.ts';
import { openRegistry } from './registry/registry.ts';
import type { Registry } from './registry/types.ts';

/** To be told as it is, without where in the code it came from. */
export class ToldError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ToldError';
  }
}

/** How such a program ends that fails: what is told stands for itself, of anything else also where it came from. */
export const endWith =
  (...told: readonly (abstract new (...args: never[]) => Error)[]) =>
  (error: unknown): void => {
    const known = [ConfigError, ToldError, ...told].some((one) => error instanceof one);
    const { message, stack } = error as Error;
    process.stderr.write(`${known ? message : (stack ?? String(error))}\n`);
    process.exit(1);
  };

export const count = (n: number): string => n.toLocaleString('en-US');

export interface Stopped {
  duck: Duck;
  registry: Registry;
  audit: Audit;
  parts: EngineParts;
  close(): Promise<void>;
}

/** @throws ToldError while a server runs, or where there is no data */
export async function openStopped(
  config: ServerConfig,
  nowMs: () => number,
  onProblem: (what: string, error: Error) => void,
): Promise<Stopped> {
  const file = join(config.dataDir, 'promenade.duckdb');
  if (!existsSync(file))
    throw new ToldError(`${file} does not exist: is dataDir of the configuration that of the server?`);
  let duck: Duck;
  try {
    duck = await Duck.open(file, { memoryLimit: config.duckdb.memoryLimit });
  } catch (error) {
    const { message } = error as Error;
    if (!/lock/i.test(message)) throw error;
    const pid = /PID (\d+)/.exec(message)?.[1];
    throw new ToldError(
      `${file} is held by ${pid === undefined ? 'another process' : `process ${pid}`}, as it is while the server runs: stop the server, then start this again`,
      { cause: error },
    );
  }
  try {
    await migrate(duck, nowMs());
    const registry = await openRegistry(duck, nowMs, () => undefined);
    const signal = new AbortController();
    return {
      duck,
      registry,
      audit: createAudit(duck, nowMs),
      parts: { duck, registry, nowMs, onProblem, signal: signal.signal },
      async close() {
        signal.abort();
        await duck.close();
      },
    };
  } catch (error) {
    await duck.close();
    throw error;
  }
}
