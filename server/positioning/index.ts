/** The positioner in use. */
import { createCentroidPositioner } from './centroidPositioner.ts';
import type { CreatePositioner, Positioner } from './types.ts';

export const createPositioner: CreatePositioner = (model, _siteState) => createCentroidPositioner(model) as Positioner;
