/**
 * One identity at two places at once. Where a tick's two loudest gateways are neighbours, the carrier is near them; two such
 * places so far apart that nobody could have walked (or run) from one to the other in between are of two transmitters. The
 * loudest of all is compared with nothing but the others of its tick, so that it does not matter how loud a beacon is: for
 * a far gateway to be the loudest, and its neighbour next, every near one must be in a shadow. Once may be that, or a late
 * clock; it must come again. Where many carriers contradict themselves at one gateway, it is the gateway that stands or
 * ticks wrong, and its word is not taken. Places on different floors are not compared: their plans need not lie one above
 * the other. Pure.
 */
import type { Gateway } from '../contract/model.ts';
import type { HeardView } from '../positioning/types.ts';

/** Gateways hang 8 to 20 m apart; the next one to the loudest is its neighbour. */
const NEIGHBOUR_M = 30;
/** Two to three deviations of a fading advert: a place counts where no far gateway comes so close. */
const CLEARLY_DB = 10;
/** Nearer than this to the loudest gateway, for walls and bodies may hide the nearest one. */
const PLACE_REACH_M = 25;
/** A run through a mall; carts and scooters are slower. */
const MAX_SPEED_M_PER_S = 4;
/** The slowest beacons advertise every ten seconds; what is older says less with every step. */
const PLACE_KEPT_MS = 15_000;
const MAX_PLACES = 4;
const SLOT_MS = 10_000;
/** Two copies near gateways contradict each other in nearly every slot; a fluke does not come four times in two minutes. */
const SLOTS_NEEDED = 4;
const SLOTS_WINDOW = 12;
/** Few wear a copied tag at one time; past a gateway that is wrong everybody comes. */
const DOUBT_CARRIERS = 4;
const DOUBT_KEPT_MS = 10 * 60_000;
/** A copied identity stays copied; a day without a sign of it is a new start. */
export const CLONE_KEPT_MS = 24 * 3_600_000;
/** Some copies a day at most; beyond it somebody plays, and the oldest are forgotten. */
const MAX_CLONES = 10_000;

interface Place {
  gatewayId: string;
  atMs: number;
}
interface Watch {
  places: Place[];
  slots: number[];
}
export interface ClonedCarrier {
  carrierId: string;
  firstMs: number;
  lastMs: number;
  /** The two between which it was last found. */
  gatewayIds: [string, string];
}
export interface CloneState {
  watches: [string, Watch][];
  clones: ClonedCarrier[];
  doubts: [string, { carrierId: string; atMs: number }[]][];
}

export class CloneWatch {
  private readonly watches: Map<string, Watch>;
  private readonly clones: Map<string, ClonedCarrier>;
  private readonly doubts: Map<string, { carrierId: string; atMs: number }[]>;
  private gateways: ReadonlyMap<string, Gateway> = new Map();

  /** Takes the state for its own. */
  constructor(state?: CloneState) {
    this.watches = new Map(state?.watches);
    this.clones = new Map(state?.clones.map((clone) => [clone.carrierId, clone]));
    this.doubts = new Map(state?.doubts);
  }

  useGateways(gateways: readonly Gateway[]): void {
    this.gateways = new Map(gateways.map((gateway) => [gateway.id, gateway]));
    for (const id of this.doubts.keys()) if (!this.gateways.has(id)) this.doubts.delete(id);
  }

  /** The views of one tick; true where the carrier is found out now. */
  note(carrierId: string, views: readonly HeardView[], nowMs: number): boolean {
    let loudest: HeardView | undefined;
    let second: HeardView | undefined;
    for (const view of views) {
      if (!loudest || view.rssiMeanDbm > loudest.rssiMeanDbm) {
        second = loudest;
        loudest = view;
      } else if (!second || view.rssiMeanDbm > second.rssiMeanDbm) second = view;
    }
    if (!loudest || !second || this.apartM(loudest.gatewayId, second.gatewayId) > NEIGHBOUR_M) return false;
    for (const { gatewayId, rssiMeanDbm } of views)
      if (
        rssiMeanDbm > loudest.rssiMeanDbm - CLEARLY_DB &&
        this.apartM(loudest.gatewayId, gatewayId) > 2 * PLACE_REACH_M
      )
        return false;
    return this.noteAt(carrierId, loudest.gatewayId, loudest.atMs, nowMs);
  }

  /** Infinite where it cannot be told. */
  private apartM(one: string, other: string): number {
    const a = this.gateways.get(one);
    const b = this.gateways.get(other);
    if (!a || !b || a.floorId !== b.floorId) return Number.POSITIVE_INFINITY;
    const dx = a.xM - b.xM;
    const dy = a.yM - b.yM;
    return Math.sqrt(dx * dx + dy * dy);
  }

  private noteAt(carrierId: string, gatewayId: string, atMs: number, nowMs: number): boolean {
    let watch = this.watches.get(carrierId);
    if (!watch) {
      watch = { places: [], slots: [] };
      this.watches.set(carrierId, watch);
    }
    let against: string | undefined;
    const { places } = watch;
    let kept = 0;
    // A place from which it may have come is that transmitter's last one, and gives way to this.
    for (const place of places) {
      if (atMs - place.atMs > PLACE_KEPT_MS || this.reachable(place, gatewayId, atMs)) continue;
      against ??= place.gatewayId;
      places[kept++] = place;
    }
    places.length = Math.min(kept, MAX_PLACES - 1);
    places.push({ gatewayId, atMs });
    if (against === undefined) return false;
    const doubtful = [this.doubt(gatewayId, carrierId, nowMs), this.doubt(against, carrierId, nowMs)];
    return doubtful.includes(true) ? false : this.contradicted(watch, carrierId, [against, gatewayId], nowMs);
  }

  private reachable(place: Place, gatewayId: string, atMs: number): boolean {
    const apartM = this.apartM(place.gatewayId, gatewayId);
    const seconds = Math.abs(atMs - place.atMs) / 1_000;
    return !Number.isFinite(apartM) || apartM <= 2 * PLACE_REACH_M + MAX_SPEED_M_PER_S * seconds;
  }

  /** Notes that the carrier contradicts itself there; true where others do as well. */
  private doubt(gatewayId: string, carrierId: string, nowMs: number): boolean {
    const fresh = (this.doubts.get(gatewayId) ?? []).filter(
      (one) => one.carrierId !== carrierId && nowMs - one.atMs <= DOUBT_KEPT_MS,
    );
    const carriers = [...fresh.slice(-(DOUBT_CARRIERS - 1)), { carrierId, atMs: nowMs }];
    this.doubts.set(gatewayId, carriers);
    if (carriers.length < DOUBT_CARRIERS) return false;
    for (const clone of [...this.clones.values()])
      if (clone.gatewayIds.includes(gatewayId)) this.clones.delete(clone.carrierId);
    return true;
  }

  private contradicted(watch: Watch, carrierId: string, gatewayIds: [string, string], nowMs: number): boolean {
    const slot = Math.floor(nowMs / SLOT_MS);
    if (watch.slots.at(-1) !== slot) watch.slots = [...watch.slots.slice(-(SLOTS_NEEDED - 1)), slot];
    if (watch.slots.length < SLOTS_NEEDED || slot - watch.slots[0]! > SLOTS_WINDOW) return false;
    const known = this.clones.get(carrierId);
    const isKnown = known !== undefined && nowMs - known.lastMs < CLONE_KEPT_MS;
    this.clones.delete(carrierId);
    this.clones.set(carrierId, { carrierId, firstMs: isKnown ? known.firstMs : nowMs, lastMs: nowMs, gatewayIds });
    if (this.clones.size > MAX_CLONES) this.clones.delete(this.clones.keys().next().value!);
    return !isKnown;
  }

  /** Its visit has ended; that it was found out stays known. */
  forget(carrierId: string): void {
    this.watches.delete(carrierId);
  }

  isCloned(carrierId: string, nowMs: number): boolean {
    const clone = this.clones.get(carrierId);
    return clone !== undefined && nowMs - clone.lastMs < CLONE_KEPT_MS;
  }

  all(nowMs: number): ClonedCarrier[] {
    return [...this.clones.values()].filter((clone) => nowMs - clone.lastMs < CLONE_KEPT_MS);
  }

  state(nowMs: number): CloneState {
    return structuredClone({
      watches: [...this.watches],
      clones: this.all(nowMs),
      doubts: [...this.doubts].filter(([, carriers]) => nowMs - carriers.at(-1)!.atMs <= DOUBT_KEPT_MS),
    });
  }
}
