/** Child process, what a user would build: an MQTT subscriber that writes each sighting as a point into InfluxDB. */
import mqtt from 'mqtt';
import { parseGatewayTopic, topicOf } from '../../../server/contract/topics.ts';
import { Acks } from './acks.ts';

export interface InfluxOrder {
  mqttUrl: string;
  influxUrl: string;
}

/** As InfluxDB's own documentation advises. */
const POINTS_PER_WRITE = 5_000;

interface Message {
  epoch: number;
  seq: number;
  fromMs: number;
  sightings: [number, number, number, number, number, number, number, number][];
}

async function run({ mqttUrl, influxUrl }: InfluxOrder): Promise<void> {
  const client = await mqtt.connectAsync(mqttUrl, { clientId: 'points', clean: true });
  const acks = new Acks((siteId, gatewayId, payload) => client.publish(topicOf(siteId, gatewayId, 'ack'), payload));
  let lines: string[] = [];
  let told: (() => void)[] = [];
  let writing: Promise<void> = Promise.resolve();
  const flush = (): void => {
    const body = lines.join('\n');
    const after = told;
    lines = [];
    told = [];
    writing = writing.then(async () => {
      const answer = await fetch(`${influxUrl}/write?db=points&precision=ms`, { method: 'POST', body });
      if (answer.status !== 204) throw new Error(`InfluxDB answers ${answer.status}: ${await answer.text()}`);
      for (const done of after) done();
    });
  };
  setInterval(() => {
    if (lines.length > 0) flush();
  }, 100);
  client.handleMessage = (packet, done) => {
    const parsed = parseGatewayTopic(packet.topic);
    if (parsed?.leaf !== 'sightings') return done();
    const message = JSON.parse(packet.payload.toString()) as Message;
    for (const [, major, minor, meanDbm, maxDbm, adverts, , lastMs] of message.sightings)
      lines.push(
        `sightings,gateway=${parsed.gatewayId},beacon=${major}-${minor} rssi=${meanDbm},max=${maxDbm},adverts=${adverts}i ${message.fromMs + lastMs}`,
      );
    told.push(() => acks.soon(parsed.siteId, parsed.gatewayId, message.epoch, message.seq));
    if (lines.length >= POINTS_PER_WRITE) flush();
    done();
  };
  await client.subscribeAsync('promenade/1/+/+/sightings', { qos: 1 });
  process.send?.('listening');
}

process.on('disconnect', () => process.exit(0));
process.once('message', (order: InfluxOrder) => void run(order));
process.send?.('here');
