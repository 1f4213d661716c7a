/** Gaussian-process regression over a few hundred places: a smooth field through noisy values. Pure. */

export interface Place {
  xM: number;
  yM: number;
  value: number;
  /** Variance of the value. */
  noise: number;
}

export interface FieldOptions {
  /** Variance of the part that is the same everywhere. */
  offsetVariance: number;
  /** Variance of the part that changes from place to place, and over which distance. */
  variance: number;
  lengthM: number;
}

/** Lower triangle of the Cholesky factor in place; row-major. */
function factor(a: Float64Array, n: number): void {
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      let sum = a[i * n + j]!;
      for (let k = 0; k < j; k++) sum -= a[i * n + k]! * a[j * n + k]!;
      a[i * n + j] = i === j ? Math.sqrt(Math.max(1e-9, sum)) : sum / a[j * n + j]!;
    }
}

/** Weights of the places' kernels, so that the field is `offsetVariance · Σ weight + Σ weight · kernel`. */
export function fieldWeights(
  places: readonly Place[],
  { offsetVariance, variance, lengthM }: FieldOptions,
): Float64Array {
  const n = places.length;
  const a = new Float64Array(n * n);
  const scale = -0.5 / lengthM ** 2;
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      const dx = places[i]!.xM - places[j]!.xM;
      const dy = places[i]!.yM - places[j]!.yM;
      a[i * n + j] =
        offsetVariance + variance * Math.exp(scale * (dx * dx + dy * dy)) + (i === j ? places[i]!.noise : 0);
    }
  factor(a, n);
  const w = Float64Array.from(places, (place) => place.value);
  for (let i = 0; i < n; i++) {
    let sum = w[i]!;
    for (let k = 0; k < i; k++) sum -= a[i * n + k]! * w[k]!;
    w[i] = sum / a[i * n + i]!;
  }
  for (let i = n - 1; i >= 0; i--) {
    let sum = w[i]!;
    for (let k = i + 1; k < n; k++) sum -= a[k * n + i]! * w[k]!;
    w[i] = sum / a[i * n + i]!;
  }
  return w;
}
