/** MQTT filters: what they take in, how they overlap, which is the nearer one. Pure. */

/** Null where it is a filter that may be subscribed to; else what is wrong with it. */
export function filterFault(filter: string): string | null {
  const levels = filter.split('/');
  if (/[\p{Cc}\p{Cs}]/u.test(filter)) return 'must hold no control characters';
  if (filter.startsWith('$')) return 'must not start with $: those topics are of the broker itself';
  for (const [i, level] of levels.entries()) {
    if (level.includes('#') && (level !== '#' || i < levels.length - 1))
      return 'must have # only as the whole of its last level';
    if (level.includes('+') && level !== '+') return 'must have + only as a whole level';
  }
  if (overlaps(filter, OWN_TOPICS)) return 'must not take in promenade/1/…, the topics of Promenade itself';
  return null;
}

/** Site, gateway or `zones`, and what it is. */
const OWN_TOPICS = 'promenade/1/+/+/+/#';

export function matches(filter: string, topic: string): boolean {
  const wanted = filter.split('/');
  const levels = topic.split('/');
  for (const [i, level] of wanted.entries()) {
    if (level === '#') return !(i === 0 && topic.startsWith('$'));
    if (i >= levels.length) return false;
    if (level === '+') {
      if (i === 0 && topic.startsWith('$')) return false;
    } else if (level !== levels[i]) return false;
  }
  return wanted.length === levels.length;
}

/** Whether some topic matches both. */
export function overlaps(a: string, b: string): boolean {
  const left = a.split('/');
  const right = b.split('/');
  for (let i = 0; ; i++) {
    const x = left[i];
    const y = right[i];
    // `a/#` takes in `a` itself.
    if (x === '#' || y === '#') return true;
    if (x === undefined || y === undefined) return x === y;
    if (x !== '+' && y !== '+' && x !== y) return false;
  }
}

/** Whether each topic that matches `inner` matches `outer`. */
export function covers(outer: string, inner: string): boolean {
  const wide = outer.split('/');
  const narrow = inner.split('/');
  for (let i = 0; ; i++) {
    const x = wide[i];
    const y = narrow[i];
    if (x === '#') return true;
    if (x === undefined || y === undefined) return x === y;
    if (y === '#') return false;
    if (x !== '+' && x !== y) return false;
  }
}

const widthOf = (level: string | undefined): number => (level === '#' ? 2 : level === '+' ? 1 : 0);

/** Of two filters that match one topic, the nearer first: at the first level that differs, a word before `+` before `#`. */
export function byNearness(a: string, b: string): number {
  const left = a.split('/');
  const right = b.split('/');
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = widthOf(left[i]) - widthOf(right[i]);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Without those that others take in, each once. */
export function withoutCovered(filters: readonly string[]): string[] {
  const distinct = [...new Set(filters)];
  return distinct.filter((filter) => !distinct.some((other) => other !== filter && covers(other, filter)));
}
