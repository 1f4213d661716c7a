/** How strong the advertisements of the air are: counts by dBm, which add up and tell quantiles without keeping any of them. Pure. */

const LOWEST_DBM = -127;
const HIGHEST_DBM = 20;
/** Fewer say nothing of a twentieth. */
const ENOUGH = 20;
/** The controller does not know. */
const UNKNOWN_DBM = [127, 0];

export class AirTally {
  private readonly counts = new Uint32Array(HIGHEST_DBM - LOWEST_DBM + 1);
  private total = 0;

  add(rssiDbm: number, times = 1): void {
    if (!(rssiDbm >= LOWEST_DBM && rssiDbm <= HIGHEST_DBM) || UNKNOWN_DBM.includes(rssiDbm)) return;
    this.counts[Math.round(rssiDbm) - LOWEST_DBM]! += times;
    this.total += times;
  }

  /** Pairs of dBm and count, for a message. */
  take(): [number, number][] {
    const pairs: [number, number][] = [];
    this.counts.forEach((count, i) => {
      if (count > 0) pairs.push([i + LOWEST_DBM, count]);
    });
    this.clear();
    return pairs;
  }

  clear(): void {
    this.counts.fill(0);
    this.total = 0;
  }

  /** The RSSI that a twentieth, half and all but a twentieth stay at or below; undefined where too few were heard. */
  quantiles(): [number, number, number] | undefined {
    if (this.total < ENOUGH) return undefined;
    return [this.quantile(0.05), this.quantile(0.5), this.quantile(0.95)];
  }

  private quantile(share: number): number {
    let left = share * this.total;
    let at = 0;
    while (at < this.counts.length - 1 && left > this.counts[at]!) left -= this.counts[at++]!;
    return at + LOWEST_DBM;
  }
}
