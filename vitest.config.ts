import { defineConfig } from 'vitest/config';

const BROWSER = ['test/web/**/*.test.ts', 'test/**/*.browser.test.ts'];
const E2E = ['test/e2e/**/*.test.ts'];
/** Suites that start brokers, databases, child processes. */
const SERVICE = [
  'test/adapters/endToEnd/**',
  'test/audits/**',
  'test/ingest/**',
  'test/broker/**',
  'test/log/**',
  'test/db/**',
  'test/http/**',
  'test/live/**',
  'test/shopper/**',
  'test/till/**',
  'test/orders/**',
  'test/gateway/**',
  'test/simulators/**',
  'test/abuse/**',
  'test/moving/**',
  'test/outgoing/**',
].map((glob) => `${glob}/*.test.ts`);
const common = { environment: 'node' as const, testTimeout: 30_000, hookTimeout: 60_000 };

export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      { test: { ...common, name: 'unit', include: ['test/**/*.test.ts'], exclude: [...BROWSER, ...E2E, ...SERVICE] } },
      { test: { ...common, name: 'service', include: SERVICE, exclude: BROWSER } },
      {
        test: {
          ...common,
          name: 'browser',
          include: BROWSER,
          testTimeout: 90_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          ...common,
          name: 'e2e',
          include: E2E,
          testTimeout: 180_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
