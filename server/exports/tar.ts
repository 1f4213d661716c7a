/** Files one after another in one that every system unpacks: an uncompressed POSIX tar (ustar). */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';

const BLOCK = 512;
/** Two empty blocks. */
const END = Buffer.alloc(2 * BLOCK);
const MAX_PATH = 100;
const MAX_PREFIX = 155;
/** Eleven octal digits: 8 GiB. */
const MAX_BYTES = 8 ** 11 - 1;

interface Entry {
  path: string;
  file: string;
  bytes: number;
  modifiedMs: number;
}

const padding = (bytes: number): number => (BLOCK - (bytes % BLOCK)) % BLOCK;

function headerOf(prefix: string, { path, bytes, modifiedMs }: Entry): Buffer {
  if (Buffer.byteLength(path) > MAX_PATH || Buffer.byteLength(prefix) > MAX_PREFIX || bytes > MAX_BYTES)
    throw new Error(`${prefix}/${path} of ${bytes} bytes does not go into a tar archive`);
  const header = Buffer.alloc(BLOCK);
  const octal = (value: number, at: number, length: number): void => {
    header.write(value.toString(8).padStart(length - 1, '0'), at);
  };
  header.write(path, 0);
  octal(0o644, 100, 8);
  // Nobody's: whoever unpacks it owns it.
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(bytes, 124, 12);
  octal(Math.floor(modifiedMs / 1_000), 136, 12);
  header.write('0', 156);
  header.write('ustar\x0000', 257);
  header.write(prefix, 345);
  // Its own eight bytes count as spaces.
  const sum = header.reduce((total, byte) => total + byte, 8 * 0x20);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return header;
}

async function* blocksOf(prefix: string, entries: readonly Entry[]): AsyncGenerator<Buffer> {
  for (const entry of entries) {
    yield headerOf(prefix, entry);
    let left = entry.bytes;
    if (left > 0)
      for await (const chunk of createReadStream(entry.file, { end: entry.bytes - 1 })) {
        left -= (chunk as Buffer).length;
        yield chunk as Buffer;
      }
    if (left > 0) throw new Error(`${entry.file} has become shorter`);
    yield Buffer.alloc(padding(entry.bytes));
  }
  yield END;
}

/** These files below `folder`, in the archive below a folder named `prefix`. */
export async function tarOf(
  folder: string,
  paths: readonly string[],
  prefix: string,
): Promise<{ stream: Readable; bytes: number }> {
  const entries = await Promise.all(
    paths.map(async (path): Promise<Entry> => {
      const file = join(folder, path);
      const { size, mtimeMs } = await stat(file);
      return { path, file, bytes: size, modifiedMs: mtimeMs };
    }),
  );
  const bytes = entries.reduce((sum, entry) => sum + BLOCK + entry.bytes + padding(entry.bytes), END.length);
  return { stream: Readable.from(blocksOf(prefix, entries), { objectMode: false }), bytes };
}
