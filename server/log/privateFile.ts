/** A small file that only the server's own user may read. */
import { mkdir, open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { syncDirectory } from './siteLog.ts';

/** Whole or not at all, and durable when it settles. */
export async function writePrivateFile(file: string, content: string | Buffer): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const handle = await open(`${file}.new`, 'w', 0o600);
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(`${file}.new`, file);
  await syncDirectory(dirname(file));
}
