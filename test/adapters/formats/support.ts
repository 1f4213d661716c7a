/** Messages as the products publish them, and what the decoders are asked about them. */
import { Buffer } from 'node:buffer';
import { ADAPTERS } from '../../../server/ingest/adapters/index.ts';
import type { AdapterOptions, Alias, Decoded, ForeignReading, Format } from '../../../server/ingest/adapters/types.ts';

export const WATCH: Alias = { uuid: 'f7826da6-4fa2-4e98-8024-bc5b71e0893e', major: 7, minor: 42 };
export const OPTIONS: AdapterOptions = {
  aliases: new Map([
    ['watch:darrell', WATCH],
    ['ble-some-id', WATCH],
    ['fd:45:0a:68:25:7d', WATCH],
  ]),
};
export const NO_ALIASES: AdapterOptions = { aliases: new Map() };

export const bytes = (payload: unknown): Uint8Array =>
  payload instanceof Uint8Array
    ? payload
    : Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload), 'utf8');

export const decode = (format: Format, topic: string, payload: unknown, options: AdapterOptions = OPTIONS): Decoded =>
  ADAPTERS[format].decode(topic, bytes(payload), options);

/** Of a message in which one gateway hears one beacon. */
export function onlyReading(decoded: Decoded): { gateway: string; reading: ForeignReading } {
  if (decoded.kind !== 'readings') throw new Error(`expected readings, got ${JSON.stringify(decoded)}`);
  const [hearing] = decoded.hearings;
  const [reading] = hearing?.readings ?? [];
  if (decoded.hearings.length !== 1 || hearing?.readings.length !== 1 || !reading)
    throw new Error(`expected one reading, got ${JSON.stringify(decoded)}`);
  return { gateway: hearing.gateway, reading };
}

/** Manufacturer data of the raw vectors, company id first. */
export const BLUE_CHARM = '4c000215426c7565436861726d426561636f6e730efe1355c5';
export const OVER_DECLARED = '4c000215fda50693a4e24fb1afcfc6eb07647825000100021a';
export const ROOM_ASSISTANT_BEACON = '4c0002152f234454cf6d4a0fadf2f4911ba9ffa600010002cc';
export const ALL_ONES_MINOR = '4c000215fda50693a4e24fb1afcfc6eb076478250064ffff1e';

/** A whole advertisement: flags, then the manufacturer data. */
export const advertisement = (manufacturerHex: string): string =>
  `020106${(manufacturerHex.length / 2 + 1).toString(16).padStart(2, '0')}ff${manufacturerHex}`;

export const base64 = (hex: string): string => Buffer.from(hex, 'hex').toString('base64');

/** Packs what a gateway packs; text and bytes by their shortest tags. */
export function pack(value: unknown): Buffer {
  if (value === null) return Buffer.from([0xc0]);
  if (typeof value === 'boolean') return Buffer.from([value ? 0xc3 : 0xc2]);
  if (typeof value === 'number') return packNumber(value);
  if (typeof value === 'string') {
    const text = Buffer.from(value, 'utf8');
    const head = text.length < 32 ? [0xa0 | text.length] : [0xd9, text.length];
    return Buffer.concat([Buffer.from(head), text]);
  }
  if (value instanceof Uint8Array) return Buffer.concat([Buffer.from([0xc4, value.length]), value]);
  if (Array.isArray(value))
    return Buffer.concat([Buffer.from([0xdc, value.length >> 8, value.length & 0xff]), ...value.map(pack)]);
  const entries = Object.entries(value as Record<string, unknown>);
  return Buffer.concat([Buffer.from([0x80 | entries.length]), ...entries.flatMap(([k, v]) => [pack(k), pack(v)])]);
}

function packNumber(value: number): Buffer {
  if (Number.isInteger(value) && value >= 0 && value < 0x80) return Buffer.from([value]);
  const packed = Buffer.alloc(Number.isInteger(value) ? 5 : 9);
  if (Number.isInteger(value)) {
    packed[0] = value < 0 ? 0xd2 : 0xce;
    if (value < 0) packed.writeInt32BE(value, 1);
    else packed.writeUInt32BE(value, 1);
    return packed;
  }
  packed[0] = 0xcb;
  packed.writeDoubleBE(value, 1);
  return packed;
}

export const APRIL_BROTHER_DEVICE = '02C8FD1949A530CE0201061AFF4C000215EB6D469624BE4663B15230D46B0E9CC9000D002AC0';

export interface Sample {
  format: Format;
  topic: string;
  payload: unknown;
}

/** Every recorded message, and one of each further shape that a product publishes. */
export const SAMPLES: readonly Sample[] = [
  {
    format: 'espresense',
    topic: 'espresense/devices/watch:darrell/kitchen',
    payload: `{"mac":"58b1294494d3","id":"watch:darrell","name":"Darrell's Watch","idType":250,"rssi@1m":-64,"rssi":-86,"raw":5.24,"distance":5.89,"int":588}`,
  },
  {
    format: 'espresense',
    topic: 'espresense/devices/iBeacon:426c7565-4368-6172-6d42-6561636f6e73-3838-4949/office',
    payload:
      '{"mac":"dd8800003777","id":"iBeacon:426c7565-4368-6172-6d42-6561636f6e73-3838-4949","rssi@1m":-59,"rssi":-81.10,"rxAdj":0,"rssiVar":7.42,"distance":6.58,"var":4.00,"int":2028}',
  },
  {
    format: 'espresense',
    topic: 'espresense/rooms/kitchen/telemetry',
    payload: '{"ip":"10.0.0.5","uptime":4711,"firm":"esp32","rssi":-61,"ver":"v3.3.5","adverts":91,"seen":90}',
  },
  {
    format: 'openmqttgateway',
    topic: 'home/OMG_hall/BTtoMQTT/6087574C9BC2',
    payload:
      '{"id":"60:87:57:4C:9B:C2","mac_type":1,"rssi":-78,"distance":7.85288,"brand":"GENERIC","model":"iBeacon","model_id":"IBEACON","mfid":"4c00","uuid":"1de4b189115e45f6b44e509352269977","major":0,"minor":0,"txpower":-66}',
  },
  {
    format: 'openmqttgateway',
    topic: 'home/OMG_hall/BTtoMQTT/DD8800003777',
    payload: `{"id":"DD:88:00:00:37:77","rssi":-70,"manufacturerdata":"${BLUE_CHARM}"}`,
  },
  {
    format: 'room-assistant',
    topic: 'room-assistant/entity/gw1/bluetooth-low-energy-presence-sensor/ble-2f234454cf6d4a0fadf2f4911ba9ffa6-1-2',
    payload:
      '{"entity":{"attributes":{"distance":2.8},"id":"ble-2f234454cf6d4a0fadf2f4911ba9ffa6-1-2","measuredValues":{"gw1":{"rssi":-60,"measuredPower":-52}},"state":"gw1"},"diff":[],"hasAuthority":false}',
  },
  {
    format: 'minew',
    topic: '/gw/ac233fc03641/status',
    payload:
      '[{"timestamp":"2026-02-09T00:13:53.668Z","type":"Gateway","mac":"AC233FC03641","gatewayFree":89,"gatewayLoad":0.03},{"timestamp":"2026-02-09T00:13:53.667Z","type":"iBeacon","mac":"C3000025EF6A","bleName":"","ibeaconUuid":"E2C56DB5DFFB48D2B060D0F5A71096E0","ibeaconMajor":0,"ibeaconMinor":0,"rssi":-65,"ibeaconTxPower":-59,"battery":0}]',
  },
  {
    format: 'moko',
    topic: 'moko/gw/send',
    payload: `{"msg_id":3004,"device_info":{"device_id":"409151a65c96","mac":"409151A65C96"},"data":[{"type":0,"value":{"timestamp":"2021-01-01&17:10:16+08","mac":"f95bc0ec4e56","rssi":-53,"raw":"${advertisement(BLUE_CHARM)}"}}]}`,
  },
  {
    format: 'moko',
    topic: 'moko/gw/send',
    payload: `{"msg_id":3070,"device_info":{"mac":"409151A65C96"},"data":[{"timestamp":1609492216,"mac":"f95bc0ec4e56","rssi":-53,"adv_data":"${advertisement(BLUE_CHARM)}","rsp_data":""}]}`,
  },
  {
    format: 'april-brother',
    topic: 'april/gw',
    payload: pack({
      v: '1.5.3',
      mid: 4711,
      time: 86_400,
      ip: '192.168.1.20',
      mac: 'B0B21CA7F3C4',
      devices: [Buffer.from(APRIL_BROTHER_DEVICE, 'hex')],
    }),
  },
  {
    format: 'ruuvi',
    topic: 'ruuvi/C8:25:2D:8E:9C:2C/DD:88:00:00:37:77',
    payload: `{"gw_mac":"C8:25:2D:8E:9C:2C","rssi":-26,"aoa":[],"gwts":"1653668027","ts":"1653668027","data":"${advertisement(BLUE_CHARM).toUpperCase()}","coords":""}`,
  },
  {
    format: 'happy-bubbles',
    topic: 'happy-bubbles/ble/living-room/ibeacon/e2c56db5dffb48d2b060d0f5a71096e0',
    payload:
      '{"hostname": "living-room","beacon_type": "ibeacon","mac": "dd6ed85b7a80","rssi": -92,"uuid": "e2c56db5dffb48d2b060d0f5a71096e0","major": "0068","minor": "0068","tx_power": "c5"}',
  },
  {
    format: 'shelly',
    topic: 'shellyblugwg3-aabbccddeeff/events/rpc',
    payload: `{"event":"ble.scan_result","data":[2,[["AA:BB:CC:DD:EE:FF",-50,"${base64(advertisement(BLUE_CHARM))}","${base64('0309180f')}"]]]}`,
  },
  {
    format: 'shelly',
    topic: 'shellyblugwg3-aabbccddeeff/events/rpc',
    payload: `{"src":"shellyblugwg3-aabbccddeeff","dst":"shellyblugwg3-aabbccddeeff/events","method":"NotifyEvent","params":{"ts":1786653121.63,"events":[{"component":"script:1","id":1,"event":"ble.scan_result","data":[2,[["aa:bb:cc:dd:ee:01",-97,"${base64(advertisement(BLUE_CHARM))}",""],["aa:bb:cc:dd:ee:02",-86,"AgEGEQYbxdU=",""]]],"ts":1786653121.63}]}}`,
  },
  {
    format: 'kontakt',
    topic: 'stream/telemetry',
    payload:
      '[{"companyId":"b1e0f1c4-0000-4000-8000-a5a5a5a5a5a5","sourceId":"14:16:9d:82:6d:80","trackingId":"fd:45:0a:68:25:7d","rssi":-77,"timestamp":"2020-06-26T13:37:00Z"}]',
  },
];
