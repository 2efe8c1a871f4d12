/** Exports of the compiled kernels (`assembly/`); addresses are bytes in the shared memory. */
export interface Kernels {
  addRows(
    rows: number,
    count: number,
    gradients: number,
    blocks: number,
    blockCount: number,
    histogram: number,
    scratch: number,
    countShift: number,
  ): void;
  subtractHistograms(a: number, b: number, out: number, bins: number): void;
  drainHistogram(from: number, into: number, bins: number): void;
  zero(address: number, bytes: number): void;
  findThreshold(bins: number, count: number, countShift: number, leaf: number): number;
  partition(rows: number, count: number, bins: number, goesLeft: number, scratch: number, leftCount: number): void;
  moveParts(rows: number, count: number, part: number): void;
  addLeafToScores(leaf: number, scores: number): void;
  addTreeToScores(rows: number, first: number, count: number, nodes: number, leafValues: number, scores: number): void;
  scoreTrees(
    features: number,
    count: number,
    trees: number,
    treeCount: number,
    outputs: number,
    base: number,
    scores: number,
    categories: number,
    categoryCount: number,
    codeColumn: number,
    codes: number,
  ): void;
  logisticLoss(...args: LossArgs): void;
  squaredLoss(...args: LossArgs): void;
  softmaxLoss(
    ...args: [...LossArgs, classes: number, scoreStride: number, gradientStride: number, scratch: number]
  ): void;
  quantileLoss(...args: [...LossArgs, level: number]): void;
  poissonLoss(...args: [...LossArgs, factor: number]): void;
  largestResidual(start: number, end: number, scores: number, targets: number, weights: number, out: number): void;
  largestScore(start: number, end: number, scores: number, out: number): void;
  binNumbers(values: number, count: number, edges: number, missingBin: number, out: number): void;
  binCodes(
    values: number,
    count: number,
    table: number,
    codes: number,
    otherBin: number,
    missingBin: number,
    out: number,
  ): void;
}

type LossArgs = [
  start: number,
  end: number,
  scores: number,
  targets: number,
  weights: number,
  gradients: number,
  gradientScale: number,
  hessianScale: number,
  out: number,
];

/** Rows per chunk of the row-wise operations: fixed, so that float sums do not depend on the number of threads. */
export const chunkRows = 16_384;
/** Rows per chunk of a histogram: their gradients and numbers stay in the cache over all feature blocks. */
export const histogramRows = 8192;
/** Rows per chunk of scoring: their columns and scores stay in the cache over all trees. */
export const scoredRows = 512;
/** Private bytes of each thread: the gathered gradients of a histogram chunk, or the class scores of a row. */
export const scratchBytes = histogramRows * 8;

export interface Place {
  kernels: Kernels;
  chunk: number;
  /** 0 is the thread that runs the operation; helpers count from 1. */
  thread: number;
  /** Address of this thread's `scratchBytes`. */
  scratch: number;
}

function chunkOf(chunk: number, size: number, total: number): { start: number; count: number } {
  const start = chunk * size;
  return { start, count: Math.min(size, total - start) };
}

type LossOperation<Extra extends number[]> = (
  place: Place,
  first: number,
  total: number,
  scores: number,
  targets: number,
  weights: number,
  gradients: number,
  gradientScale: number,
  hessianScale: number,
  sums: number,
  ...extra: Extra
) => void;

/** A loss over rows `first` … `first + total − 1`; each chunk leaves its sum at `sums + chunk · 8`. */
function lossOver<Extra extends number[] = []>(
  run: (place: Place, loss: LossArgs, ...extra: Extra) => void,
): LossOperation<Extra> {
  return (place, first, total, scores, targets, weights, gradients, gradientScale, hessianScale, sums, ...extra) => {
    const { start, count } = chunkOf(place.chunk, chunkRows, total);
    const from = first + start;
    const out = sums + place.chunk * 8;
    const loss: LossArgs = [from, from + count, scores, targets, weights, gradients, gradientScale, hessianScale, out];
    run(place, loss, ...extra);
  };
}

/**
 * What threads share chunk by chunk. Arguments are numbers only, since they travel through shared memory. No chunk
 * reads what another one writes.
 */
export const operations = {
  binNumbers({ kernels, chunk }, values, rows, edges, missingBin, out) {
    const { start, count } = chunkOf(chunk, chunkRows, rows);
    kernels.binNumbers(values + start * 4, count, edges, missingBin, out + start * 4);
  },
  binCodes({ kernels, chunk }, values, rows, table, codes, otherBin, missingBin, out) {
    const { start, count } = chunkOf(chunk, chunkRows, rows);
    kernels.binCodes(values + start * 4, count, table, codes, otherBin, missingBin, out + start * 4);
  },
  /** Thread 0 adds to `histogram`, helper t to its own one at `privates + (t − 1) · bytes`. */
  histogram(
    { kernels, chunk, thread, scratch },
    rows,
    total,
    gradients,
    blocks,
    blockCount,
    histogram,
    privates,
    bytes,
    countShift,
  ) {
    const { start, count } = chunkOf(chunk, histogramRows, total);
    const target = thread === 0 ? histogram : privates + (thread - 1) * bytes;
    kernels.addRows(rows + start * 4, count, gradients, blocks, blockCount, target, scratch, countShift);
  },
  /** `parts` has 12 bytes per chunk; the first 4 get the number of rows on the left. */
  partition({ kernels, chunk }, rows, total, bins, goesLeft, otherRows, parts) {
    const { start, count } = chunkOf(chunk, chunkRows, total);
    kernels.partition(rows + start * 4, count, bins, goesLeft, otherRows + start * 4, parts + chunk * 12);
  },
  moveParts({ kernels, chunk }, rows, total, parts) {
    const { start, count } = chunkOf(chunk, chunkRows, total);
    kernels.moveParts(rows + start * 4, count, parts + chunk * 12);
  },
  addLeafToScores({ kernels, chunk }, leaves, scores) {
    kernels.addLeafToScores(leaves + chunk * 16, scores);
  },
  /** Over the row numbers at `rows`, or with `rows` 0 over rows `first` … `first + total − 1`. */
  addTreeToScores({ kernels, chunk }, rows, first, total, nodes, leafValues, scores) {
    const { start, count } = chunkOf(chunk, chunkRows, total);
    kernels.addTreeToScores(rows === 0 ? 0 : rows + start * 4, first + start, count, nodes, leafValues, scores);
  },
  /** Raw scores of the rows of columns at `features`. */
  scoreTrees(
    { kernels, chunk },
    features,
    rows,
    trees,
    treeCount,
    outputs,
    base,
    scores,
    categories,
    categoryCount,
    codeColumn,
    codes,
  ) {
    const { start, count } = chunkOf(chunk, scoredRows, rows);
    kernels.scoreTrees(
      features + start * 4,
      count,
      trees,
      treeCount,
      outputs,
      base,
      scores + start * outputs * 4,
      categories,
      categoryCount,
      codeColumn,
      codes + start * 4,
    );
  },
  logisticLoss: lossOver(({ kernels }, loss) => kernels.logisticLoss(...loss)),
  squaredLoss: lossOver(({ kernels }, loss) => kernels.squaredLoss(...loss)),
  softmaxLoss: lossOver<[classes: number, scoreStride: number, gradientStride: number]>(
    ({ kernels, scratch }, loss, ...sizes) => kernels.softmaxLoss(...loss, ...sizes, scratch),
  ),
  quantileLoss: lossOver<[level: number]>(({ kernels }, loss, level) => kernels.quantileLoss(...loss, level)),
  poissonLoss: lossOver<[factor: number]>(({ kernels }, loss, factor) => kernels.poissonLoss(...loss, factor)),
  largestScore({ kernels, chunk }, first, total, scores, sums) {
    const { start, count } = chunkOf(chunk, chunkRows, total);
    const from = first + start;
    kernels.largestScore(from, from + count, scores, sums + chunk * 8);
  },
  largestResidual({ kernels, chunk }, first, total, scores, targets, weights, sums) {
    const { start, count } = chunkOf(chunk, chunkRows, total);
    const from = first + start;
    kernels.largestResidual(from, from + count, scores, targets, weights, sums + chunk * 8);
  },
} as const satisfies Record<string, (place: Place, ...args: number[]) => void>;

export type OperationName = keyof typeof operations;

type ArgumentsOf<F> = F extends (place: Place, ...args: infer A) => void ? A : never;
export type OperationArguments<N extends OperationName> = ArgumentsOf<(typeof operations)[N]>;

/** Index = the number an operation travels as. */
export const operationNames = Object.keys(operations) as OperationName[];
