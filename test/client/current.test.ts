/** The client that lies in the repository is the one that the routes would give now. */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { operationName, staleNames } from '../../server/http/operationNames.ts';
import { CONTRACT } from '../../server/http/schemaNames.ts';
import { declaredRoutes } from '../../server/http/writtenClient.ts';

const ROOT = join(import.meta.dirname, '..', '..');

test('the client is current; if it is not: npm run client', () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['server/client.mjs', '--check'], {
    cwd: ROOT,
    encoding: 'utf8',
    env: { ...process.env, NODE_ENV: 'development' },
  });
  // What stands here on failure says which command to run.
  expect(stderr).toBe('');
  expect(stdout).toContain('The client is current');
  expect(status).toBe(0);
});

test('no two operations have the same name, and no chosen name is left over', () => {
  const routes = declaredRoutes();
  expect(routes.length).toBeGreaterThan(100);
  const names = routes.map(operationName);
  expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
  expect(names.filter((name) => !/^[a-z][a-zA-Z0-9]+$/.test(name))).toEqual([]);
  expect(staleNames(routes)).toEqual([]);
});

test('every file of the contract with schemas gives them its names: those missing go into schemaNames.ts', () => {
  const folder = join(ROOT, 'server', 'contract');
  const withSchemas = readdirSync(folder)
    .filter((file) => /^export const \w+(: [\w.<>]+)? = z\b/m.test(readFileSync(join(folder, file), 'utf8')))
    .map((file) => file.replace(/\.ts$/, ''));
  expect(withSchemas.length).toBeGreaterThan(10);
  // What gateways and files hold is no part of REST.
  const apart = new Set(['wire', 'survey', 'topics', 'framing']);
  expect(withSchemas.filter((file) => !apart.has(file) && !(file in CONTRACT))).toEqual([]);
});
