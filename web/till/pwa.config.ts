/** What makes the till an app, as a plugin of Vite: a manifest under a fixed name, and a service worker that knows every file of the page. */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Plugin, transformWithOxc } from 'vite';

const HERE = join(import.meta.dirname, 'pwa');
const WORKER = 'till-worker.js';
const PAGE = 'till/index.html';
const MANIFEST = 'till/manifest.webmanifest';
/** Of the typeface the parts that the four languages are written in. */
const FONTS = /inter-latin(-ext)?-wght-normal-.*\.woff2$/;

type Written = Record<
  string,
  | { type: 'asset' }
  | { type: 'chunk'; isEntry: boolean; facadeModuleId: string | null; imports: string[]; dynamicImports: string[] }
>;

/** Everything that the page may ever load: a till without a network cannot fetch the reader of QR codes when it needs one. */
function scriptsOf(bundle: Written): string[] {
  const scripts = new Set<string>();
  const take = (fileName: string): void => {
    const chunk = bundle[fileName];
    if (chunk?.type !== 'chunk' || scripts.has(fileName)) return;
    scripts.add(fileName);
    for (const next of [...chunk.imports, ...chunk.dynamicImports]) take(next);
  };
  for (const [fileName, chunk] of Object.entries(bundle))
    if (chunk.type === 'chunk' && chunk.isEntry && chunk.facadeModuleId?.includes('/till/')) take(fileName);
  return [...scripts].sort();
}

export function tillApp(): Plugin {
  return {
    name: 'promenade-till-app',
    apply: 'build',
    buildStart() {
      this.emitFile({
        type: 'asset',
        fileName: MANIFEST,
        source: readFileSync(join(HERE, 'manifest.webmanifest')),
      });
    },
    async writeBundle({ dir }, written) {
      const bundle = written as unknown as Written;
      const scripts = scriptsOf(bundle);
      if (scripts.length === 0) throw new Error('the till has no script: what is its entry called now?');
      const html = readFileSync(join(dir!, PAGE), 'utf8');
      const named = Object.keys(bundle).filter((name) => /\.(css|svg)$/.test(name) && html.includes(name));
      const fonts = Object.keys(bundle).filter((name) => FONTS.test(name));
      const files = [...scripts, ...named, ...fonts, MANIFEST];
      const source = readFileSync(join(HERE, 'worker.ts'), 'utf8');
      const hash = createHash('sha256').update(html).update(source);
      for (const name of files) hash.update(name).update(readFileSync(join(dir!, name)));
      const build = { version: hash.digest('hex').slice(0, 12), files: files.map((name) => `/${name}`) };
      const { code } = await transformWithOxc(source, 'worker.ts', { sourcemap: false });
      writeFileSync(
        join(dir!, WORKER),
        `const BUILD = ${JSON.stringify(build)};\n${code.replace(/^export \{\s*\};?$/m, '')}`,
      );
    },
  };
}
