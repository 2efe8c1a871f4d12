import { AppError } from '../../../shared/errors/app-error.ts';

/** A float32 training matrix, row-major [rows, width]. */
export interface Matrix {
  values: Float32Array;
  rows: number;
  width: number;
}

/** How columns are standardised: (x − mean) · inverseScale, in float32. */
export interface Standardization {
  mean: Float32Array;
  /** 1 / standard deviation; 0 for a constant column, which then has no effect. */
  inverseScale: Float32Array;
}

/** Named runs of adjacent columns. */
export interface ColumnGroup {
  name: string;
  width: number;
}

/**
 * Mean and population standard deviation per column, in float64; with `shared`, one pair for all
 * columns of a group (pixels of an image keep their relative brightness).
 * Errors: `train.missing-values` names the group with a missing or infinite value.
 */
export function columnMoments(matrix: Matrix, groups: readonly ColumnGroup[], shared = false): Standardization {
  const { values, rows, width } = matrix;
  const owner = new Int32Array(width);
  const size: number[] = [];
  let cell = 0;
  let column = 0;
  for (const group of groups) {
    for (let k = 0; k < group.width; k++) {
      owner[column++] = cell;
      if (!shared || k === group.width - 1) size[cell++] = rows * (shared ? group.width : 1);
    }
  }
  // Sums of the distances from a value near the mean lose no more to rounding than a second pass would.
  const origin = roughMeans(matrix, owner, cell);
  const sums = new Float64Array(cell);
  const squares = new Float64Array(cell);
  for (let at = 0, row = 0; row < rows; row++) {
    for (let c = 0; c < width; c++) {
      const o = owner[c] as number;
      const d = (values[at++] as number) - (origin[o] as number);
      sums[o] = (sums[o] as number) + d;
      squares[o] = (squares[o] as number) + d * d;
    }
  }
  if (squares.some((value) => !Number.isFinite(value))) throw notFinite(matrix, groups);
  const shift = sums.map((sum, o) => sum / (size[o] as number));
  const mean = shift.map((value, o) => value + (origin[o] as number));
  squares.forEach((square, o) => {
    squares[o] = Math.max(0, square - (sums[o] as number) * (shift[o] as number));
  });
  const inverse = squares.map((sum, o) => {
    const deviation = Math.sqrt(sum / (size[o] as number));
    // Rounding leaves a constant column a deviation in the order of float32's resolution of its mean.
    return deviation > 1e-7 * Math.abs(mean[o] as number) ? 1 / deviation : 0;
  });
  return {
    mean: Float32Array.from(owner, (o) => mean[o] as number),
    inverseScale: Float32Array.from(owner, (o) => inverse[o] as number),
  };
}

/** Mean of a few rows spread over the matrix, per cell. */
function roughMeans({ values, rows, width }: Matrix, owner: Int32Array, cells: number): Float64Array {
  const stride = Math.max(1, Math.floor(rows / 256));
  const sums = new Float64Array(cells);
  const counts = new Float64Array(cells);
  for (let row = 0; row < rows; row += stride) {
    for (let c = 0; c < width; c++) {
      const o = owner[c] as number;
      sums[o] = (sums[o] as number) + (values[row * width + c] as number);
      counts[o] = (counts[o] as number) + 1;
    }
  }
  return sums.map((sum, o) => sum / (counts[o] as number));
}

function notFinite({ values, rows, width }: Matrix, groups: readonly ColumnGroup[]): AppError {
  let name = '';
  let missing = 0;
  let start = 0;
  for (const group of groups) {
    for (let row = 0; row < rows; row++) {
      const from = row * width + start;
      if (values.subarray(from, from + group.width).some((value) => !Number.isFinite(value))) missing++;
    }
    if (missing > 0) {
      name = group.name;
      break;
    }
    start += group.width;
  }
  return new AppError(
    'train.missing-values',
    `Feature “${name}” has a missing or infinite value in ${missing} of ${rows} training rows.`,
    { fix: 'Add an Impute node before the trainer, or drop these rows.', details: { feature: name, rows: missing } },
  );
}

/** Standardises in place. */
export function standardize({ values, width }: Matrix, { mean, inverseScale }: Standardization): void {
  for (let at = 0; at < values.length; ) {
    for (let c = 0; c < width; c++, at++) {
      values[at] = Math.fround((values[at] as number) - (mean[c] as number)) * (inverseScale[c] as number);
    }
  }
}
