/** Ids from names. Pure. */

/** Letters that Unicode does not take apart into a base and a mark. */
const LETTERS: Record<string, string> = { ł: 'l', đ: 'd', ø: 'o', ß: 'ss', æ: 'ae', œ: 'oe', þ: 'th', ð: 'd', ı: 'i' };
/** Ids have 32 characters; five are left for a number. */
const STEM_LENGTH = 27;

export function slug(name: string): string {
  return name
    .toLowerCase()
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[łđøßæœþðı]/g, (letter) => LETTERS[letter] ?? '')
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, STEM_LENGTH)
    .replaceAll(/^-+|-+$/g, '');
}

/**
 * "Bäckerei Müller" → `backerei-muller`, or `backerei-muller-2` where that is taken; a name without Latin letters →
 * `shop-1`. `counted` remembers how far each stem got, where many ids are made at once.
 */
export function idFromName(
  name: string,
  prefix: string,
  taken: (id: string) => boolean,
  counted = new Map<string, number>(),
): string {
  const stem = slug(name);
  if (stem && !taken(stem)) return stem;
  const base = stem || prefix;
  for (let n = counted.get(base) ?? (stem ? 2 : 1); ; n++) {
    const candidate = `${base}-${n}`;
    if (taken(candidate)) continue;
    counted.set(base, n + 1);
    return candidate;
  }
}
