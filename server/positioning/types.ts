/** What the engine asks of positioning. Pure and deterministic. */
import type { SiteModel } from '../contract/model.ts';
import type { RadioSurvey } from '../contract/survey.ts';
import type { Fix } from '../engine/types.ts';

/** One gateway's view of one carrier in one tick. */
export interface HeardView {
  gatewayId: string;
  rssiMeanDbm: number;
  rssiMaxDbm: number;
  adverts: number;
  /** Calibrated RSSI at 1 m, where known. */
  powerDbm?: number | undefined;
  atMs: number;
  /** The carrier is a phone that heard the gateway's beacon: silence tells nothing, and its word teaches nothing of the site. */
  byPhone?: boolean;
}

export interface Position {
  fix: Fix | undefined;
  /**
   * A place drawn from where the carrier may be, for heat: the middle of a ring is where it is not. Absent: the fix. On the
   * fix's floor.
   */
  drawn?: { xM: number; yM: number } | undefined;
  /** It has stood where it stands for a while. */
  still?: boolean | undefined;
  /** Probability that the carrier is in each zone; zones below 0.02 may be left out. Overlapping zones each have their own. */
  zoneMass: { zoneId: string; mass: number }[];
}

/** `State` is one carrier's, structured-cloneable, of bounded size, and never shared between carriers. */
export interface Positioner<State = unknown> {
  /**
   * One carrier, one tick. `heard` holds every gateway that heard it in the tick, sorted by gatewayId; empty where it was
   * not heard although it is still present. Causal: uses nothing later than `tickEndMs`.
   */
  step(state: State | undefined, tickEndMs: number, heard: readonly HeardView[]): { state: State; position: Position };
  /**
   * Which gateways are listening, from the next step on; before it is told, all are. Silence says something only of them.
   */
  listening?(gatewayIds: ReadonlySet<string>): void;
  /** What was learned of the site's radio so far; structured-cloneable; goes into the engine's snapshot. */
  siteState(): unknown;
}

export interface PositionerOptions {
  /** A walk with a known place for each second, where there was one. */
  survey?: RadioSurvey | undefined;
}

export type CreatePositioner = (model: SiteModel, siteState: unknown, options?: PositionerOptions) => Positioner;
