/** The gateway's configuration: a YAML file, overridden by PROMENADE_GATEWAY_… variables. All faults are reported at once. */
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import { id, uuid } from '../server/contract/model.ts';

const idText = id.describe('a-z, 0-9 and -');
const MEBIBYTE = 1024 * 1024;

const scanner = z.discriminatedUnion(
  'kind',
  [
    z.strictObject({
      kind: z.literal('noble'),
      /** 0 is hci0; null takes the first adapter that is up. */
      adapter: z.int().min(0).max(63).nullable().default(null),
      /** A scanner process above it is replaced. */
      maxRssBytes: z
        .int()
        .min(80 * MEBIBYTE, 'must be at least 83886080 (80 MiB): Node.js and noble take 60')
        .default(150 * MEBIBYTE),
      /** Without an advertisement for so long the radio is taken for stalled. */
      silenceSeconds: z.int().min(5).max(3_600).default(30),
    }),
    z.strictObject({
      kind: z.literal('replay'),
      /** Recorded advertisements, one JSON object a line. Relative to the configuration's folder. */
      file: z.string({ error: 'must name a file of recorded advertisements' }).min(1),
      speed: z.number().positive().max(1_000).default(1),
      loop: z.boolean().default(false),
    }),
  ],
  { error: 'must be noble (the radio) or replay (a recording)' },
);

export const gatewayConfig = z.strictObject({
  site: z.string({ error: 'must name the site that this gateway belongs to' }).pipe(idText),
  gateway: z.string({ error: 'must name this gateway as the dashboard does' }).pipe(idText),
  mqtt: z.strictObject(
    {
      url: z
        .string({ error: "must be the broker's address, such as mqtt://192.168.1.10:1883" })
        .regex(/^mqtts?:\/\/[^/\s:]+(:\d{1,5})?\/?$/, 'must be mqtt://host:port or mqtts://host:port'),
      username: z.string().nullable().default(null),
      password: z.string().nullable().default(null),
      /** PEM file; relative to the configuration's folder. */
      caFile: z.string().nullable().default(null),
    },
    { error: 'must have url, such as mqtt://192.168.1.10:1883' },
  ),
  /** The outbox, the epoch and the server's last configuration. Relative to the working directory. */
  dataDir: z.string().min(1).default('./data/gateway'),
  /** Used until the server has sent its own. */
  uuids: z
    .array(z.string({ error: 'must be an iBeacon UUID in quotes, 32 hex digits with or without dashes' }).pipe(uuid))
    .max(256)
    .default([]),
  scanner: scanner.prefault({ kind: 'noble' }),
  outbox: z
    .strictObject({
      maxBytes: z
        .int()
        .min(MEBIBYTE, 'must be at least 1048576 (1 MiB): about four minutes of a busy gateway')
        .default(512 * MEBIBYTE),
    })
    .prefault({}),
});
export type GatewayConfig = z.output<typeof gatewayConfig>;

export class GatewayConfigError extends Error {
  /** One line a fault: path, what would be right. */
  readonly faults: string[];
  constructor(source: string, faults: string[]) {
    const count = `${faults.length} fault${faults.length === 1 ? '' : 's'}`;
    super(`${source} has ${count}:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`);
    this.name = 'GatewayConfigError';
    this.faults = faults;
  }
}

type Form = 'text' | 'number' | 'boolean' | 'list';
const PREFIX = 'PROMENADE_GATEWAY_';

/** PROMENADE_GATEWAY_MQTT_URL sets mqtt.url. */
export const OVERRIDES: Record<string, { path: string[]; form: Form }> = {
  [`${PREFIX}SITE`]: { path: ['site'], form: 'text' },
  [`${PREFIX}GATEWAY`]: { path: ['gateway'], form: 'text' },
  [`${PREFIX}MQTT_URL`]: { path: ['mqtt', 'url'], form: 'text' },
  [`${PREFIX}MQTT_USERNAME`]: { path: ['mqtt', 'username'], form: 'text' },
  [`${PREFIX}MQTT_PASSWORD`]: { path: ['mqtt', 'password'], form: 'text' },
  [`${PREFIX}MQTT_CA_FILE`]: { path: ['mqtt', 'caFile'], form: 'text' },
  [`${PREFIX}DATA_DIR`]: { path: ['dataDir'], form: 'text' },
  [`${PREFIX}UUIDS`]: { path: ['uuids'], form: 'list' },
  [`${PREFIX}SCANNER_KIND`]: { path: ['scanner', 'kind'], form: 'text' },
  [`${PREFIX}SCANNER_ADAPTER`]: { path: ['scanner', 'adapter'], form: 'number' },
  [`${PREFIX}SCANNER_MAX_RSS_BYTES`]: { path: ['scanner', 'maxRssBytes'], form: 'number' },
  [`${PREFIX}SCANNER_SILENCE_SECONDS`]: { path: ['scanner', 'silenceSeconds'], form: 'number' },
  [`${PREFIX}SCANNER_FILE`]: { path: ['scanner', 'file'], form: 'text' },
  [`${PREFIX}SCANNER_SPEED`]: { path: ['scanner', 'speed'], form: 'number' },
  [`${PREFIX}SCANNER_LOOP`]: { path: ['scanner', 'loop'], form: 'boolean' },
  [`${PREFIX}OUTBOX_MAX_BYTES`]: { path: ['outbox', 'maxBytes'], form: 'number' },
};

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What is not a number or a boolean goes on as text, and the schema says what would be right. */
function settingOf(text: string, form: Form): unknown {
  if (form === 'number') return Number.isFinite(Number(text)) ? Number(text) : text;
  if (form === 'boolean') return text === 'true' ? true : text === 'false' ? false : text;
  if (form === 'list') return text.split(/[\s,]+/).filter((part) => part !== '');
  return text;
}

function override(raw: Record<string, unknown>, env: Record<string, string | undefined>): string[] {
  for (const [variable, { path, form }] of Object.entries(OVERRIDES)) {
    const text = env[variable];
    if (text === undefined || text === '') continue;
    let target = raw;
    for (const key of path.slice(0, -1)) {
      const inner = target[key];
      if (isMap(inner)) target = inner;
      else {
        const made: Record<string, unknown> = {};
        target[key] = made;
        target = made;
      }
    }
    target[path.at(-1)!] = settingOf(text, form);
  }
  return Object.keys(env)
    .filter((name) => name.startsWith(PREFIX) && !(name in OVERRIDES))
    .map((name) => `${name}: is not a setting; the known ones are in gateway/gateway.example.yaml`);
}

function faultOf(issue: z.core.$ZodIssue): string {
  const path = issue.path.map(String).join('.');
  if (issue.code === 'unrecognized_keys') {
    const keys = issue.keys.map((key) => (path ? `${path}.${key}` : key)).join(', ');
    return `${keys}: is not a setting; remove it or correct its spelling (see gateway/gateway.example.yaml)`;
  }
  return `${path || '(top level)'}: ${issue.message}`;
}

/** @throws GatewayConfigError naming every fault with its path and what would be right. */
export function parseGatewayConfig(
  yaml: string,
  source: string,
  env: Record<string, string | undefined>,
  baseDir: string,
): GatewayConfig {
  let raw: unknown;
  try {
    raw = parseYaml(yaml) ?? {};
  } catch (error) {
    throw new GatewayConfigError(source, [`is not YAML: ${(error as Error).message.split('\n')[0]}`]);
  }
  if (!isMap(raw))
    throw new GatewayConfigError(source, ['must be a map of settings, as in gateway/gateway.example.yaml']);
  const faults = override(raw, env);
  // For those who only tune the radio.
  if (isMap(raw.scanner)) raw.scanner = { kind: 'noble', ...raw.scanner };
  const result = gatewayConfig.safeParse(raw);
  if (!result.success) faults.push(...result.error.issues.map(faultOf));
  if (!result.success || faults.length > 0) throw new GatewayConfigError(source, faults);
  const config = result.data;
  const beside = (file: string): string => resolve(baseDir, file);
  const { caFile } = config.mqtt;
  return {
    ...config,
    mqtt: { ...config.mqtt, caFile: caFile === null ? null : beside(caFile) },
    dataDir: resolve(config.dataDir),
    scanner:
      config.scanner.kind === 'replay' ? { ...config.scanner, file: beside(config.scanner.file) } : config.scanner,
  };
}

export function loadGatewayConfig(file: string, env: Record<string, string | undefined>): GatewayConfig {
  let yaml: string;
  try {
    yaml = readFileSync(file, 'utf8');
  } catch {
    throw new GatewayConfigError(file, [
      'cannot be read: give --config the path of a YAML file such as gateway/gateway.example.yaml',
    ]);
  }
  return parseGatewayConfig(yaml, file, env, dirname(resolve(file)));
}
