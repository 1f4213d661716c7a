/** `npm run client`: writes the client's types and operations from the routes, for the repository. `--check` only compares. */
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runnerImport } from 'vite';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const FOLDER = join(ROOT, 'server', 'client');

const OPERATIONS = join(FOLDER, 'operations');

/** In a folder of its own: one run of the formatter for all files. */
function formatted(files) {
  const folder = mkdtempSync(join(tmpdir(), 'promenade-client-'));
  try {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
    const biome = join(ROOT, 'node_modules', '@biomejs', 'biome', 'bin', 'biome');
    copyFileSync(join(ROOT, 'biome.json'), join(folder, 'biome.json'));
    const args = [biome, 'check', '--write', '--vcs-enabled=false', '.'];
    const { status, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
    if (status !== 0) throw new Error(`what was written cannot be formatted:\n${stderr}`);
    return Object.fromEntries(Object.keys(files).map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const { module } = await runnerImport(join(ROOT, 'server', 'http', 'writtenClient.ts'), {
  configFile: false,
  root: ROOT,
  logLevel: 'error',
});
const files = module.writtenClient();
const checks = process.argv.includes('--check');
const stale = [];
mkdirSync(OPERATIONS, { recursive: true });
const written = formatted(files);
for (const [name, next] of Object.entries(written)) {
  const file = join(FOLDER, name);
  if (existsSync(file) && readFileSync(file, 'utf8') === next) continue;
  stale.push(name);
  if (!checks) writeFileSync(file, next);
}
for (const name of readdirSync(OPERATIONS)) {
  if (`operations/${name}` in files) continue;
  stale.push(`operations/${name}`);
  if (!checks) rmSync(join(OPERATIONS, name));
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
