/** What shoppers said of themselves: interests and favourite brands. Used only while they agree to profiling. */
import type { Interest } from '../contract/campaigns.ts';
import type { Duck } from '../db/duckdb.ts';

export interface Profile {
  interests: Interest[];
  brands: string[];
  changedMs: number;
}

export class Profiles {
  readonly #duck: Duck;
  readonly #listeners = new Set<(shopperId: string) => void>();

  constructor(duck: Duck) {
    this.#duck = duck;
  }

  /** Undefined where nothing was said. */
  async get(shopperId: string): Promise<Profile | undefined> {
    const row = await this.#duck.get<{ interests: string; brands: string; changedMs: number }>(
      'select interests, brands, changed_ms as "changedMs" from profiles where shopper_id = $1',
      [shopperId],
    );
    if (row === undefined) return undefined;
    return { interests: JSON.parse(row.interests), brands: JSON.parse(row.brands), changedMs: row.changedMs };
  }

  /** Both lists empty: nothing is kept. Whoever has been erased meanwhile stays so. */
  async put(shopperId: string, said: Pick<Profile, 'interests' | 'brands'>, nowMs: number): Promise<void> {
    const interests = [...new Set(said.interests)];
    const brands = [...new Set(said.brands)];
    if (interests.length + brands.length === 0)
      await this.#duck.run('delete from profiles where shopper_id = $1', [shopperId]);
    else
      await this.#duck.run(
        `insert into profiles select id, $2, $3, $4 from shoppers where id = $1
         on conflict (shopper_id) do update set interests = excluded.interests, brands = excluded.brands,
           changed_ms = excluded.changed_ms`,
        [shopperId, JSON.stringify(interests), JSON.stringify(brands), nowMs],
      );
    for (const listener of this.#listeners) listener(shopperId);
  }

  /** Told of each change. */
  onChange(listener: (shopperId: string) => void): void {
    this.#listeners.add(listener);
  }
}
