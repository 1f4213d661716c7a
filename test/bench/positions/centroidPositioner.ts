/** Fix and zone masses from filtered RSSI: floor by loudness, place by robust least squares, smoothed at walking speed. Pure. */
import type { Gateway, SiteModel } from '../../../server/contract/model.ts';
import type { Fix } from '../../../server/engine/types.ts';
import { ACCURACY_PER_SIGMA } from '../../../server/floor/gaussian.ts';
import { indexZones, type ZoneMass } from '../../../server/floor/zoneIndex.ts';
import type { HeardView, Position, Positioner } from '../../../server/positioning/types.ts';
import { chooseFloor, type FloorState } from './floorChoice.ts';
import { emptyRssi, hear, type RssiState, readRssiDbm, readWeight } from './rssiFilter.ts';
import { CARRIER_HEIGHT_M, POWER_AT_1M_DBM, Readings, solve } from './solve.ts';

/** A shopper's pace, as the variance that a second adds to one axis; and one who looks at a shelf. */
const WALK_VARIANCE_M2_PER_SECOND = 2;
const STILL_VARIANCE_M2_PER_SECOND = 0.1;
/** Of each new difference between solution and fix in their running mean: noise cancels within seconds, walking does not. */
const DRIFT_GAIN = 0.3;
/** Squared mean difference over what noise alone would leave: at the first it stands, at the second it walks. */
const STANDS_BELOW = 0.5;
const WALKS_ABOVE = 2;
/** A brisk walk; nobody runs through a mall for long. */
const MAX_SPEED_M_PER_S = 2;
/** After this silence the old place says little. */
const FORGET_AFTER_MS = 30_000;
/** Filtered readings of successive seconds share their samples and their shadowing: a second brings about a third of new evidence. */
const CORRELATION = 3;
/**
 * Share of a solution's variance that standing still does not average out: walls and bodies stay where they are. Between what
 * a simulation with 4 dB of lasting shadow asks for (1.1) and what recorded walks among a dozen gateways do (0.4).
 */
const LASTING_SHARE = 0.8;
const MIN_ACCURACY_M = 1;
const MAX_ACCURACY_M = 60;
/** Weight of one solution in the carrier's learned power. */
const POWER_LEARNING = 0.05;
/** Amplitude from decibels: exp is several times quicker than a power of ten. */
const NEPERS_PER_DB = Math.LN10 / 20;
const POWER_RANGE_DBM = [-85, -40] as const;

export interface CentroidState extends FloorState {
  rssi: RssiState;
  /** Power at 1 m as calibrated or learned; which of both. */
  powerDbm: number;
  calibrated: boolean;
  fix: Fix | undefined;
  varianceM2: number;
  /** Running mean of solution minus fix. */
  driftXM: number;
  driftYM: number;
  tickEndMs: number;
  zoneMass: ZoneMass[];
}

const freshState = (): CentroidState => ({
  floorId: undefined,
  rivalId: undefined,
  rivalTicks: 0,
  rssi: emptyRssi(),
  powerDbm: POWER_AT_1M_DBM,
  calibrated: false,
  fix: undefined,
  varianceM2: 0,
  driftXM: 0,
  driftYM: 0,
  tickEndMs: 0,
  zoneMass: [],
});

export function createCentroidPositioner(model: SiteModel): Positioner<CentroidState> {
  const gateways = new Map<string, Gateway>(model.gateways.map((gateway) => [gateway.id, gateway]));
  const floors = new Map(model.floors.map((floor) => [floor.id, floor]));
  const zones = indexZones(model.zones);
  const readings = new Readings();
  const scores = new Map<string, number>();

  function scoreFloors(state: CentroidState, tickEndMs: number): void {
    scores.clear();
    const { rssi } = state;
    for (let i = 0; i < rssi.gatewayIds.length; i++) {
      const gateway = gateways.get(rssi.gatewayIds[i]!);
      if (!gateway) continue;
      const amplitude = readWeight(rssi, i, tickEndMs) * Math.exp(readRssiDbm(rssi, i) * NEPERS_PER_DB);
      scores.set(gateway.floorId, (scores.get(gateway.floorId) ?? 0) + amplitude);
    }
  }

  function collect(state: CentroidState, floorId: string, tickEndMs: number): void {
    readings.clear();
    const { rssi } = state;
    for (let i = 0; i < rssi.gatewayIds.length; i++) {
      const gateway = gateways.get(rssi.gatewayIds[i]!);
      if (gateway?.floorId !== floorId) continue;
      const weight = readWeight(rssi, i, tickEndMs);
      readings.push(gateway.xM, gateway.yM, gateway.zM - CARRIER_HEIGHT_M, readRssiDbm(rssi, i), weight);
    }
  }

  function place(state: CentroidState, floorId: string, tickEndMs: number): void {
    const old = state.fix;
    const silentMs = tickEndMs - state.tickEndMs;
    const known = old !== undefined && old.floorId === floorId && silentMs <= FORGET_AFTER_MS;
    const solution = solve(readings, {
      powerDbm: state.powerDbm,
      calibrated: state.calibrated,
      near: known ? old : undefined,
    });
    let { xM, yM } = solution;
    let varianceM2 = solution.varianceM2;
    if (known) {
      const seconds = Math.max(0, silentMs) / 1_000;
      state.driftXM += DRIFT_GAIN * (xM - old.xM - state.driftXM);
      state.driftYM += DRIFT_GAIN * (yM - old.yM - state.driftYM);
      const noiseM2 = (2 * solution.varianceM2 * DRIFT_GAIN) / (2 - DRIFT_GAIN);
      const drift = (state.driftXM ** 2 + state.driftYM ** 2) / noiseM2;
      const walks = Math.min(1, Math.max(0, (drift - STANDS_BELOW) / (WALKS_ABOVE - STANDS_BELOW)));
      const perSecond =
        STILL_VARIANCE_M2_PER_SECOND + walks * (WALK_VARIANCE_M2_PER_SECOND - STILL_VARIANCE_M2_PER_SECOND);
      const predicted = state.varianceM2 + perSecond * seconds;
      const measured = solution.varianceM2 * CORRELATION;
      const gain = predicted / (predicted + measured);
      let dx = gain * (xM - old.xM);
      let dy = gain * (yM - old.yM);
      const stepM = Math.hypot(dx, dy);
      const longestM = MAX_SPEED_M_PER_S * seconds + 0.5;
      if (stepM > longestM) {
        dx *= longestM / stepM;
        dy *= longestM / stepM;
      }
      xM = old.xM + dx;
      yM = old.yM + dy;
      varianceM2 = (1 - gain) * predicted;
    } else {
      state.driftXM = 0;
      state.driftYM = 0;
    }
    const floor = floors.get(floorId);
    if (floor) {
      xM = Math.min(floor.widthM, Math.max(0, xM));
      yM = Math.min(floor.heightM, Math.max(0, yM));
    }
    const sigmaM = Math.sqrt(varianceM2 + LASTING_SHARE * solution.varianceM2);
    const accuracyM = Math.min(MAX_ACCURACY_M, Math.max(MIN_ACCURACY_M, sigmaM * ACCURACY_PER_SIGMA));
    state.fix = { floorId, xM, yM, accuracyM, atMs: tickEndMs };
    state.varianceM2 = varianceM2;
    state.tickEndMs = tickEndMs;
    state.zoneMass = zones.get(floorId)?.masses(xM, yM, accuracyM) ?? [];
    if (!state.calibrated && readings.count >= 4) {
      const learned = state.powerDbm + POWER_LEARNING * (solution.powerDbm - state.powerDbm);
      state.powerDbm = Math.min(POWER_RANGE_DBM[1], Math.max(POWER_RANGE_DBM[0], learned));
    }
  }

  function step(
    before: CentroidState | undefined,
    tickEndMs: number,
    heard: readonly HeardView[],
  ): { state: CentroidState; position: Position } {
    const state = before ?? freshState();
    if (heard.length > 0) {
      for (const { powerDbm } of heard)
        if (powerDbm !== undefined) {
          state.powerDbm = powerDbm;
          state.calibrated = true;
        }
      hear(state.rssi, tickEndMs, heard);
      scoreFloors(state, tickEndMs);
      const floorId = chooseFloor(state, scores);
      if (floorId !== undefined) {
        collect(state, floorId, tickEndMs);
        if (readings.count > 0) place(state, floorId, tickEndMs);
      }
    }
    return { state, position: { fix: state.fix, zoneMass: state.zoneMass } };
  }

  // Nothing is learned of the site yet.
  return { step, siteState: () => null };
}
