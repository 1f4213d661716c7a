import type { Migration } from './index.ts';

export const accessAndRegistry: Migration = { number: 1, name: 'access-and-registry', statements: [] };
