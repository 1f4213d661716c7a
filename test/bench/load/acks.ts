/** What tells gateways that their batches are taken, at most once in a while and gateway. */
const EVERY_MS = 5;

export class Acks {
  readonly #publish: (siteId: string, gatewayId: string, payload: string) => void;
  readonly #waiting = new Map<string, { siteId: string; gatewayId: string; epoch: number; seq: number }>();
  #timer: NodeJS.Timeout | undefined;

  constructor(publish: (siteId: string, gatewayId: string, payload: string) => void) {
    this.#publish = publish;
  }

  soon(siteId: string, gatewayId: string, epoch: number, seq: number): void {
    this.#waiting.set(gatewayId, { siteId, gatewayId, epoch, seq });
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      for (const ack of this.#waiting.values())
        this.#publish(ack.siteId, ack.gatewayId, JSON.stringify({ epoch: ack.epoch, seq: ack.seq }));
      this.#waiting.clear();
    }, EVERY_MS);
  }
}
