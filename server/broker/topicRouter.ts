/** Whose a topic is: of many filters the one fleet that the message belongs to. Pure. */
import { byNearness } from './filters.ts';

export interface RoutedFilter {
  siteId: string;
  fleetId: string;
  filter: string;
  /** The fleet has its topics since then. */
  sinceMs: number;
  /**
   * 0 for formats that tell no time: what waited in a broker has lost it, and would be counted as heard when it comes. Such a
   * message is true at once or not at all.
   */
  qos: 0 | 1;
}

interface Entry extends RoutedFilter {
  levels: string[];
}

function matches({ levels: wanted }: Entry, levels: readonly string[]): boolean {
  for (let i = 0; i < wanted.length; i++) {
    const level = wanted[i]!;
    if (level === '#') return true;
    if (i >= levels.length || (level !== '+' && level !== levels[i])) return false;
  }
  return wanted.length === levels.length;
}

/**
 * A message belongs to one fleet. Where filters of two sites cross, the site that has had its filter longer has it, so that
 * nobody takes another's messages by a cleverer one; within a site the nearest filter does (see `byNearness`).
 */
export class TopicRouter {
  readonly #byFirst = new Map<string, Entry[]>();
  readonly #wild: Entry[] = [];

  constructor(filters: Iterable<RoutedFilter>) {
    for (const one of filters) {
      const entry = { ...one, levels: one.filter.split('/') };
      const first = entry.levels[0]!;
      if (first === '+' || first === '#') this.#wild.push(entry);
      else {
        const list = this.#byFirst.get(first);
        if (list) list.push(entry);
        else this.#byFirst.set(first, [entry]);
      }
    }
  }

  route(topic: string): RoutedFilter | undefined {
    const levels = topic.split('/');
    let best: Entry | undefined;
    const look = (entry: Entry): void => {
      if (matches(entry, levels) && (!best || isBefore(entry, best))) best = entry;
    };
    for (const entry of this.#byFirst.get(levels[0]!) ?? []) look(entry);
    if (!topic.startsWith('$')) for (const entry of this.#wild) look(entry);
    return best;
  }
}

function isBefore(a: RoutedFilter, b: RoutedFilter): boolean {
  if (a.siteId !== b.siteId) return a.sinceMs !== b.sinceMs ? a.sinceMs < b.sinceMs : a.siteId < b.siteId;
  const nearer = byNearness(a.filter, b.filter);
  return nearer !== 0 ? nearer < 0 : a.fleetId < b.fleetId;
}
