/** Child process, the limit: the server's own broker, and behind it nothing but the reading of the JSON. */
import { createAedesSource } from '../../../server/broker/aedesSource.ts';
import { parseGatewayTopic, topicOf } from '../../../server/contract/topics.ts';
import { Acks } from './acks.ts';

export interface ParserNews {
  type: 'listening';
  url: string;
}

const source = createAedesSource({ host: '127.0.0.1', port: 0 });
const acks = new Acks((siteId, gatewayId, payload) => {
  void source.publish(topicOf(siteId, gatewayId, 'ack'), payload, { retain: false });
});
process.on('disconnect', () => process.exit(0));
await source.start(async (topic, payload) => {
  const parsed = parseGatewayTopic(topic);
  if (parsed?.leaf !== 'sightings') return;
  const message = JSON.parse(Buffer.from(payload.buffer, payload.byteOffset, payload.length).toString()) as {
    epoch: number;
    seq: number;
  };
  acks.soon(parsed.siteId, parsed.gatewayId, message.epoch, message.seq);
});
process.send?.({ type: 'listening', url: source.url } satisfies ParserNews);
