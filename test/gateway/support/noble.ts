import { createRequire } from 'node:module';

function isInstalled(): boolean {
  try {
    createRequire(import.meta.url).resolve('@abandonware/noble');
    return true;
  } catch {
    return false;
  }
}

/** noble is an optional dependency; CI must have it, so there its absence fails the tests instead of skipping them. */
export const skipWithoutNoble = !isInstalled() && process.env.CI !== 'true';
export const orReason = skipWithoutNoble ? ' (skipped: @abandonware/noble is not installed)' : '';
