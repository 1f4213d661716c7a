/** The epoch: one more at every start. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeAtomically } from './atomicFile.ts';

const MAX_EPOCH = 0xffffffff;

/**
 * Takes the next epoch. Without a kept one (first start, a new SD card) it begins at the Unix time in seconds, not at 1:
 * a gateway that was set up anew under its old id must not repeat epochs, whose seqs the server would drop as seen.
 */
export async function takeEpoch(dir: string, nowMs: number, highestFound: number): Promise<number> {
  const path = join(dir, 'epoch');
  let kept = Number.NaN;
  try {
    kept = Number.parseInt(await readFile(path, 'utf8'), 10);
  } catch {
    // First start.
  }
  const isKept = Number.isSafeInteger(kept) && kept >= 0 && kept < MAX_EPOCH;
  const before = isKept ? kept : Math.floor(nowMs / 1_000);
  const epoch = Math.max(before, highestFound) + 1;
  if (epoch > MAX_EPOCH) throw new Error(`${path} holds ${before}, beyond the last epoch; set it to a lower number`);
  await writeAtomically(path, `${epoch}\n`);
  return epoch;
}
