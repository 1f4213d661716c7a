import type { Migration } from './index.ts';

export const ingest: Migration = { number: 4, name: 'ingest', statements: [] };
