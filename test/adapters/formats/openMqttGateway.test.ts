import { describe, expect, test } from 'vitest';
import { ALL_ONES_MINOR, BLUE_CHARM, decode, OVER_DECLARED, onlyReading, SAMPLES } from './support.ts';

const TOPIC = 'home/OMG_hall/BTtoMQTT/6087574C9BC2';
const BEACON = {
  id: '60:87:57:4C:9B:C2',
  rssi: -78,
  model_id: 'IBEACON',
  uuid: '1de4b189115e45f6b44e509352269977',
  major: 0,
  minor: 0,
};
const device = (payload: object, topic = TOPIC): ReturnType<typeof decode> => decode('openmqttgateway', topic, payload);

describe('OpenMQTTGateway and Theengs gateway', () => {
  test('the recorded message: gateway from the topic, uuid dashed, no time', () => {
    expect(onlyReading(decode('openmqttgateway', TOPIC, SAMPLES[3]!.payload))).toEqual({
      gateway: 'OMG_hall',
      reading: {
        uuid: '1de4b189-115e-45f6-b44e-509352269977',
        major: 0,
        minor: 0,
        rssiDbm: -78,
        measuredPowerDbm: -66,
        smoothed: false,
      },
    });
  });

  test.each([0, 2.6, 3, 5.8])('a power byte of 0 or more appears as volt %f: no power is read', (volt) => {
    expect(onlyReading(device({ ...BEACON, volt })).reading).not.toHaveProperty('measuredPowerDbm');
  });

  test('with presenceUseBeaconUuid the id is the uuid and the MAC beside it is no identity', () => {
    const payload = { ...BEACON, id: BEACON.uuid, mac: '60:87:57:4C:9B:C2', txpower: -66 };
    const told = onlyReading(device(payload)).reading;
    expect(told).toMatchObject({ uuid: '1de4b189-115e-45f6-b44e-509352269977', measuredPowerDbm: -66 });
    expect(JSON.stringify(told)).not.toMatch(/608757|60:87/i);
    const { uuid: _, ...withoutUuid } = payload;
    expect(onlyReading(device(withoutUuid)).reading.uuid).toBe(told.uuid);
  });

  test('with pubBeaconUuidForTopic the topic ends in the uuid', () => {
    const { gateway, reading } = onlyReading(device(BEACON, `home/OMG_hall/BTtoMQTT/${BEACON.uuid}`));
    expect([gateway, reading.uuid]).toEqual(['OMG_hall', '1de4b189-115e-45f6-b44e-509352269977']);
    const { uuid: _, ...withoutUuid } = BEACON;
    const ended = onlyReading(device(withoutUuid, `home/OMG_hall/BTtoMQTT/${BEACON.uuid}`));
    expect(ended.reading.uuid).toBe(reading.uuid);
  });

  test.each(['home/presence/OMG_hall', 'home/home_presence/OMG_hall', 'home/TheengsGateway/presence'])(
    'the copy at %s is not counted',
    (topic) => {
      expect(device(BEACON, topic).kind).toBe('ignored');
    },
  );

  test('a gateway that somebody named presence still counts', () => {
    expect(onlyReading(device(BEACON, 'home/presence/BTtoMQTT/6087574C9BC2')).gateway).toBe('presence');
  });

  test('an undecoded device carries its manufacturer data, which is decoded', () => {
    expect(onlyReading(decode('openmqttgateway', SAMPLES[4]!.topic, SAMPLES[4]!.payload))).toEqual({
      gateway: 'OMG_hall',
      reading: {
        uuid: '426c7565-4368-6172-6d42-6561636f6e73',
        major: 3838,
        minor: 4949,
        rssiDbm: -70,
        measuredPowerDbm: -59,
        smoothed: false,
      },
    });
    const read = (manufacturerdata: string): object =>
      onlyReading(device({ id: 'x', rssi: -70, manufacturerdata })).reading;
    expect(read(OVER_DECLARED)).toEqual({
      uuid: 'fda50693-a4e2-4fb1-afcf-c6eb07647825',
      major: 1,
      minor: 2,
      rssiDbm: -70,
      smoothed: false,
    });
    expect(read(ALL_ONES_MINOR)).toMatchObject({ major: 100, minor: 65_535 });
    expect(read(BLUE_CHARM.replace('0efe', '8001'))).toMatchObject({ major: 0x8001 });
  });

  test.each([
    { id: '19:50:E8:07:A1:07', rssi: -69, distance: 3.1 },
    { id: '19:50:E8:07:A1:07', rssi: -69, manufacturerdata: '4c001005011c8e4f2b' },
    { id: '19:50:E8:07:A1:07', rssi: -69, servicedata: '4000fa01', servicedatauuid: '0xfcd2' },
    { id: 'A4:C1:38:00:00:01', rssi: -69, model_id: 'LYWSD03MMC_PVVX', tempc: 21.3, volt: 2.9 },
  ])('another kind of tag shows only that the gateway lives: %j', (payload) => {
    expect(device(payload)).toMatchObject({ kind: 'ignored', gateway: 'OMG_hall' });
  });

  test('a device that has gone is ignored', () => {
    expect(device({ id: '19:50:E8:07:A1:07', state: 'offline' }).kind).toBe('ignored');
  });

  test.each([
    { ...BEACON, major: undefined },
    { ...BEACON, minor: 65_536 },
    { ...BEACON, major: -1 },
    { ...BEACON, major: 1.5 },
    { ...BEACON, uuid: '1de4b189', id: 'x' },
    { ...BEACON, rssi: undefined },
    { id: 'x', rssi: -70, manufacturerdata: 'not hex' },
  ])('what is out of range is unknown: %j', (payload) => {
    expect(device(payload)).toMatchObject({ kind: 'unknown', gateway: 'OMG_hall' });
  });

  test.each([
    ['online', true],
    ['offline', false],
    ['1', true],
    ['0', false],
    ['{"state":"offline"}', false],
  ])('the last will %s', (payload, online) => {
    expect(decode('openmqttgateway', 'home/OMG_hall/LWT', payload)).toEqual({
      kind: 'status',
      gateway: 'OMG_hall',
      online,
    });
  });

  test('SYStoMQTT tells the version; the settings under BTtoMQTT itself are ignored', () => {
    expect(decode('openmqttgateway', 'home/OMG_hall/SYStoMQTT', '{"uptime":180,"version":"v1.7.0"}')).toEqual({
      kind: 'status',
      gateway: 'OMG_hall',
      online: true,
      version: 'v1.7.0',
    });
    expect(decode('openmqttgateway', 'home/OMG_hall/BTtoMQTT', '{"interval":55555}').kind).toBe('ignored');
    expect(decode('openmqttgateway', 'home/OMG_hall/other', '{}').kind).toBe('unknown');
  });
});
