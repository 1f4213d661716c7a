/** `npm run client`: writes the client from the routes, and what the source says of fields for their document. `--check` only compares. */
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
const CLIENT = 'server/client';
const GRAFANA = 'db/influx/grafana';
const NOTES = 'server/http/fieldNotes.ts';
/** What gateways and files hold is no part of REST. */
const APART = /^(wire|topics|framing|survey|ibeacon)\.ts$/;

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

const load = async (file, folder = 'http') => {
  const options = { configFile: false, root: ROOT, logLevel: 'error' };
  return (await runnerImport(join(ROOT, 'server', folder, file), options)).module;
};
const sources = (folder) =>
  readdirSync(join(ROOT, folder))
    .filter((file) => file.endsWith('.ts') && !APART.test(file))
    .map((file) => readFileSync(join(ROOT, folder, file), 'utf8'));

const checks = process.argv.includes('--check');
const stale = [];
function keep(files) {
  for (const [name, text] of Object.entries(formatted(files))) {
    const file = join(ROOT, name);
    if (existsSync(file) && readFileSync(file, 'utf8') === text) continue;
    stale.push(name);
    if (checks) continue;
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}

// First what is said of fields: the document, and with it the client, is made from it.
const { notesOf, notesSource } = await load('notesOf.ts');
keep({ [NOTES]: notesSource(notesOf(sources('server/contract'), sources('server/http/routes'))) });
const { writtenClient } = await load('writtenClient.ts');
const files = writtenClient();
keep(Object.fromEntries(Object.entries(files).map(([name, text]) => [`${CLIENT}/${name}`, text])));
for (const name of readdirSync(join(ROOT, CLIENT, 'operations'))) {
  if (`operations/${name}` in files) continue;
  stale.push(`${CLIENT}/operations/${name}`);
  if (!checks) rmSync(join(ROOT, CLIENT, 'operations', name));
}

// For who takes it from here rather than from a server.
const { grafanaDashboard } = await load('dashboard.ts', GRAFANA);
keep({ [`server/${GRAFANA}/promenade.json`]: JSON.stringify(grafanaDashboard()) });

if (stale.length === 0) console.log('The client is current.');
else if (!checks) console.log(`Written: ${stale.join(', ')}. Commit them beside the routes.`);
else {
  console.error(
    `The client is not what the routes say (${stale.join(', ')}): run \`npm run client\`, and commit them.`,
  );
  process.exitCode = 1;
}
