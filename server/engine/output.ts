import type { EngineOutput } from './types.ts';

export const emptyOutput = (): EngineOutput => ({
  rows: { visits: [], stays: [], heat: [], occupancy: [], coverage: [] },
  events: [],
});
