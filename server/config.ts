/** The server's configuration: a YAML file, overridden by PROMENADE_… variables. All faults are reported at once. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import { id, site } from './contract/model.ts';

const port = z.int().min(0).max(65_535);
const LOOPBACK = new Set(['127.0.0.1', '::1', 'localhost']);

export const serverConfig = z
  .strictObject({
    /** Everything the server keeps. Relative to the working directory. */
    dataDir: z.string().min(1).default('./data'),
    http: z
      .strictObject({
        host: z.string().min(1).default('127.0.0.1'),
        port: port.default(8080),
        /** Address that people's browsers use, where a proxy stands before the server. */
        publicUrl: z.url().nullable().default(null),
        /** Number of proxies whose X-Forwarded-For is believed. */
        trustedProxies: z.int().min(0).max(10).default(0),
      })
      .prefault({}),
    mqtt: z
      .strictObject({
        /** mqtt:// or mqtts:// of a broker that runs already; null starts the embedded one. */
        url: z
          .string()
          .regex(/^(mqtts?|wss?):\/\//, 'must start with mqtt://, mqtts://, ws:// or wss://')
          .nullable()
          .default(null),
        username: z.string().nullable().default(null),
        password: z.string().nullable().default(null),
        /** File with the certificate authority of the broker's certificate. */
        caFile: z.string().nullable().default(null),
        embedded: z
          .strictObject({
            host: z.string().min(1).default('127.0.0.1'),
            port: port.default(1883),
            /** One for each gateway; username is the gateway's id. Needed when host is not loopback. */
            credentials: z
              .array(
                z.strictObject({
                  username: z.string().min(1),
                  password: z.string().min(12),
                  /** For gateways of another make: publishes what this fleet publishes, and nothing else. */
                  fleet: id.nullable().default(null),
                  /** Of the fleet; null: that of any site. */
                  site: id.nullable().default(null),
                }),
              )
              .default([]),
            /** Of those who read the live topics, such as Home Assistant: of one site, or (null) of all. */
            readers: z
              .array(
                z.strictObject({
                  username: z.string().min(1),
                  password: z.string().min(12),
                  site: id.nullable().default(null),
                }),
              )
              .default([]),
          })
          .prefault({}),
      })
      .prefault({}),
    /** Of the time series. Accounts, campaigns and other small records are DuckDB's under either. */
    engine: z.enum(['duckdb', 'influx']).default('duckdb'),
    duckdb: z
      .strictObject({
        memoryLimit: z
          .string()
          .regex(/^\d+(MB|GB)$/)
          .default('1GB'),
      })
      .prefault({}),
    /** InfluxDB 1.x, with `engine: influx`. Retention policies follow `retention`. */
    influx: z
      .strictObject({
        url: z
          .string()
          .regex(/^https?:\/\/[^/]/, 'must start with http:// or https://')
          .default('http://127.0.0.1:8086'),
        database: z
          .string()
          .regex(
            /^[A-Za-z_][A-Za-z0-9_-]{0,62}$/,
            'must be letters, digits, _ and -, at most 63, not beginning with a digit',
          )
          .default('promenade'),
        username: z.string().min(1).nullable().default(null),
        password: z.string().nullable().default(null),
        /** Makes the database where it is missing; the account must be an administrator's for that. */
        createDatabase: z.boolean().default(true),
        /** Of one request, until all of its answer is there. */
        timeoutSeconds: z.number().min(1).max(600).default(30),
        /** How long whoever asks is kept waiting while InfluxDB is slow or away. */
        questionTimeoutSeconds: z.number().min(1).max(600).default(20),
        /** Points of one write. */
        batchPoints: z.int().min(100).max(50_000).default(5_000),
        /** Rows kept in memory for questions: some 30 bytes each, within duckdb.memoryLimit. */
        workingRows: z.int().min(10_000).max(1_000_000_000).default(10_000_000),
      })
      .prefault({}),
    push: z
      .strictObject({
        /** Where a push service can complain: an https: or mailto: address. Null: http.publicUrl, where it is https. */
        contact: z
          .string()
          .regex(/^(https:\/\/|mailto:)./, 'must start with https:// or mailto:')
          .nullable()
          .default(null),
      })
      .prefault({}),
    outgoing: z
      .strictObject({
        /** Webhooks may go to receivers in the mall's own network, and without TLS. */
        allowPrivateAddresses: z.boolean().default(false),
        /** Those of retailers too: they reach whatever listens there. */
        allowPrivateAddressesToTenants: z.boolean().default(false),
      })
      .prefault({}),
    homeAssistant: z
      .strictObject({
        /** Occupancy shows up in a Home Assistant at the same broker by itself. */
        discovery: z.boolean().default(true),
        /** As set in Home Assistant. */
        prefix: z
          .string()
          .regex(/^[\w-]+(\/[\w-]+)*$/, 'must be a topic without wildcards, such as homeassistant')
          .refine((text) => !/^promenade(\/|$)/.test(text), 'must not be promenade, which is ours')
          .default('homeassistant'),
      })
      .prefault({}),
    retention: z
      .strictObject({
        sightingsHours: z
          .number()
          .min(1)
          .max(24 * 366)
          .default(48),
        identifiedVisitsDays: z.number().min(1).max(3_660).default(90),
        aggregatesYears: z.number().min(1).max(50).default(5),
      })
      .prefault({}),
    /** Created at the first start; afterwards the dashboard and the API change them. */
    sites: z.array(site).default([]),
    /** Offers the phone page's simulated shopper. Only for trials. */
    demo: z.boolean().default(false),
  })
  .check((ctx) => {
    const { url, embedded } = ctx.value.mqtt;
    if (!url && !LOOPBACK.has(embedded.host) && embedded.credentials.length === 0)
      ctx.issues.push({
        code: 'custom',
        input: embedded.host,
        path: ['mqtt', 'embedded', 'credentials'],
        message:
          'must list a username and password for each gateway when the embedded broker is reachable from other machines',
      });
    const { influx } = ctx.value;
    if (influx.password !== null && influx.username === null)
      ctx.issues.push({
        code: 'custom',
        input: influx.username,
        path: ['influx', 'username'],
        message: 'must be set where influx.password is',
      });
    const seen = new Set<string>();
    ctx.value.sites.forEach((entry, i) => {
      if (seen.has(entry.id))
        ctx.issues.push({ code: 'custom', input: entry.id, path: ['sites', i, 'id'], message: 'must be unique' });
      seen.add(entry.id);
    });
  });
export type ServerConfig = z.output<typeof serverConfig>;

export class ConfigError extends Error {
  /** One line a fault: path, what is wrong, what would be right. */
  readonly faults: string[];
  constructor(source: string, faults: string[]) {
    super(
      `${source} has ${faults.length} fault${faults.length === 1 ? '' : 's'}:\n${faults.map((f) => `  - ${f}`).join('\n')}`,
    );
    this.name = 'ConfigError';
    this.faults = faults;
  }
}

/** Settings that an environment variable can override: PROMENADE_HTTP_PORT sets http.port. */
const OVERRIDES: Record<string, { path: string[]; number?: true; boolean?: true }> = {
  PROMENADE_DATA_DIR: { path: ['dataDir'] },
  PROMENADE_HTTP_HOST: { path: ['http', 'host'] },
  PROMENADE_HTTP_PORT: { path: ['http', 'port'], number: true },
  PROMENADE_HTTP_PUBLIC_URL: { path: ['http', 'publicUrl'] },
  PROMENADE_HTTP_TRUSTED_PROXIES: { path: ['http', 'trustedProxies'], number: true },
  PROMENADE_MQTT_URL: { path: ['mqtt', 'url'] },
  PROMENADE_MQTT_USERNAME: { path: ['mqtt', 'username'] },
  PROMENADE_MQTT_PASSWORD: { path: ['mqtt', 'password'] },
  PROMENADE_MQTT_CA_FILE: { path: ['mqtt', 'caFile'] },
  PROMENADE_MQTT_EMBEDDED_HOST: { path: ['mqtt', 'embedded', 'host'] },
  PROMENADE_MQTT_EMBEDDED_PORT: { path: ['mqtt', 'embedded', 'port'], number: true },
  PROMENADE_PUSH_CONTACT: { path: ['push', 'contact'] },
  PROMENADE_OUTGOING_ALLOW_PRIVATE_ADDRESSES: { path: ['outgoing', 'allowPrivateAddresses'], boolean: true },
  PROMENADE_OUTGOING_ALLOW_PRIVATE_ADDRESSES_TO_TENANTS: {
    path: ['outgoing', 'allowPrivateAddressesToTenants'],
    boolean: true,
  },
  PROMENADE_HOME_ASSISTANT_DISCOVERY: { path: ['homeAssistant', 'discovery'], boolean: true },
  PROMENADE_HOME_ASSISTANT_PREFIX: { path: ['homeAssistant', 'prefix'] },
  PROMENADE_ENGINE: { path: ['engine'] },
  PROMENADE_INFLUX_URL: { path: ['influx', 'url'] },
  PROMENADE_INFLUX_DATABASE: { path: ['influx', 'database'] },
  PROMENADE_INFLUX_USERNAME: { path: ['influx', 'username'] },
  PROMENADE_INFLUX_PASSWORD: { path: ['influx', 'password'] },
  PROMENADE_INFLUX_CREATE_DATABASE: { path: ['influx', 'createDatabase'], boolean: true },
  PROMENADE_DUCKDB_MEMORY_LIMIT: { path: ['duckdb', 'memoryLimit'] },
  PROMENADE_RETENTION_SIGHTINGS_HOURS: { path: ['retention', 'sightingsHours'], number: true },
  PROMENADE_DEMO: { path: ['demo'], boolean: true },
};

function override(raw: Record<string, unknown>, env: Record<string, string | undefined>): void {
  for (const [variable, { path, number, boolean }] of Object.entries(OVERRIDES)) {
    const text = env[variable];
    if (text === undefined || text === '') continue;
    let target = raw;
    for (const key of path.slice(0, -1)) {
      if (typeof target[key] !== 'object' || target[key] === null) target[key] = {};
      target = target[key] as Record<string, unknown>;
    }
    // What is not a number or a boolean goes on as text, and the schema says what would be right.
    const value =
      number && Number.isFinite(Number(text))
        ? Number(text)
        : boolean && /^(true|false)$/.test(text)
          ? text === 'true'
          : text;
    target[path.at(-1)!] = value;
  }
}

/** @throws ConfigError naming every fault with its path. */
export function parseServerConfig(yaml: string, source: string, env: Record<string, string | undefined>): ServerConfig {
  let raw: unknown;
  try {
    raw = parseYaml(yaml) ?? {};
  } catch (error) {
    throw new ConfigError(source, [`is not YAML: ${(error as Error).message.split('\n')[0]}`]);
  }
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw))
    throw new ConfigError(source, ['must be a map of settings, as in promenade.example.yaml']);
  override(raw as Record<string, unknown>, env);
  const result = serverConfig.safeParse(raw);
  if (!result.success)
    throw new ConfigError(
      source,
      result.error.issues.map((issue) => `${issue.path.join('.') || '(top level)'}: ${issue.message}`),
    );
  return { ...result.data, dataDir: resolve(result.data.dataDir) };
}

/** Without a file: the defaults and the environment. */
export function loadServerConfig(file: string | undefined, env: Record<string, string | undefined>): ServerConfig {
  if (file === undefined) return parseServerConfig('', 'the environment', env);
  let yaml: string;
  try {
    yaml = readFileSync(file, 'utf8');
  } catch {
    throw new ConfigError(file, [
      'cannot be read: give --config the path of a YAML file such as promenade.example.yaml',
    ]);
  }
  return parseServerConfig(yaml, file, env);
}
