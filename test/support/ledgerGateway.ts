/** Gateways that send what a ledger says, badly: with duplicates, out of order, over connections that break. */
import mqtt, { type MqttClient } from 'mqtt';
import type { World } from './pipelineHarness.ts';
import { SITE } from './pipelineHarness.ts';

/** One connection that speaks for all gateways, keeps what is not acknowledged, and sends it again. */
export class LedgerFleet {
  readonly #unacked = new Map<string, Map<number, string>>();
  #client: MqttClient | undefined;
  acks = 0;

  async connect(url: string): Promise<void> {
    await this.disconnect();
    const client = await mqtt.connectAsync(url, { clientId: 'fleet', clean: false, reconnectPeriod: 0 });
    client.on('error', () => {});
    client.on('message', (topic, payload) => {
      const gatewayId = topic.split('/')[3]!;
      const ack = JSON.parse(payload.toString()) as { epoch: number; seq: number };
      this.acks++;
      const waiting = this.#unacked.get(gatewayId);
      for (const seq of waiting?.keys() ?? []) if (seq <= ack.seq) waiting!.delete(seq);
    });
    await client.subscribeAsync(`promenade/1/${SITE}/+/ack`, { qos: 1 });
    this.#client = client;
  }

  async disconnect(): Promise<void> {
    await this.#client?.endAsync(true);
    this.#client = undefined;
  }

  send({ gatewayId, message }: World): void {
    const payload = JSON.stringify(message);
    const waiting = this.#unacked.get(gatewayId) ?? new Map<number, string>();
    this.#unacked.set(gatewayId, waiting);
    waiting.set(message.seq, payload);
    this.publish(gatewayId, 'sightings', payload);
  }

  publish(gatewayId: string, leaf: string, payload: string): void {
    this.#client?.publish(`promenade/1/${SITE}/${gatewayId}/${leaf}`, payload, { qos: 1 }, () => {});
  }

  unackedCount(): number {
    let count = 0;
    for (const waiting of this.#unacked.values()) count += waiting.size;
    return count;
  }

  resend(): void {
    for (const [gatewayId, waiting] of this.#unacked)
      for (const payload of waiting.values()) this.publish(gatewayId, 'sightings', payload);
  }

  /** Sends again until the server has acknowledged everything. */
  async drain(timeoutMs = 20_000): Promise<void> {
    const endAt = performance.now() + timeoutMs;
    for (let round = 0; this.unackedCount() > 0; round++) {
      if (performance.now() > endAt) throw new Error(`${this.unackedCount()} batches were never acknowledged`);
      if (round % 20 === 19) this.resend();
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }
}
