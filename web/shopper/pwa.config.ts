/**
 * What makes the phone's page an app, as a plugin of Vite: manifest and icons under fixed names, and a service worker that
 * knows by name the files that a start needs. Its version is a hash over all of them, so that a new build is a new worker.
 */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { minify, type Plugin, transformWithOxc } from 'vite';

const HERE = join(import.meta.dirname, 'pwa');
const WORKER = 'shopper-worker.js';
const PAGE = 'shopper/index.html';
const LANGUAGES = /\/i18n\/(en|cs|pl|sk)\.ts$/;
/** Loaded when a camera is opened in a browser without a detector of its own: 45 KB that most never need. */
const ONLY_WHEN_ASKED = /\/jsqr\//;
/** Of the typeface the parts that the four languages are written in. */
const FONTS = /inter-latin(-ext)?-wght-normal-.*\.woff2$/;
const ICONS = ['icon-192.png', 'icon-512.png', 'maskable-512.png', 'badge-96.png', 'apple-touch-icon.png'];

type Written = Record<
  string,
  | { type: 'asset'; fileName: string; source: string | Uint8Array }
  | {
      type: 'chunk';
      fileName: string;
      isEntry: boolean;
      facadeModuleId: string | null;
      moduleIds: string[];
      imports: string[];
      dynamicImports: string[];
      code: string;
    }
>;

/** Scripts that a start loads, those that it may load later, and the dictionaries by language. */
function scriptsOf(bundle: Written) {
  const scripts = new Set<string>();
  const languages: Record<string, string> = {};
  const take = (fileName: string): void => {
    const chunk = bundle[fileName];
    if (chunk?.type !== 'chunk' || scripts.has(fileName)) return;
    const language = chunk.moduleIds.map((id) => LANGUAGES.exec(id)?.[1]).find((found) => found !== undefined);
    if (language !== undefined) languages[language] = fileName;
    else if (!chunk.moduleIds.some((id) => ONLY_WHEN_ASKED.test(id))) {
      scripts.add(fileName);
      for (const next of [...chunk.imports, ...chunk.dynamicImports]) take(next);
    }
  };
  for (const chunk of Object.values(bundle))
    if (chunk.type === 'chunk' && chunk.isEntry && chunk.facadeModuleId?.includes('/shopper/')) take(chunk.fileName);
  return { scripts: [...scripts].sort(), languages };
}

export function shopperApp(): Plugin {
  return {
    name: 'promenade-shopper-app',
    apply: 'build',
    buildStart() {
      for (const name of [...ICONS, 'manifest.webmanifest'])
        this.emitFile({ type: 'asset', fileName: `shopper/${name}`, source: readFileSync(join(HERE, name)) });
    },
    async writeBundle({ dir }, written) {
      const bundle = written as unknown as Written;
      const { scripts, languages } = scriptsOf(bundle);
      if (scripts.length === 0) throw new Error('the shopper’s page has no script: what is its entry called now?');
      const html = readFileSync(join(dir!, PAGE), 'utf8');
      const styles = Object.keys(bundle).filter((name) => name.endsWith('.css') && html.includes(name));
      const fonts = Object.keys(bundle).filter((name) => FONTS.test(name));
      const files = [...scripts, ...styles, ...fonts, 'shopper/icon-192.png', 'shopper/manifest.webmanifest'];
      const source = readFileSync(join(HERE, 'worker.ts'), 'utf8');
      const hash = createHash('sha256').update(html).update(source);
      for (const name of [...files, ...Object.values(languages)])
        hash.update(name).update(readFileSync(join(dir!, name)));
      const build = {
        version: hash.digest('hex').slice(0, 12),
        files: files.map((name) => `/${name}`),
        languages: Object.fromEntries(Object.entries(languages).map(([language, name]) => [language, `/${name}`])),
      };
      const { code } = await transformWithOxc(source, 'worker.ts', { sourcemap: false });
      const plain = code.replace(/^export \{\s*\};?$/m, '');
      const small = await minify('worker.js', plain);
      writeFileSync(join(dir!, WORKER), `const BUILD = ${JSON.stringify(build)};\n${small.code}`);
    },
  };
}
