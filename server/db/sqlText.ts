/** Pieces of SQL from values that are not bound as parameters because they come as lists. */

export const sqlNumber = (value: number): string => {
  if (!Number.isSafeInteger(value)) throw new RangeError(`${value} is not a whole number that SQL could carry`);
  return String(value);
};

export const sqlString = (value: string): string => `'${value.replaceAll("'", "''")}'`;

export const sqlList = (values: readonly number[]): string => `[${values.map(sqlNumber).join(',')}]::bigint[]`;

/** A relation to stand after `in`: a list that may be empty. */
export const sqlStrings = (values: readonly string[]): string =>
  `(select unnest([${values.map(sqlString).join(',')}]::varchar[]))`;

/** `column >= a and column < b`. */
export const inRange = (column: string, [from, to]: readonly [number, number]): string =>
  `${column} >= ${sqlNumber(from)} and ${column} < ${sqlNumber(to)}`;

/** Length of a visit or stay: see `lengthOf` in metrics/length.ts. */
export const LENGTH_MS = '(end_ms - start_ms)';

/** A relation (i, from_ms) of bucket starts, for an ASOF join. */
export const edgesRelation = (edges: readonly number[]): string =>
  `(select unnest(range(${edges.length - 1})) as i, unnest(${sqlList(edges.slice(0, -1))}) as from_ms)`;
