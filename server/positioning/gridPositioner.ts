/**
 * A Bayes filter over cells: where people can walk, weighed every second by what each gateway heard against what it is
 * expected to hear from there. The radio model learns from the traffic; a survey, where there is one, corrects it. Pure.
 */
import type { Gateway, SiteModel } from '../contract/model.ts';
import { indexZones } from '../floor/zoneIndex.ts';
import { Floors, type Walk } from './floors.ts';
import type { GridState } from './gridState.ts';
import { drawFrom } from './gridWindow.ts';
import { type Lattice, latticeOf } from './lattice.ts';
import { Learning, MAX_POWER_DB } from './learning.ts';
import { Likelihood, MAX_HEARD, Readings } from './likelihood.ts';
import { RadioMap } from './radioMap.ts';
import { accuracyOf, follow, moveTo, settle } from './settle.ts';
import { SiteRadio, type SiteRadioState } from './siteRadio.ts';
import { TUNING, type Tuning } from './tuning.ts';
import type { HeardView, Position, Positioner, PositionerOptions } from './types.ts';

const FORGET_AFTER_MS = 30_000;
const MAX_DIFFUSION_MS = 20_000;
/** What radios report. */
const MIN_RSSI_DBM = -120;
const MAX_RSSI_DBM = 0;
/** Of a beacon at 1 m, as it is sold. A phone's own gain is learned as a carrier's power is. */
const USUAL_BEACON_DBM = -59;
/**
 * What a phone's ear is taken for before anything is learned: below the deafest. Taken for deafer than it is, a phone is put
 * too near to what it hears, and its gain soon learned; taken for better, it is put far away from everything, and stays there.
 */
const DEAF_PHONE_DB = -9;
/** Metres a second: a brisk walk. */
const MAX_PACE = 1.5;

/** Of somebody who looks at something; who walks on has not stood for so long. */
const STILL_TICKS = 8;
/** Metres a second; as much as noise makes of one who stands. */
const STILL_PACE = 0.4;

const isStill = ({ walks, settledTicks, vxM, vyM }: GridState): boolean =>
  walks === 0 && settledTicks >= STILL_TICKS && vxM * vxM + vyM * vyM < STILL_PACE * STILL_PACE;

/** Heat draws a place this often: a walker crosses as many cells. */
const DRAW_EVERY_MS = 10_000;
const DRAW_ACROSS = 0.7548776662466927;
const DRAW_ALONG = 0.5698402909980532;

/** FNV-1a over a list of ids. */
function signatureOf(ids: readonly string[]): string {
  let hash = 0x811c9dc5;
  for (const id of ids)
    for (let i = 0; i <= id.length; i++) hash = Math.imul(hash ^ (i < id.length ? id.charCodeAt(i) : 0x1f), 0x01000193);
  return `${ids.length}:${(hash >>> 0).toString(36)}`;
}

class GridPositioner {
  private readonly tuning: Tuning;
  private readonly lattice: Lattice;
  private readonly map: RadioMap;
  private readonly radio: SiteRadio;
  private readonly likelihood: Likelihood;
  private readonly floors: Floors;
  private readonly learning: Learning;
  private readonly zones;
  private readonly gateways: ReadonlyMap<string, Gateway>;
  private readonly gatewaySignature: string;
  private readonly gatewayFloor: Int32Array;
  /** How much louder than usual the gateways' own beacons are. */
  private readonly beaconDb: Float64Array;
  // Of the tick under way.
  private tickEndMs = -1;
  private readonly readings = new Readings();
  private readonly walk: Walk = { dx: 0, dy: 0, sigma: 0 };

  constructor(model: SiteModel, siteState: SiteRadioState | undefined, options: PositionerOptions, tuning: Tuning) {
    this.tuning = tuning;
    this.lattice = latticeOf(model, tuning);
    this.map = new RadioMap(model, this.lattice, options.survey ?? model.survey, tuning);
    this.map.favourSurveyed();
    const gatewayIds = model.gateways.map((gateway) => gateway.id);
    this.radio = new SiteRadio(gatewayIds, siteState, tuning);
    this.likelihood = new Likelihood(this.map, tuning);
    this.zones = indexZones(model.zones);
    this.gateways = new Map(model.gateways.map((gateway) => [gateway.id, gateway]));
    this.gatewaySignature = signatureOf(gatewayIds);
    const floorIds = model.floors.map((floor) => floor.id);
    this.gatewayFloor = Int32Array.from(model.gateways, (gateway) => floorIds.indexOf(gateway.floorId));
    this.beaconDb = Float64Array.from(model.gateways, ({ beacon }) =>
      beacon ? beacon.powerDbm - USUAL_BEACON_DBM : 0,
    );
    const places = {
      floor: this.gatewayFloor,
      xM: Float64Array.from(model.gateways, (gateway) => gateway.xM),
      yM: Float64Array.from(model.gateways, (gateway) => gateway.yM),
    };
    this.floors = new Floors(this.lattice, this.map, this.likelihood, places, tuning);
    this.learning = new Learning(this.lattice, this.radio, this.gatewayFloor, this.map.surveyed, tuning);
  }

  listening(gatewayIds: ReadonlySet<string>): void {
    this.map.useListening(gatewayIds);
  }

  siteState(): SiteRadioState {
    return this.radio.state();
  }

  step(
    before: GridState | undefined,
    tickEndMs: number,
    heard: readonly HeardView[],
  ): { state: GridState; position: Position } {
    if (tickEndMs !== this.tickEndMs) {
      this.tickEndMs = tickEndMs;
      this.radio.endTick();
    }
    const state = before ?? this.fresh();
    if (heard.length > 0) this.hear(state, tickEndMs, heard);
    return {
      state,
      position: { fix: state.fix, drawn: state.drawn, zoneMass: state.zoneMass, still: isStill(state) || undefined },
    };
  }

  private fresh(): GridState {
    return {
      signature: this.lattice.signature,
      gateways: this.gatewaySignature,
      floor: -1,
      floors: [],
      tickEndMs: 0,
      fix: undefined,
      zoneMass: [],
      drawn: undefined,
      drawnTurn: -1,
      drawnFloor: -1,
      fixes: 0,
      settledXM: 0,
      settledYM: 0,
      settledFloorId: '',
      settledTicks: 0,
      walks: 0,
      wanderM2: 0,
      vxM: 0,
      vyM: 0,
      powerDb: this.radio.powerDb,
      powerTicks: 0,
      calibrated: false,
      shadowIndex: [],
      shadowDb: [],
    };
  }

  private hear(state: GridState, tickEndMs: number, heard: readonly HeardView[]): void {
    const { readings } = this;
    this.read(state, heard);
    if (readings.count === 0) {
      this.fixAtLoudest(state, tickEndMs, heard);
      return;
    }
    this.likelihood.assume(this.radio.noiseDb, this.radio.heardShare);
    const silentMs = Math.max(0, tickEndMs - state.tickEndMs);
    if (state.signature !== this.lattice.signature || silentMs > FORGET_AFTER_MS) {
      state.signature = this.lattice.signature;
      state.floors = [];
      state.floor = -1;
    }
    const seconds = Math.min(MAX_DIFFUSION_MS, silentMs) / 1_000;
    const middle = this.floors.follow(state, tickEndMs, seconds, this.walkOf(state, seconds), readings);
    if (!middle) return;
    const old = state.fix;
    this.fix(state, tickEndMs, middle);
    this.draw(state, tickEndMs);
    follow(state, old, seconds, this.tuning.paceGain);
    state.tickEndMs = tickEndMs;
    readings.findTiles(this.map, state.floor);
    this.learning.learn(state, readings);
  }

  private read(state: GridState, heard: readonly HeardView[]): void {
    if (state.gateways !== this.gatewaySignature) {
      state.gateways = this.gatewaySignature;
      state.shadowIndex.length = 0;
      state.shadowDb.length = 0;
    }
    const { readings, radio } = this;
    const { shadowIndex, shadowDb } = state;
    let count = 0;
    for (const { gatewayId, rssiMeanDbm, powerDbm } of heard) {
      if (powerDbm !== undefined && !state.calibrated) {
        state.calibrated = true;
        state.powerDb = Math.min(MAX_POWER_DB, Math.max(-MAX_POWER_DB, powerDbm - this.map.powerDbm));
      }
      const index = radio.indexOf(gatewayId);
      if (index < 0 || this.gatewayFloor[index]! < 0 || count >= MAX_HEARD) continue;
      const at = shadowIndex.indexOf(index);
      readings.gateway[count] = index;
      readings.rssiDbm[count] =
        Math.min(MAX_RSSI_DBM, Math.max(MIN_RSSI_DBM, rssiMeanDbm)) - (at < 0 ? 0 : shadowDb[at]!);
      count += 1;
    }
    readings.count = count;
    readings.byPhone = heard[0]!.byPhone === true;
    if (readings.byPhone && state.powerTicks === 0) state.powerDb = DEAF_PHONE_DB;
    // A gateway's offset is that of its receiver; its beacon is another matter.
    const offsetDb = readings.byPhone ? this.beaconDb : radio.offsetDb;
    for (let i = 0; i < count; i++) readings.offsetDb[i] = state.powerDb + offsetDb[readings.gateway[i]!]!;
  }

  /** Gateways on a floor that has no plan: at the loudest of them is all that can be said. */
  private fixAtLoudest(state: GridState, tickEndMs: number, heard: readonly HeardView[]): void {
    let loudest: Gateway | undefined;
    let loudestDbm = -Infinity;
    for (const { gatewayId, rssiMeanDbm } of heard) {
      const gateway = this.gateways.get(gatewayId);
      if (!gateway || rssiMeanDbm <= loudestDbm) continue;
      loudest = gateway;
      loudestDbm = rssiMeanDbm;
    }
    if (!loudest) return;
    const { floorId, xM, yM } = loudest;
    const accuracyM = this.lattice.spacingM;
    state.floors = [];
    state.floor = -1;
    state.fix = { floorId, xM, yM, accuracyM, atMs: tickEndMs };
    state.drawn = undefined;
    state.zoneMass = this.zones.get(floorId)?.masses(xM, yM, accuracyM) ?? [];
    state.tickEndMs = tickEndMs;
  }

  private walkOf({ vxM, vyM }: GridState, seconds: number): Walk {
    const { walk, tuning } = this;
    const { cellM } = this.lattice;
    const pace = Math.min(MAX_PACE, Math.sqrt(vxM * vxM + vyM * vyM));
    const drift = (tuning.drift * seconds) / cellM;
    walk.dx = drift * vxM;
    walk.dy = drift * vyM;
    walk.sigma = ((tuning.walkM + tuning.walkPerPace * pace) * Math.sqrt(seconds)) / cellM;
    return walk;
  }

  /** Another place every few seconds, by a sequence that fills a square evenly (R2, Roberts 2018). */
  private draw(state: GridState, tickEndMs: number): void {
    const turn = Math.floor(tickEndMs / DRAW_EVERY_MS);
    if (turn === state.drawnTurn && state.drawn && state.drawnFloor === state.floor) return;
    const one = state.floors.find(({ floor }) => floor === state.floor);
    if (!one) return;
    state.drawnFloor = state.floor;
    const [column, row] = drawFrom(one.window, (turn * DRAW_ALONG) % 1, (turn * DRAW_ACROSS) % 1);
    state.drawn = { xM: column * this.lattice.cellM, yM: row * this.lattice.cellM };
    state.drawnTurn = turn;
  }

  private fix(
    state: GridState,
    atMs: number,
    { xCells, yCells, varianceCells }: { xCells: number; yCells: number; varianceCells: number },
  ): void {
    const { cellM, spacingM, list } = this.lattice;
    const { floorId } = list[state.floor]!;
    const { surveyed } = this.map;
    // A cell's own width adds to the variance of its middle.
    const posteriorM2 = (varianceCells + 1 / 12) * cellM * cellM;
    const accuracyM = accuracyOf(
      this.tuning,
      surveyed,
      posteriorM2,
      spacingM,
      this.radio.heardShare,
      this.readings.count,
    );
    const fix = { floorId, xM: (xCells + 0.5) * cellM, yM: (yCells + 0.5) * cellM, accuracyM, atMs };
    moveTo(state, fix);
    settle(state, fix, this.tuning);
    const zones = this.zones.get(floorId);
    state.zoneMass = zones
      ? zones.masses(state.settledXM, state.settledYM, accuracyM * (1 - this.tuning.sharpen * state.walks))
      : [];
  }
}

export function createGridPositioner(
  model: SiteModel,
  siteState: unknown,
  options: PositionerOptions = {},
  tuning: Tuning = TUNING,
): Positioner {
  const positioner = new GridPositioner(model, (siteState ?? undefined) as SiteRadioState | undefined, options, tuning);
  return {
    step: (state, tickEndMs, heard) => positioner.step(state as GridState | undefined, tickEndMs, heard),
    listening: (gatewayIds) => positioner.listening(gatewayIds),
    siteState: () => positioner.siteState(),
  };
}
