/** Pieces of SQL from values that are not bound as parameters because they come as lists. */

export const sqlNumber = (value: number): string => {
  if (!Number.isSafeInteger(value)) throw new RangeError(`${value} is not a whole number that SQL could carry`);
  return String(value);
};

export const sqlString = (value: string): string => `'${value.replaceAll("'", "''")}'`;

export const sqlList = (values: readonly number[]): string => `[${values.map(sqlNumber).join(',')}]::bigint[]`;

/** `(column >= a and column < b or …)`, false where there is no range. */
export function inRanges(column: string, ranges: readonly (readonly [number, number])[]): string {
  if (ranges.length === 0) return 'false';
  const parts = ranges.map(([from, to]) => `(${column} >= ${sqlNumber(from)} and ${column} < ${sqlNumber(to)})`);
  return `(${parts.join(' or ')})`;
}

/** A relation (i, from_ms) of bucket starts, for an ASOF join. */
export const edgesRelation = (edges: readonly number[]): string =>
  `(select unnest(range(${edges.length - 1})) as i, unnest(${sqlList(edges.slice(0, -1))}) as from_ms)`;

/** The quarter hour of a time column. */
export const quarterOf = (column: string): string => `(${column} - ${column} % 900000)`;
