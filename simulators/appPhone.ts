/** A phone whose app rotates its numbers, on the air by the reference implementation. Pure. */
import { frameAt, type RotatingFrame, type RotatingIdentity } from './rotatingBeacon.ts';
import type { Beacon } from './virtualGateway.ts';

/** Silent until it is enrolled. */
export class AppPhone {
  private readonly declaredPowerDbm: number;
  private identity: RotatingIdentity | undefined;
  private frame: (Beacon & RotatingFrame) | undefined;
  private fromMs = 0;

  constructor(declaredPowerDbm: number) {
    this.declaredPowerDbm = declaredPowerDbm;
  }

  enrolled(identity: RotatingIdentity): void {
    this.identity = identity;
    this.frame = undefined;
  }

  /** The same object for as long as the same frame is on the air. */
  beaconAt(atMs: number): Beacon | undefined {
    if (!this.identity) return undefined;
    if (!this.frame || atMs >= this.frame.untilMs || atMs < this.fromMs) {
      this.frame = { ...frameAt(this.identity, atMs), declaredPowerDbm: this.declaredPowerDbm };
      this.fromMs = this.frame.untilMs - this.identity.slotSeconds * 1_000;
    }
    return this.frame;
  }
}
