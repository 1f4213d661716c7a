/**
 * How long a presence lasted: from its first sighting to its last, as the definition says. The time that went by unheard at
 * either end (the carrier's own lag, see engine/hearing.ts) is no part of it; the bands carry it. Pure.
 */
export const lengthOf = (row: { startMs: number; endMs: number }): number => row.endMs - row.startMs;
