/** What is packed is what tar unpacks. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { tarOf } from '../../server/exports/tar.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tar-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('files of any size, in folders, below one that may have a long name', async () => {
  const from = join(folder, 'from');
  mkdirSync(join(from, 'some'), { recursive: true });
  const sizes = [0, 1, 511, 512, 513, 200_000];
  const paths = sizes.map((bytes, n) => (n % 2 === 0 ? `${bytes}.bin` : `some/${bytes}.bin`));
  for (const [n, path] of paths.entries()) {
    writeFileSync(join(from, path), Buffer.alloc(sizes[n]!, `${n}`));
    utimesSync(join(from, path), 1_700_000_000, 1_700_000_000);
  }
  const prefix = `promenade-${'m'.repeat(120)}`;
  const { stream, bytes } = await tarOf(from, paths, prefix);
  const archive = await buffer(stream);
  expect(archive.length).toBe(bytes);
  const listed = execFileSync('tar', ['-t'], { input: archive, encoding: 'utf8' });
  expect(listed.trim().split('\n')).toEqual(paths.map((path) => `${prefix}/${path}`));
  execFileSync('tar', ['-x', '-C', folder], { input: archive });
  for (const path of paths) expect(readFileSync(join(folder, prefix, path))).toEqual(readFileSync(join(from, path)));
});

test('what does not fit, is not there, or shrinks under it is an error, not a wrong archive', async () => {
  const long = `${'l'.repeat(98)}.bin`;
  writeFileSync(join(folder, long), 'x');
  await expect(buffer((await tarOf(folder, [long], 'x')).stream)).rejects.toThrow(/does not go into a tar archive/);
  await expect(tarOf(folder, ['none'], 'x')).rejects.toThrow(/ENOENT/);
  writeFileSync(join(folder, 'short'), 'abc');
  const { stream } = await tarOf(folder, ['short'], 'x');
  truncateSync(join(folder, 'short'), 1);
  await expect(buffer(stream)).rejects.toThrow(/has become shorter/);
});
