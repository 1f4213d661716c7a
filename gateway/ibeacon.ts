/** Gateway and server read advertisements with the same code. */
export * from '../server/contract/ibeacon.ts';
