/** Predicted against measured accuracy: rank correlation by block of the floor, and the ratio of the two. */

export interface Compared {
  samples: number;
  blocks: number;
  /** Spearman's, over blocks. */
  rankCorrelation: number;
  /** Radius that holds 68 %: as predicted and as measured, the median over blocks. */
  predictedM: number;
  measuredM: number;
  /** Measured over predicted. */
  ratio: number;
}

const quantileOf = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;

/** Ranks with ties sharing their mean. */
function ranks(values: readonly number[]): number[] {
  const order = values.map((_, i) => i).sort((a, b) => values[a]! - values[b]!);
  const out = new Array<number>(values.length);
  for (let from = 0; from < order.length; ) {
    let to = from;
    while (to + 1 < order.length && values[order[to + 1]!] === values[order[from]!]) to += 1;
    for (let k = from; k <= to; k++) out[order[k]!] = (from + to) / 2;
    from = to + 1;
  }
  return out;
}

export function spearman(a: readonly number[], b: readonly number[]): number {
  const [x, y] = [ranks(a), ranks(b)];
  const mean = (a.length - 1) / 2;
  let xy = 0;
  let xx = 0;
  let yy = 0;
  for (let i = 0; i < a.length; i++) {
    xy += (x[i]! - mean) * (y[i]! - mean);
    xx += (x[i]! - mean) ** 2;
    yy += (y[i]! - mean) ** 2;
  }
  return xy / Math.sqrt(xx * yy);
}

export interface Block {
  predictedM: number;
  measuredM: number;
  samples: number;
}

export function blocksOf(
  samples: readonly { xM: number; yM: number; errorM: number }[],
  predictedAt: (xM: number, yM: number) => number,
  blockM: number,
  leastSamples: number,
): Block[] {
  const blocks = new Map<string, { errors: number[]; predicted: number[] }>();
  for (const { xM, yM, errorM } of samples) {
    const key = `${Math.floor(xM / blockM)} ${Math.floor(yM / blockM)}`;
    let block = blocks.get(key);
    if (!block) {
      block = { errors: [], predicted: [] };
      blocks.set(key, block);
    }
    block.errors.push(errorM);
    block.predicted.push(predictedAt(xM, yM));
  }
  return [...blocks.values()]
    .filter(({ errors }) => errors.length >= leastSamples)
    .map(({ errors, predicted }) => ({
      measuredM: quantileOf(
        errors.sort((a, b) => a - b),
        0.68,
      ),
      predictedM: predicted.reduce((a, b) => a + b, 0) / predicted.length,
      samples: errors.length,
    }));
}

export function compare(blocks: readonly Block[]): Compared {
  const median = (values: number[]): number =>
    quantileOf(
      values.sort((a, b) => a - b),
      0.5,
    );
  const predicted = blocks.map(({ predictedM }) => predictedM);
  const measured = blocks.map(({ measuredM }) => measuredM);
  const correlation = spearman(predicted, measured);
  const predictedM = median(predicted);
  const measuredM = median(measured);
  return {
    samples: blocks.reduce((sum, { samples }) => sum + samples, 0),
    blocks: blocks.length,
    rankCorrelation: correlation,
    predictedM,
    measuredM,
    ratio: measuredM / predictedM,
  };
}
