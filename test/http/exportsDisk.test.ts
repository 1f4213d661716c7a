/** Exports on a disk that fails: whoever asked is told, the server and the other exports go on. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { Exports, type ExportsParts } from '../../server/exports/exports.ts';
import { memoryRegistry } from '../support/memoryRegistry.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** `atWork` happens when an export begins to be made; none can be, for the registry has no site. */
function exportsIn(atWork: (folder: string) => void) {
  const dataDir = mkdtempSync(join(tmpdir(), 'exports-disk-'));
  folders.push(dataDir);
  const folder = join(dataDir, 'exports');
  const registry = memoryRegistry();
  const problems: string[] = [];
  const parts = {
    registry: {
      ...registry,
      site: (id: string) => {
        atWork(folder);
        return registry.site(id);
      },
    },
    dataDir,
    clock: () => 0,
    onProblem: (_: string, error: Error) => problems.push(error.message),
  };
  return { folder, problems, exports: new Exports(parts as unknown as ExportsParts) };
}
const asked = (siteId: string) => ({
  siteId,
  tables: ['footfall'] as const,
  period: { fromMs: 0, toMs: 1 },
  interval: 'hour' as const,
});
/** No folder of a site can be made or written in. */
const breakDisk = (folder: string, siteId: string): void => {
  mkdirSync(folder, { recursive: true });
  rmSync(join(folder, siteId), { recursive: true, force: true });
  writeFileSync(join(folder, siteId), '');
};

test('one whose failure cannot be written down has failed all the same, and the next is made', async () => {
  const { exports, problems } = exportsIn((folder) => breakDisk(folder, 'mall'));
  const [job, next] = [exports.request(asked('mall')), exports.request(asked('other'))];
  await expect.poll(() => exports.get('other', next.id)?.state).toBe('failed');
  expect(exports.get('mall', job.id)).toMatchObject({
    state: 'failed',
    problem: expect.stringMatching(/ask for it again/),
  });
  expect(problems.length).toBeGreaterThanOrEqual(3);
  await exports.stop();
});

test('one that cannot be begun is refused and does not wait for ever', () => {
  const { exports, folder } = exportsIn(() => {});
  breakDisk(folder, 'mall');
  expect(() => exports.request(asked('mall'))).toThrow();
  expect(exports.list('mall')).toEqual([]);
});

test('a file that is none of an export keeps no server from its start', () => {
  const { exports, folder } = exportsIn(() => {});
  breakDisk(folder, 'lost');
  mkdirSync(join(folder, 'mall'));
  writeFileSync(join(folder, 'mall', 'stray'), '');
  exports.start();
  expect(exports.list('mall')).toEqual([]);
});
