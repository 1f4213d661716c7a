import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ConfigError, loadServerConfig, parseServerConfig } from '../../server/config.ts';

const faultsOf = (yaml: string, env: Record<string, string> = {}): string[] => {
  try {
    parseServerConfig(yaml, 'test', env);
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
  return [];
};

test('the example file is the defaults', () => {
  const example = parseServerConfig(readFileSync('promenade.example.yaml', 'utf8'), 'example', {});
  expect(example).toEqual(loadServerConfig(undefined, {}));
});

test('reports every fault at once, each with its path and what would be right', () => {
  const faults = faultsOf(
    'http: { port: 99999 }\nmqtt: { url: "http://x" }\nsites: [{ id: "Bad Id", name: "", timezone: Mars/Olympus }]\nwhat: 1',
  );
  expect(faults.map((fault) => fault.split(':')[0])).toEqual(
    expect.arrayContaining(['http.port', 'mqtt.url', 'sites.0.id', 'sites.0.name', 'sites.0.timezone']),
  );
  expect(faults.join('\n')).toMatch(/what/);
  expect(faults.join('\n')).toMatch(/Europe\/Prague/);
});

test('variables override the file', () => {
  const config = parseServerConfig('http: { port: 1 }', 'test', {
    PROMENADE_HTTP_PORT: '9000',
    PROMENADE_DEMO: 'true',
    PROMENADE_MQTT_URL: 'mqtt://b:1',
  });
  expect([config.http.port, config.demo, config.mqtt.url]).toEqual([9000, true, 'mqtt://b:1']);
  expect(faultsOf('', { PROMENADE_HTTP_PORT: 'many' })[0]).toMatch(/^http\.port/);
});

test('an embedded broker that others can reach needs credentials', () => {
  expect(faultsOf('mqtt: { embedded: { host: 0.0.0.0 } }')[0]).toMatch(/^mqtt\.embedded\.credentials/);
  expect(
    faultsOf('mqtt: { embedded: { host: 0.0.0.0, credentials: [{ username: g1, password: long-enough-secret }] } }'),
  ).toEqual([]);
});

test('a file that is no YAML, no map, or not there is one clear fault', () => {
  expect(faultsOf('a: [')[0]).toMatch(/not YAML/);
  expect(faultsOf('- 1')[0]).toMatch(/map/);
  expect(() => loadServerConfig('/nowhere/x.yaml', {})).toThrow(/--config/);
});
