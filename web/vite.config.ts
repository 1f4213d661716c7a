/** Four pages, three small plugins of our own: dashboard at `/`, phone at `/shopper`, till at `/till`, for app developers at `/developers`. Run from the root: `vite build --config web/vite.config.ts`. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig } from 'vite';
import { clientFile } from './developers/client.config.ts';
import { shopperApp } from './shopper/pwa.config.ts';
import { tillApp } from './till/pwa.config.ts';

const ROOT = import.meta.dirname;
const PAGES = ['dashboard', 'shopper', 'till', 'developers'];
const API = process.env.PROMENADE_API ?? 'http://127.0.0.1:8080';

export default defineConfig({
  root: ROOT,
  base: '/',
  publicDir: false,
  plugins: [shopperApp(), tillApp(), clientFile()],
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: join(ROOT, '..', 'dist', 'web'),
    emptyOutDir: true,
    target: 'es2022',
    // The content security policy allows images and fonts from the server itself only.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 700,
    rolldownOptions: {
      input: Object.fromEntries(
        PAGES.map((page) => [page, join(ROOT, page, 'index.html')] as const).filter(([, path]) => existsSync(path)),
      ),
    },
  },
  server: { proxy: { '/api': API, '/socket.io': { target: API, ws: true } } },
});
