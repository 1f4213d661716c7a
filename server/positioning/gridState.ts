/** What the grid tracker keeps of one carrier. Pure. */
import type { Fix } from '../engine/types.ts';
import type { ZoneMass } from '../floor/zoneIndex.ts';
import type { GridWindow } from './gridWindow.ts';

export interface FloorHypothesis {
  /** Index in the model. */
  floor: number;
  chance: number;
  window: GridWindow;
}

/** Structured-cloneable; one or two kilobytes. */
export interface GridState {
  /** Of the cells that the windows are made of. */
  signature: string;
  /** Tells shadows of another list of gateways apart. */
  gateways: string;
  /** Index of the floor, −1 before the first fix. */
  floor: number;
  floors: FloorHypothesis[];
  tickEndMs: number;
  fix: Fix | undefined;
  zoneMass: ZoneMass[];
  /** For heat, and the turn in which it was drawn. */
  drawn: { xM: number; yM: number } | undefined;
  drawnTurn: number;
  drawnFloor: number;
  /** Fixes on this floor before the last one. */
  fixes: number;
  /** Where the zones see it. */
  settledXM: number;
  settledYM: number;
  settledFloorId: string;
  settledTicks: number;
  /** 0 stands, 1 walks. */
  walks: number;
  /** How far its fixes stray from the settled place, squared. */
  wanderM2: number;
  /** Pace, metres a second. */
  vxM: number;
  vyM: number;
  /** Of its beacon against what the map takes for usual. */
  powerDb: number;
  powerTicks: number;
  /** The power is the fleet's own word, not to be learned. */
  calibrated: boolean;
  /** By gateway: how much louder than expected it hears the carrier for the time being. */
  shadowIndex: number[];
  shadowDb: number[];
}
