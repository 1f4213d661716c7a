/** Which backup a site was last restored from, and what its state was then: the same again is nothing to do. */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Manifest } from './manifest.ts';

export class RestoreMark {
  readonly #file: string;
  readonly #backup: string;
  #state: string | null | undefined;

  constructor(dataDir: string, siteId: string, made: Manifest) {
    this.#file = join(dataDir, 'moving', `${siteId}-restored.json`);
    this.#backup = createHash('sha256').update(JSON.stringify(made)).digest('hex');
    try {
      const known = JSON.parse(readFileSync(this.#file, 'utf8')) as { backup: string; state: string | null };
      if (known.backup === this.#backup) this.#state = known.state;
    } catch {
      // None yet, or damaged: the rows themselves tell.
    }
  }

  get isBegun(): boolean {
    return this.#state === null;
  }
  isDone(state: string | undefined): boolean {
    return typeof this.#state === 'string' && this.#state === state;
  }
  begin(): void {
    this.#write(null);
  }
  end(state: string | undefined): void {
    this.#write(state ?? null);
  }

  #write(state: string | null): void {
    this.#state = state;
    mkdirSync(dirname(this.#file), { recursive: true });
    writeFileSync(this.#file, JSON.stringify({ backup: this.#backup, state }));
  }
}
