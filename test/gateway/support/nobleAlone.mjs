/** What a program on noble costs before it does anything: an empty `discover` handler, duplicates wanted as the gateway wants them. */
import { createRequire } from 'node:module';

const noble = createRequire(import.meta.url)('@abandonware/noble');
noble.on('discover', () => {});
noble.on('stateChange', (state) => {
  if (state === 'poweredOn') noble.startScanning([], true);
});
process.on('SIGTERM', () => process.exit(0));
