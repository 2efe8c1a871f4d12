export interface RegressionFigures {
  rmse: number;
  mae: number;
  /** 1 − SSE / SST; null when the actual values are all equal. */
  r2: number | null;
  /** Mean |error / actual|, as a share; null when an actual value is 0. */
  mape: number | null;
}

/** Figures of at least one row. */
export function regressionFigures(
  actual: Float32Array | Float64Array,
  predicted: Float32Array | Float64Array,
): RegressionFigures {
  const n = actual.length;
  let mean = 0;
  for (let i = 0; i < n; i++) mean += (actual[i] as number) / n;
  let squared = 0;
  let absolute = 0;
  let spread = 0;
  let relative = 0;
  let hasZero = false;
  for (let i = 0; i < n; i++) {
    const y = actual[i] as number;
    const error = y - (predicted[i] as number);
    squared += error * error;
    absolute += Math.abs(error);
    spread += (y - mean) ** 2;
    if (y === 0) hasZero = true;
    else relative += Math.abs(error / y);
  }
  return {
    rmse: Math.sqrt(squared / n),
    mae: absolute / n,
    r2: spread === 0 ? null : 1 - squared / spread,
    mape: hasZero ? null : relative / n,
  };
}

export interface Residuals {
  mean: number;
  standardDeviation: number;
  bins: { from: number; to: number; count: number }[];
}

/**
 * Distribution of actual − predicted in equal-width bins between the 0.5 % and 99.5 % quantiles; what lies outside is
 * counted in the first and last bin, so that a few extreme rows do not flatten the picture.
 */
export function residualHistogram(
  actual: Float32Array | Float64Array,
  predicted: Float32Array | Float64Array,
  binCount = 30,
): Residuals {
  const n = actual.length;
  const residuals = new Float64Array(n);
  let mean = 0;
  for (let i = 0; i < n; i++) {
    residuals[i] = (actual[i] as number) - (predicted[i] as number);
    mean += (residuals[i] as number) / n;
  }
  let variance = 0;
  for (let i = 0; i < n; i++) variance += ((residuals[i] as number) - mean) ** 2 / n;
  residuals.sort();
  const low = residuals[Math.floor(0.005 * (n - 1))] as number;
  const high = residuals[Math.ceil(0.995 * (n - 1))] as number;
  const width = (high - low) / binCount;
  const counts = new Float64Array(width > 0 ? binCount : 1);
  for (let i = 0; i < n; i++) {
    const bin = width > 0 ? Math.floor(((residuals[i] as number) - low) / width) : 0;
    const clamped = Math.min(counts.length - 1, Math.max(0, bin));
    counts[clamped] = (counts[clamped] as number) + 1;
  }
  return {
    mean,
    standardDeviation: Math.sqrt(variance),
    bins: [...counts].map((count, b) => ({ from: low + b * width, to: low + (b + 1) * width, count })),
  };
}
