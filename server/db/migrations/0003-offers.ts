import type { Migration } from './index.ts';

export const offers: Migration = { number: 3, name: 'offers', statements: [] };
