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
 * Mean and population standard deviation per column, in float64 over two passes; with `shared`, one pair for all
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
  const mean = new Float64Array(cell);
  for (let at = 0, row = 0; row < rows; row++) {
    for (let c = 0; c < width; c++) {
      const o = owner[c] as number;
      mean[o] = (mean[o] as number) + (values[at++] as number);
    }
  }
  for (let o = 0; o < cell; o++) mean[o] = (mean[o] as number) / (size[o] as number);
  if (mean.some((value) => !Number.isFinite(value))) throw notFinite(matrix, groups);
  const squares = new Float64Array(cell);
  for (let at = 0, row = 0; row < rows; row++) {
    for (let c = 0; c < width; c++) {
      const o = owner[c] as number;
      const d = (values[at++] as number) - (mean[o] as number);
      squares[o] = (squares[o] as number) + d * d;
    }
  }
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
