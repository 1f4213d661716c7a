/** The positioner in use. */
import { createGridPositioner } from './gridPositioner.ts';
import type { CreatePositioner } from './types.ts';

/** Raised with every change of the positioner's state, or of the positioner: snapshots hold its states. */
export const POSITIONER_VERSION = 6;

export const createPositioner: CreatePositioner = createGridPositioner;
