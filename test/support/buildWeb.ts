/** The pages as production serves them: built by Vite into dist/web where a source is newer, one builder at a time. */
import { spawnSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..');
const OUT = join(ROOT, 'dist', 'web');
const STAMP = join(ROOT, 'dist', '.built-web');
const LOCK = join(ROOT, 'dist', '.lock-web');
const LOCK_STALE_MS = 120_000;

function newestMs(path: string): number {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return 0;
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(0, ...readdirSync(path).map((entry) => newestMs(join(path, entry))));
}

export async function builtWeb(): Promise<string> {
  mkdirSync(join(ROOT, 'dist'), { recursive: true });
  for (;;) {
    const sources = ['web', 'server/contract', 'server/client', 'package-lock.json'];
    const newest = Math.max(...sources.map((source) => newestMs(join(ROOT, source))));
    if (existsSync(join(OUT, 'dashboard', 'index.html')) && newestMs(STAMP) >= newest) return OUT;
    try {
      closeSync(openSync(LOCK, 'wx'));
    } catch {
      if (Date.now() - newestMs(LOCK) > LOCK_STALE_MS) rmSync(LOCK, { force: true });
      await new Promise((resolve) => setTimeout(resolve, 200));
      continue;
    }
    try {
      // The stamp bears the time at which the build began: a source saved meanwhile is newer and builds again.
      const begunS = Date.now() / 1000;
      const vite = join(ROOT, 'node_modules', '.bin', 'vite');
      const run = spawnSync(vite, ['build', '--config', 'web/vite.config.ts', '--logLevel', 'warn'], {
        cwd: ROOT,
        // A test runner's own would take in what libraries keep for their developers.
        env: { ...process.env, NODE_ENV: 'production' },
      });
      if (run.status !== 0) throw new Error(`the pages do not build:\n${run.stderr}${run.stdout}`);
      writeFileSync(STAMP, '');
      utimesSync(STAMP, begunS, begunS);
    } finally {
      rmSync(LOCK, { force: true });
    }
  }
}
