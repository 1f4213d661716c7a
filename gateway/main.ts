/** `node dist/gateway/main.js --config FILE`: one gateway on its radio. */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type GatewayConfig, GatewayConfigError, loadGatewayConfig } from './config.ts';
import { Gateway } from './gateway.ts';
import { ReplayScanner } from './replayScanner.ts';
import { type Scanner, ScannerUnavailable } from './scanner.ts';
import { forkScannerChild, ScannerSupervisor } from './scannerSupervisor.ts';

const USAGE = 'Usage: npm run gateway -- --config FILE   (gateway/gateway.example.yaml shows every setting)';

/** As in sysexits.h; the systemd unit does not start again after EXIT_CONFIG. */
const EXIT_USAGE = 64;
const EXIT_UNAVAILABLE = 69;
const EXIT_CONFIG = 78;
/** systemd waits longer than this before it kills. */
const STOP_WITHIN_MS = 10_000;

const log = (sentence: string): void => console.log(sentence);

function version(): string {
  // Two folders up from dist/gateway, one from gateway.
  for (const path of ['../../package.json', '../package.json']) {
    try {
      const { name, version } = JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'));
      if (name === 'promenade') return String(version);
    } catch {
      // The other one.
    }
  }
  return 'unknown';
}

function scannerOf({ scanner }: GatewayConfig): Scanner {
  if (scanner.kind === 'replay') {
    const { file, speed, loop } = scanner;
    return new ReplayScanner({ file, speed, loop, nowMs: Date.now, log });
  }
  return new ScannerSupervisor({
    startChild: () => forkScannerChild({ adapter: scanner.adapter ?? undefined, log }),
    maxRssBytes: scanner.maxRssBytes,
    silenceMs: scanner.silenceSeconds * 1_000,
    monotonicMs: () => performance.now(),
    log,
  });
}

function configFile(): string | undefined {
  try {
    const { values } = parseArgs({ options: { config: { type: 'string' } } });
    return values.config;
  } catch (error) {
    console.error((error as Error).message);
    return undefined;
  }
}

async function main(): Promise<number> {
  const file = configFile();
  if (file === undefined) {
    console.error(USAGE);
    return EXIT_USAGE;
  }
  const interrupted = new Promise<string>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => resolve(signal));
  });
  const config = loadGatewayConfig(file, process.env);
  const gateway = new Gateway(config, {
    scanner: scannerOf(config),
    version: version(),
    nowMs: Date.now,
    random: Math.random,
    log,
  });
  await gateway.start();
  log(
    `Gateway ${config.gateway} of site ${config.site} listens; sends to ${config.mqtt.url}, keeps in ${config.dataDir}`,
  );
  const signal = await interrupted;
  log(`${signal}: sending what was heard, then ending`);
  setTimeout(() => process.exit(1), STOP_WITHIN_MS).unref();
  await gateway.stop();
  return 0;
}

try {
  process.exit(await main());
} catch (error) {
  if (error instanceof GatewayConfigError || error instanceof ScannerUnavailable) {
    console.error(error.message);
    process.exit(error instanceof ScannerUnavailable ? EXIT_UNAVAILABLE : EXIT_CONFIG);
  }
  const { code, path, message } = error as NodeJS.ErrnoException;
  if (code && path) {
    console.error(`The gateway cannot use ${path} (${code}); make dataDir a folder that this user may write to`);
    process.exit(EXIT_CONFIG);
  }
  console.error(`The gateway failed: ${message}`);
  process.exit(1);
}
