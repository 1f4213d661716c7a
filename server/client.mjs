/** `npm run client`: writes the client's types and operations from the routes, for the repository. `--check` only compares. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runnerImport } from 'vite';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const FOLDER = join(ROOT, 'server', 'client');

const formatted = (file, text) => {
  const biome = join(ROOT, 'node_modules', '@biomejs', 'biome', 'bin', 'biome');
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [biome, 'check', '--write', `--stdin-file-path=${file}`],
    {
      cwd: ROOT,
      input: text,
      encoding: 'utf8',
    },
  );
  if (status !== 0) throw new Error(`${file} cannot be formatted:\n${stderr}`);
  return stdout;
};

const { module } = await runnerImport(join(ROOT, 'server', 'http', 'writtenClient.ts'), {
  configFile: false,
  root: ROOT,
  logLevel: 'error',
});
const { types, operations } = module.writtenClient();
const checks = process.argv.includes('--check');
const stale = [];
for (const [name, text] of Object.entries({ 'types.ts': types, 'operations.ts': operations })) {
  const file = join(FOLDER, name);
  const next = formatted(file, text);
  if (existsSync(file) && readFileSync(file, 'utf8') === next) continue;
  stale.push(name);
  if (!checks) writeFileSync(file, next);
}
if (stale.length === 0) console.log('server/client is current.');
else if (!checks)
  console.log(`Written: ${stale.map((name) => `server/client/${name}`).join(', ')}. Commit it beside the routes.`);
else {
  console.error(
    `server/client is not what the routes say (${stale.join(', ')}): run \`npm run client\` and commit server/client.`,
  );
  process.exitCode = 1;
}
