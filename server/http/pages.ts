/** The built pages and their files. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import express, { type Router } from 'express';
import { API_ROOT, PAGES } from './declare.ts';

const NOT_BUILT = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Promenade</title>
<h1>The pages are not built yet</h1><p>Run <code>npm run build</code>, then load this page again.
The API answers at <a href="${API_ROOT}/openapi.json">${API_ROOT}/openapi.json</a>.</p></html>`;

const YEAR_SECONDS = 365 * 86_400;

export function pages(staticDir: string): Router {
  const router = express.Router();
  for (const { path, file } of PAGES)
    router.get(path, (_req, res) => {
      const whole = join(staticDir, file);
      res.set('cache-control', 'no-cache');
      if (existsSync(whole)) res.sendFile(whole, { dotfiles: 'allow' });
      else res.status(503).type('html').send(NOT_BUILT);
    });
  // Vite puts a hash into the names of these.
  router.use(
    '/assets',
    express.static(join(staticDir, 'assets'), { immutable: true, maxAge: YEAR_SECONDS * 1000, index: false }),
  );
  router.use(
    express.static(staticDir, {
      index: false,
      redirect: false,
      setHeaders: (res, path) => {
        res.setHeader('cache-control', 'no-cache');
        // The client for developers; by its ending alone it would be a film.
        if (path.endsWith('.ts')) res.setHeader('content-type', 'text/plain; charset=utf-8');
      },
    }),
  );
  return router;
}
