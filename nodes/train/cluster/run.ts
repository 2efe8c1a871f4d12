import type { z } from 'zod';
import {
  type ClusterModel,
  addClusters,
  encodeClusters,
  scoreClusters,
} from '../../../main/compute/cluster/cluster-model.ts';
import { dbscan } from '../../../main/compute/cluster/dbscan.ts';
import { kMeans } from '../../../main/compute/cluster/k-means.ts';
import { silhouette } from '../../../main/compute/cluster/silhouette.ts';
import { columnMoments, type Matrix, standardize } from '../../../main/compute/linear/column-moments.ts';
import { appendModel } from '../../../main/compute/onnx/append-model.ts';
import { computeFeatureRows } from '../../../main/compute/onnx/feature-matrix.ts';
import { AppError } from '../../../shared/errors/app-error.ts';
import { implementNode } from '../../../shared/node/runner.ts';
import type { Labels } from '../../lib/labels.ts';
import { readFeatureTable, writeScoredTable } from '../../lib/unlabelled.ts';
import { writeModel } from '../../lib/write-model.ts';
import { clusterNode } from './definition.ts';

type Params = z.output<typeof clusterNode.params>;

const mostIterations = 100;
/** DBSCAN compares all pairs. */
const mostComparedRows = 20_000;
/** Numbers of clusters are compared on this many rows. */
const probedRows = 10_000;
const mostProbed = 10;
/** Rows scored together. */
const scoredRows = 8192;

export const runner = implementNode(clusterNode, {
  async run(ctx) {
    const { params } = ctx;
    const { pipeline, table } = await readFeatureTable(ctx);
    const raw = await computeFeatureRows(pipeline, table.path('data.parquet'), {
      threads: ctx.threads,
      signal: ctx.signal,
      onProgress: (done) => ctx.progress({ done, total: table.manifest.rowCount ?? done, unit: 'rows' }),
    });
    const matrix: Matrix = { values: raw.values, rows: raw.rows, width: raw.width };
    const standardization = columnMoments(matrix, pipeline.features);
    if (standardization.inverseScale.every((scale) => scale === 0)) {
      throw new AppError('train.one-class', 'All rows have the same features: there is nothing to tell apart.', {
        fix: 'Look at the features, or at the filter before this step.',
      });
    }
    standardize(matrix, standardization);
    const found =
      params.method === 'k-means'
        ? fitKMeans(matrix, params, ctx.signal, (done, total) => ctx.progress({ done, total, unit: 'iterations' }))
        : fitDbscan(matrix, params, ctx.signal, (text) => ctx.log('warn', text));
    const model: ClusterModel = { ...found, width: matrix.width, standardization };
    const assigned = assign(model, raw.values, matrix, ctx.signal);
    const quality = silhouette(matrix, Int32Array.from(assigned));
    const sizes = new Map<number, number>();
    for (const cluster of assigned) sizes.set(cluster, (sizes.get(cluster) ?? 0) + 1);
    const list = [...sizes].sort(([a], [b]) => a - b).map(([cluster, rows]) => `${cluster}: ${rows}`);
    ctx.log(
      'info',
      `${model.clusters} clusters${quality === undefined ? '' : `, silhouette ${quality.toFixed(3)}`}. Rows: ${list.join(', ')}.`,
    );
    const scored = await writeScoredTable(ctx, table, [
      { name: params.column, kind: 'number', values: assigned, sqlType: 'BIGINT' },
    ]);
    const labels: Labels = {
      task: model.clusters + (model.noiseFrom > 0 ? 1 : 0) === 2 ? 'binary' : 'multiclass',
      label: { column: params.column, type: 'int64' },
      classes: [...(model.noiseFrom > 0 ? [-1] : []), ...Array.from({ length: model.clusters }, (_, k) => k)],
      values: assigned,
      rows: undefined,
    };
    const fused = await appendModel({
      pipeline,
      classification: { classes: labels.classes, labelType: 'int64' },
      build: (builder, features) => addClusters(builder, features, model),
    });
    const draft = await writeModel({
      ctx,
      table: scored.artifact,
      inputs: fused.inputs,
      pipeline,
      labels,
      model: {
        onnx: fused.bytes,
        native: encodeClusters(model),
        trainer: { kind: clusterNode.kind, params: { ...params } },
        curve: { metric: 'logLoss', train: [], valid: [] },
        importance: spreadOfCentres(model),
      },
    });
    const meta = quality === undefined ? {} : { silhouette: quality };
    return { model: { ...draft, meta: { ...draft.meta, ...meta } }, table: scored.draft };
  },
});

type Found = Omit<ClusterModel, 'width' | 'standardization'>;

function fitKMeans(
  matrix: Matrix,
  { clusters, restarts, seed }: Params,
  signal: AbortSignal,
  onProgress: (done: number, total: number) => void,
): Found {
  const chosen = clusters > 0 ? clusters : bestNumber(matrix, seed, signal);
  if (chosen > matrix.rows) {
    throw new AppError(
      'params.invalid',
      `${chosen} clusters of ${matrix.rows} rows: there are more clusters than rows.`,
      {
        fix: 'Ask for fewer clusters.',
      },
    );
  }
  const total = restarts * mostIterations;
  const { centres, inertia } = kMeans({
    matrix,
    clusters: chosen,
    restarts,
    maxIterations: mostIterations,
    seed,
    signal,
    onIteration: (done) => onProgress(done, total),
  });
  const variance = inertia / (matrix.rows * matrix.width);
  return {
    clusters: chosen,
    points: centres,
    sizes: Array.from({ length: chosen }, () => 1),
    noiseFrom: 0,
    // Rows that sit on their centres have no spread of their own.
    spread: 2 * Math.max(variance, 1e-3),
  };
}

function bestNumber(matrix: Matrix, seed: number, signal: AbortSignal): number {
  const sample = everyNth(matrix, probedRows);
  let best = { clusters: Math.min(2, matrix.rows), quality: Number.NEGATIVE_INFINITY };
  for (let clusters = 2; clusters <= Math.min(mostProbed, sample.rows - 1); clusters++) {
    const { assigned } = kMeans({ matrix: sample, clusters, restarts: 3, maxIterations: 30, seed, signal });
    const quality = silhouette(sample, assigned) ?? Number.NEGATIVE_INFINITY;
    // A little better is no reason for one more.
    if (quality > best.quality + 0.005) best = { clusters, quality };
  }
  return best.clusters;
}

function fitDbscan(
  matrix: Matrix,
  { radius, minNeighbours }: Params,
  signal: AbortSignal,
  warn: (text: string) => void,
): Found {
  const compared = everyNth(matrix, mostComparedRows);
  if (compared.rows < matrix.rows) {
    warn(`DBSCAN compares ${compared.rows} of ${matrix.rows} rows; the others go to the nearest cluster.`);
  }
  const { core, assigned, clusters } = dbscan(compared, radius, minNeighbours, signal);
  if (clusters === 0) {
    throw new AppError('train.one-class', 'No row has enough neighbours: everything is noise.', {
      fix: 'Raise the radius, or ask for fewer neighbours.',
    });
  }
  const { width } = matrix;
  const members = Array.from({ length: clusters }, (_, k) => core.filter((row) => assigned[row] === k));
  const rows = members.flat();
  const points = new Float64Array(rows.length * width);
  rows.forEach((row, i) => {
    points.set(compared.values.subarray(row * width, (row + 1) * width), i * width);
  });
  return {
    clusters,
    points,
    sizes: members.map((list) => list.length),
    noiseFrom: radius * radius,
    spread: (radius * radius) / 10,
  };
}

function everyNth({ values, rows, width }: Matrix, most: number): Matrix {
  if (rows <= most) return { values, rows, width };
  const taken = new Float32Array(most * width);
  for (let i = 0; i < most; i++) {
    const row = Math.floor((i * rows) / most);
    taken.set(values.subarray(row * width, (row + 1) * width), i * width);
  }
  return { values: taken, rows: most, width };
}

/** Cluster of every row as the model says it, which alone counts. */
function assign(
  model: ClusterModel,
  standardized: Float32Array,
  { rows, width }: Matrix,
  signal: AbortSignal,
): Float64Array {
  const identity = {
    ...model,
    standardization: { mean: new Float32Array(width), inverseScale: new Float32Array(width).fill(1) },
  };
  const noise = model.noiseFrom > 0 ? 1 : 0;
  const columns = model.clusters + noise;
  const assigned = new Float64Array(rows);
  for (let start = 0; start < rows; start += scoredRows) {
    if (signal.aborted) throw new AppError('run.cancelled', 'Cancelled.');
    const count = Math.min(scoredRows, rows - start);
    const part = new Float32Array(count * width);
    for (let row = 0; row < count; row++) {
      for (let c = 0; c < width; c++) part[c * count + row] = standardized[(start + row) * width + c] as number;
    }
    const scores = scoreClusters(identity, part, count);
    for (let row = 0; row < count; row++) {
      const own = scores.subarray(row * columns, (row + 1) * columns);
      assigned[start + row] = own.indexOf(own.reduce((a, b) => Math.max(a, b))) - noise;
    }
  }
  return assigned;
}

/** How far apart the clusters are in each column. */
function spreadOfCentres({ points, width, sizes }: ClusterModel): Float64Array {
  const means: Float64Array[] = [];
  let point = 0;
  for (const size of sizes) {
    const mean = new Float64Array(width);
    for (let i = 0; i < size; i++, point++) {
      for (let c = 0; c < width; c++) mean[c] = (mean[c] as number) + (points[point * width + c] as number) / size;
    }
    means.push(mean);
  }
  return Float64Array.from({ length: width }, (_, c) => {
    const values = means.map((mean) => mean[c] as number);
    const centre = values.reduce((sum, value) => sum + value, 0) / values.length;
    return values.reduce((sum, value) => sum + (value - centre) ** 2, 0);
  });
}
