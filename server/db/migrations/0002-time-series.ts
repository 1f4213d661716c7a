import type { Migration } from './index.ts';

export const timeSeries: Migration = { number: 2, name: 'time-series', statements: [] };
