/** A Promenade server from TypeScript. What it can do stands in `operations.ts`; both it and `types.ts` are written by `npm run client`. */
export * from './core.ts';
export * from './follow.ts';
export * from './operations.ts';
export type * from './types.ts';
