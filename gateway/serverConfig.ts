/** The server's last configuration, kept so that a gateway that starts without a broker runs as it did before. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ConfigMessage, configMessage } from '../server/contract/wire.ts';
import { writeAtomically } from './atomicFile.ts';

const FILE = 'server-config.json';

export async function loadServerConfig(dir: string): Promise<ConfigMessage | undefined> {
  try {
    return configMessage.parse(JSON.parse(await readFile(join(dir, FILE), 'utf8')));
  } catch {
    return undefined;
  }
}

/** Without the day's key: it is destroyed everywhere at rollover, so it never reaches a disk. */
export async function saveServerConfig(dir: string, config: ConfigMessage): Promise<void> {
  const { unknowns: key, id, ...kept } = config;
  // Without its key it is another configuration than the server's.
  const whole = key === undefined && id !== undefined ? { id, ...kept } : kept;
  await writeAtomically(join(dir, FILE), `${JSON.stringify(whole)}\n`);
}
