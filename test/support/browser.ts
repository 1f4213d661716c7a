/** A real Chromium for tests. Outside CI a machine without one skips them, saying why; with CI=true they fail. */
import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';
import { describeWith } from './describeWith.ts';

const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome-stable',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];
export const CHROMIUM_FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export const chromiumPath = (): string | undefined =>
  [process.env.PROMENADE_CHROMIUM, ...PLACES].find((path) => path !== undefined && existsSync(path));

const MISSING = 'no Chromium on this machine: install it (Debian: apt-get install chromium) or set PROMENADE_CHROMIUM';

export async function launchBrowser(extraFlags: string[] = []): Promise<Browser> {
  const executablePath = chromiumPath();
  if (executablePath === undefined) throw new Error(MISSING);
  return chromium.launch({ executablePath, args: [...CHROMIUM_FLAGS, ...extraFlags] });
}

/** `describe` for tests that need a browser. */
export const describeInBrowser = (name: string, body: () => void): void =>
  describeWith(chromiumPath() === undefined ? MISSING : undefined, name, body);
