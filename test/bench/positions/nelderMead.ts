/** The downhill simplex of Nelder and Mead with its standard coefficients. */
const MAX_ITERATIONS = 400;
const TOLERANCE = 1e-6;

export function minimize(
  cost: (at: readonly number[]) => number,
  start: readonly number[],
  steps: readonly number[],
): number[] {
  const n = start.length;
  const simplex = [start, ...steps.map((step, i) => start.map((value, k) => (k === i ? value + step : value)))].map(
    (at) => ({ at: [...at], cost: cost(at) }),
  );
  const between = (from: readonly number[], to: readonly number[], t: number): { at: number[]; cost: number } => {
    const at = from.map((value, k) => value + t * (to[k]! - value));
    return { at, cost: cost(at) };
  };
  for (let iteration = 0; iteration < MAX_ITERATIONS; iteration++) {
    simplex.sort((a, b) => a.cost - b.cost);
    const best = simplex[0]!;
    const worst = simplex[n]!;
    if (worst.cost - best.cost <= TOLERANCE * (Math.abs(best.cost) + TOLERANCE)) break;
    const center = start.map((_, k) => simplex.slice(0, n).reduce((sum, one) => sum + one.at[k]!, 0) / n);
    const reflected = between(center, worst.at, -1);
    if (reflected.cost < best.cost) {
      const expanded = between(center, worst.at, -2);
      simplex[n] = expanded.cost < reflected.cost ? expanded : reflected;
    } else if (reflected.cost < simplex[n - 1]!.cost) simplex[n] = reflected;
    else {
      const contracted = between(center, reflected.cost < worst.cost ? reflected.at : worst.at, 0.5);
      if (contracted.cost < Math.min(reflected.cost, worst.cost)) simplex[n] = contracted;
      else for (let i = 1; i <= n; i++) simplex[i] = between(best.at, simplex[i]!.at, 0.5);
    }
  }
  return simplex.sort((a, b) => a.cost - b.cost)[0]!.at;
}
