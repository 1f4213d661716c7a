/** Child-process tests run what production runs: the emitted JavaScript in dist/. */
import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..');
const STAMP = join(ROOT, 'dist', '.built');
const LOCK = join(ROOT, 'dist', '.lock');
const LOCK_STALE_MS = 120_000;

function newestSourceMs(folder: string): number {
  let newest = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) newest = Math.max(newest, newestSourceMs(path));
    else if (entry.name.endsWith('.ts')) newest = Math.max(newest, statSync(path).mtimeMs);
  }
  return newest;
}

const mtimeMs = (path: string): number => {
  try {
    return statSync(path).mtimeMs;
  } catch {
    return 0;
  }
};

let built: Promise<string> | undefined;

/** Once a test process: what is under test does not change below its feet. */
export const builtDist = (): Promise<string> => {
  built ??= build();
  return built;
};

/** Builds dist/ where a source is newer than the last build, one builder at a time; returns its absolute path. */
async function build(): Promise<string> {
  mkdirSync(join(ROOT, 'dist'), { recursive: true });
  for (;;) {
    const newest = Math.max(
      ...['gateway', 'server', 'simulators', 'test/bench'].map((folder) => newestSourceMs(join(ROOT, folder))),
    );
    if (mtimeMs(STAMP) >= newest) return join(ROOT, 'dist');
    try {
      closeSync(openSync(LOCK, 'wx'));
    } catch {
      if (Date.now() - mtimeMs(LOCK) > LOCK_STALE_MS) rmSync(LOCK, { force: true });
      await new Promise((resolve) => setTimeout(resolve, 200));
      continue;
    }
    try {
      // The stamp bears the time at which the build began: a source saved meanwhile is newer and builds again.
      const begunS = Date.now() / 1000;
      spawnSync(join(ROOT, 'node_modules', '.bin', 'tsc'), ['-p', 'tsconfig.build.json'], {
        cwd: ROOT,
        stdio: 'pipe',
      });
      writeFileSync(STAMP, '');
      utimesSync(STAMP, begunS, begunS);
    } finally {
      rmSync(LOCK, { force: true });
    }
  }
}
