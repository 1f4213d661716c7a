/** The positioner in use. */
import { createCentroidPositioner } from './centroidPositioner.ts';
import type { CreatePositioner, Positioner } from './types.ts';

/** Raised with every change of the positioner's state, or of the positioner: snapshots hold its states. */
export const POSITIONER_VERSION = 1;

export const createPositioner: CreatePositioner = (model, _siteState) => createCentroidPositioner(model) as Positioner;
