import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { GatewayConfigError, loadGatewayConfig, OVERRIDES, parseGatewayConfig } from '../../gateway/config.ts';

const EXAMPLE = join(import.meta.dirname, '..', '..', 'gateway', 'gateway.example.yaml');
const MINIMAL = 'site: mall\ngateway: gw-1\nmqtt: { url: mqtt://broker:1883 }\n';
const parse = (yaml: string, env: Record<string, string> = {}) =>
  parseGatewayConfig(yaml, 'gateway.yaml', env, '/etc/promenade');

function faultsOf(yaml: string, env: Record<string, string> = {}): string[] {
  try {
    parse(yaml, env);
  } catch (error) {
    if (error instanceof GatewayConfigError) return error.faults;
    throw error;
  }
  return [];
}

describe('the configuration', () => {
  test('the example shows every setting with its default', () => {
    const example = loadGatewayConfig(EXAMPLE, {});
    const defaults = parse('site: mall\ngateway: gw-1\nmqtt: { url: mqtt://127.0.0.1:1883 }\n');
    expect(example).toEqual(defaults);
    const text = readFileSync(EXAMPLE, 'utf8');
    for (const { path } of Object.values(OVERRIDES)) expect(text).toMatch(new RegExp(`\\b${path.at(-1)}:`));
  });

  test('takes uuids in any spelling, and files from beside itself', () => {
    const config = parse(
      `${MINIMAL}uuids: [F7826DA64FA24E988024BC5B71E0893E]\nscanner: { kind: replay, file: adverts.ndjson }\n`,
      { PROMENADE_GATEWAY_MQTT_CA_FILE: 'ca.pem' },
    );
    expect(config.uuids).toEqual(['f7826da6-4fa2-4e98-8024-bc5b71e0893e']);
    expect(config.scanner).toEqual({ kind: 'replay', file: '/etc/promenade/adverts.ndjson', speed: 1, loop: false });
    expect(config.mqtt.caFile).toBe('/etc/promenade/ca.pem');
  });

  test('a variable overrides a setting, and keeps a password text', () => {
    const config = parse(MINIMAL, {
      PROMENADE_GATEWAY_MQTT_PASSWORD: '12345',
      PROMENADE_GATEWAY_OUTBOX_MAX_BYTES: '2097152',
      PROMENADE_GATEWAY_UUIDS: 'f7826da6-4fa2-4e98-8024-bc5b71e0893e, fda50693-a4e2-4fb1-afcf-c6eb07647825',
      PROMENADE_GATEWAY_SCANNER_ADAPTER: '1',
    });
    expect(config.mqtt.password).toBe('12345');
    expect(config.outbox.maxBytes).toBe(2_097_152);
    expect(config.uuids).toHaveLength(2);
    expect(config.scanner).toMatchObject({ kind: 'noble', adapter: 1 });
  });

  test('reports all faults at once, each with its path and what would be right', () => {
    const faults = faultsOf(
      'gateway: GW_1\nmqtt: { url: "http://x", pass: 3 }\nuuids: [1234]\nscanner: { kind: usb }\noutbox: { maxBytes: 5 }\n',
      { PROMENADE_GATEWAY_MQTT_PASWORD: 'x' },
    );
    expect(faults).toEqual([
      expect.stringMatching(/^PROMENADE_GATEWAY_MQTT_PASWORD: is not a setting/),
      expect.stringMatching(/^site: must name the site/),
      expect.stringMatching(/^gateway: must be 1 to 32 characters/),
      expect.stringMatching(/^mqtt\.url: must be mqtt:\/\/host:port/),
      expect.stringMatching(/^mqtt\.pass: is not a setting/),
      expect.stringMatching(/^uuids\.0: must be an iBeacon UUID/),
      expect.stringMatching(/^scanner\.kind: must be noble .* or replay/),
      expect.stringMatching(/^outbox\.maxBytes: must be at least/),
    ]);
  });

  test.each([
    ['', /^site: .*/],
    ['- a list', /must be a map of settings/],
    ['site: [', /is not YAML/],
    [`${MINIMAL}scanner: { kind: replay }`, /^scanner\.file: must name a file/],
    ['site: mall\ngateway: gw-1\n', /^mqtt: must have url/],
  ])('says what is wrong with %j', (yaml, fault) => {
    expect(faultsOf(yaml).join('\n')).toMatch(fault);
  });

  test('says which file cannot be read', () => {
    expect(() => loadGatewayConfig('/nowhere/gateway.yaml', {})).toThrow(
      /^\/nowhere\/gateway.yaml has 1 fault:\n {2}- cannot be read: give --config/,
    );
  });
});
