import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const BROWSER = ['test/web/**/*.test.ts', 'test/**/*.browser.test.ts'];
const E2E = ['test/e2e/**/*.test.ts'];
/** Those of them that run on one engine only, and so once more on the other. */
const E2E_ONE_ENGINE = ['access', 'audit', 'fleetCrash', 'gateway', 'ownBroker', 'rotating'].map(
  (name) => `test/e2e/${name}.test.ts`,
);
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
/** Begun first, that none of them runs on alone at the end. */
const LONGEST = [
  'e2e/demo',
  'e2e/crash',
  'e2e/offer',
  'e2e/gateway',
  'web/dashboard',
  'shopper/pages',
  'db/figures',
  'db/agreement',
  'moving/backup',
  'ingest/changelog',
  'moving/program',
  'moving/move',
  'gateway/main',
];
const rank = ({ moduleId }: TestSpecification): number =>
  (LONGEST.findIndex((name) => moduleId.includes(`/test/${name}.`)) + LONGEST.length + 1) % (LONGEST.length + 1);

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}
const common = { environment: 'node' as const, testTimeout: 30_000, hookTimeout: 60_000 };

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          ...common,
          name: 'unit',
          // Most of a short test's time is what it imports.
          isolate: false,
          maxWorkers: 2,
          include: ['test/**/*.test.ts'],
          exclude: [...BROWSER, ...E2E, ...SERVICE],
        },
      },
      // They wait for services and clocks as much as they reckon.
      { test: { ...common, name: 'service', isolate: false, maxWorkers: 3, include: SERVICE, exclude: BROWSER } },
      {
        test: {
          ...common,
          name: 'browser',
          include: BROWSER,
          testTimeout: 90_000,
          hookTimeout: 120_000,
          maxWorkers: 2,
        },
      },
      {
        test: {
          ...common,
          name: 'e2e',
          maxWorkers: 4,
          include: E2E,
          testTimeout: 180_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          ...common,
          name: 'influx',
          maxWorkers: 4,
          include: E2E_ONE_ENGINE,
          globalSetup: 'test/support/onInflux.ts',
          env: { PROMENADE_TEST_ENGINE: 'influx' },
          testTimeout: 180_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
