/** What a gateway has heard since it last told. Pure. */
import type { Beacon } from '../virtualGateway.ts';

export interface HeardAdvert {
  beacon: Beacon;
  rssiDbm: number;
  atMs: number;
}

/** Gateways that tell all they heard every so often, all in one message. */
export class Windows {
  private readonly windowMs: number;
  private readonly heard: HeardAdvert[][];
  private endsMs: number;

  constructor(gateways: number, windowMs: number, startMs: number) {
    this.windowMs = windowMs;
    this.heard = Array.from({ length: gateways }, () => []);
    this.endsMs = startMs + windowMs;
  }

  hear(gateway: number, advert: HeardAdvert): void {
    this.heard[gateway]?.push(advert);
  }

  /** The windows that are over by now: at most one of each gateway, as whoever was not asked for long tells all at once. */
  take(nowMs: number): HeardAdvert[][] {
    if (nowMs < this.endsMs) return [];
    while (this.endsMs <= nowMs) this.endsMs += this.windowMs;
    return this.heard.map((adverts) => adverts.splice(0));
  }
}

/** Every so often from the start. */
export class Every {
  private readonly periodMs: number;
  private nextMs: number;

  constructor(periodMs: number, startMs: number) {
    this.periodMs = periodMs;
    this.nextMs = startMs;
  }

  due(nowMs: number): boolean {
    if (nowMs < this.nextMs) return false;
    while (this.nextMs <= nowMs) this.nextMs += this.periodMs;
    return true;
  }
}
