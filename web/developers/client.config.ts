/** The client as one file that an integrator can take along, as a plugin of Vite: `/developers/promenade.ts`. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'vite';

const FOLDER = join(import.meta.dirname, '..', '..', 'server', 'client');
const FILE = 'developers/promenade.ts';

const HEAD = `/**
 * Client of a Promenade server: one file, no dependency; browsers and Node.js 20.19 or later.
 *
 *   const client = createClient({ baseUrl: 'https://promenade.example', token });
 *   const { series } = await getFootfall(client, { site: 'mall', from: '2026-05-04T00:00:00+02:00', to: new Date() });
 */
`;

/** What the files import of each other stands in one file anyway. */
const withoutImports = (text: string): string => text.replaceAll(/^import [^;]*;\n/gm, '').trim();

export function wholeClient(): string {
  const operations = readdirSync(join(FOLDER, 'operations')).sort();
  const parts = ['core.ts', ...operations.map((file) => join('operations', file)), 'follow.ts', 'types.ts'];
  return `${HEAD}\n${parts.map((file) => withoutImports(readFileSync(join(FOLDER, file), 'utf8'))).join('\n\n')}\n`;
}

export function clientFile(): Plugin {
  return {
    name: 'promenade-client-file',
    apply: 'build',
    buildStart() {
      this.emitFile({ type: 'asset', fileName: FILE, source: wholeClient() });
    },
  };
}
