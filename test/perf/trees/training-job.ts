import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TreeParams } from '../../../main/compute/trees/train.ts';
import type { Task } from '../../../shared/model/signature.ts';

/** Rows of numbers with what is to be predicted. */
export interface Rows {
  /** Column-major; NaN is missing, categories are codes from 0. */
  columns: Float32Array[];
  /** Class index or value. */
  target: Float64Array;
}

export interface DataSet {
  task: Task;
  /** 0 for a regression. */
  classes: number;
  /** Per column: number of category codes; undefined for numbers. */
  categories: (number | undefined)[];
  train: Rows;
  test: Rows;
}

/** What both trainers read: the same rows, once by column and once by row. */
export interface TrainingJob {
  task: Task;
  classes: number;
  categories: (number | null)[];
  /** Indices of the categorical columns. */
  categorical: number[];
  rows: number;
  testRows: number;
  width: number;
  /** Row-major f32 files. */
  train: string;
  test: string;
  /** Column-major f32 files. */
  trainColumns: string;
  testColumns: string;
  /** f64. */
  target: string;
  params: TreeParams;
  threads: number;
  /** f32 file for the predictions of the test rows. */
  out: string;
}

/** The defaults of `train.trees`, which are also LightGBM's. */
export const defaultParams: TreeParams = {
  trees: 100,
  leaves: 31,
  learningRate: 0.1,
  minRowsPerLeaf: 20,
  maxDepth: 0,
  l1: 0,
  l2: 0,
  minGainToSplit: 0,
  minChildWeight: 0.001,
  rowSample: 1,
  columnSample: 1,
  validationShare: 0,
  patience: 0,
  maxBins: 255,
  seed: 1,
};

/** Writes the files of a job into a folder. */
export function writeJob(folder: string, data: DataSet): Omit<TrainingJob, 'threads' | 'out' | 'params'> {
  const file = (name: string, values: Float32Array | Float64Array): string => {
    const path = join(folder, name);
    writeFileSync(path, values);
    return path;
  };
  const { train, test } = data;
  return {
    task: data.task,
    classes: data.classes,
    categories: data.categories.map((count) => count ?? null),
    categorical: data.categories.flatMap((count, index) => (count === undefined ? [] : [index])),
    rows: train.target.length,
    testRows: test.target.length,
    width: train.columns.length,
    train: file('train.f32', byRow(train.columns)),
    test: file('test.f32', byRow(test.columns)),
    trainColumns: file('train-columns.f32', byColumn(train.columns)),
    testColumns: file('test-columns.f32', byColumn(test.columns)),
    target: file('target.f64', train.target),
  };
}

function byRow(columns: readonly Float32Array[]): Float32Array {
  const rows = columns[0]?.length ?? 0;
  const values = new Float32Array(rows * columns.length);
  columns.forEach((column, c) => {
    for (let row = 0; row < rows; row++) values[row * columns.length + c] = column[row] as number;
  });
  return values;
}

function byColumn(columns: readonly Float32Array[]): Float32Array {
  const rows = columns[0]?.length ?? 0;
  const values = new Float32Array(rows * columns.length);
  columns.forEach((column, c) => {
    values.set(column, c * rows);
  });
  return values;
}
