import { z } from 'zod';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { Standardization } from '../linear/column-moments.ts';
import { decodeWeights, encodeWeights } from '../nn/weights-file.ts';
import { attribute, type GraphBuilder } from '../onnx/graph-builder.ts';

/** A row belongs to the cluster of the nearest of its points, or to none when that is too far. */
export interface ClusterModel {
  width: number;
  clusters: number;
  standardization: Standardization;
  /** [points, width] row-major, in standardised columns, those of cluster 0 first. */
  points: Float64Array;
  /** Points of each cluster, at least one. */
  sizes: number[];
  /** Squared distance from which a row is noise; 0 for never. */
  noiseFrom: number;
  /** Squared distance over which membership falls by the factor e. */
  spread: number;
}

/** Columns of the scores: noise first, if there is any, then the clusters. */
function scoreColumns({ clusters, noiseFrom }: ClusterModel): number {
  return clusters + (noiseFrom > 0 ? 1 : 0);
}

/**
 * Membership of each row in float64: softmax of −(squared distance to the nearest point of the cluster) / spread, noise
 * counted at its limit. `features` is column-major [rows, width].
 */
export function scoreClusters(model: ClusterModel, features: Float32Array, rows: number): Float32Array {
  const { width, points, sizes, standardization, noiseFrom, spread } = model;
  const columns = scoreColumns(model);
  const scores = new Float32Array(rows * columns);
  const x = new Float64Array(width);
  const distances = new Float64Array(columns);
  for (let row = 0; row < rows; row++) {
    for (let c = 0; c < width; c++) {
      const centred = (features[c * rows + row] as number) - (standardization.mean[c] as number);
      x[c] = centred * (standardization.inverseScale[c] as number);
    }
    let column = 0;
    if (noiseFrom > 0) distances[column++] = noiseFrom;
    let point = 0;
    for (const size of sizes) {
      let least = Number.POSITIVE_INFINITY;
      for (let i = 0; i < size; i++, point++) {
        let sum = 0;
        for (let c = 0; c < width; c++) sum += ((x[c] as number) - (points[point * width + c] as number)) ** 2;
        least = Math.min(least, sum);
      }
      distances[column++] = least;
    }
    const nearest = distances.reduce((a, b) => Math.min(a, b));
    const shares = distances.map((distance) => Math.exp((nearest - distance) / spread));
    const total = shares.reduce((sum, share) => sum + share, 0);
    scores.set(
      shares.map((share) => share / total),
      row * columns,
    );
  }
  return scores;
}

/** The same in ONNX, in float64: |x|² − 2 x·p + |p|² would lose small distances in float32. */
export function addClusters(builder: GraphBuilder, features: string, model: ClusterModel): string {
  const { width, points, sizes, standardization, noiseFrom, spread } = model;
  const double = (data: ArrayLike<number>, dims: number[]) => builder.initializer('FP64', data, dims);
  const wide = builder.node('Cast', [features], { to: attribute.int(11) });
  const centred = builder.node('Sub', [wide, double(standardization.mean, [width])]);
  const x = builder.node('Mul', [centred, double(standardization.inverseScale, [width])]);
  const count = points.length / width;
  const transposed = Float64Array.from(points, (_, i) => points[(i % count) * width + Math.floor(i / count)] as number);
  const norms = Float64Array.from({ length: count }, (_, p) =>
    points.subarray(p * width, (p + 1) * width).reduce((sum, value) => sum + value * value, 0),
  );
  const axis = builder.int64([1]);
  const own = builder.node('ReduceSum', [builder.node('Mul', [x, x]), axis], { keepdims: attribute.int(1) });
  const cross = builder.node('MatMul', [x, double(transposed, [width, count])]);
  const twice = builder.node('Mul', [cross, double([2], [])]);
  const distances = builder.node('Add', [builder.node('Sub', [own, twice]), double(norms, [count])]);
  const parts = [];
  if (noiseFrom > 0) {
    const zero = builder.node('Mul', [own, double([0], [])]);
    parts.push(builder.node('Add', [zero, double([noiseFrom], [])]));
  }
  let first = 0;
  for (const size of sizes) {
    const mine = builder.node('Slice', [distances, builder.int64([first]), builder.int64([first + size]), axis]);
    parts.push(size === 1 ? mine : builder.node('ReduceMin', [mine, axis], { keepdims: attribute.int(1) }));
    first += size;
  }
  const least = builder.node('Concat', parts, { axis: attribute.int(1) });
  const logits = builder.node('Div', [builder.node('Neg', [least]), double([spread], [])]);
  const shares = builder.node('Softmax', [logits], { axis: attribute.int(1) });
  return builder.node('Cast', [shares], { to: attribute.int(1) });
}

const headerSchema = z.object({
  width: z.number(),
  clusters: z.number(),
  sizes: z.array(z.number()),
  noiseFrom: z.number(),
  spread: z.number(),
});

/** `native.bin` of a clustering. */
export function encodeClusters({ standardization, points, ...header }: ClusterModel): Uint8Array {
  return encodeWeights({
    header,
    arrays: {
      mean: Float64Array.from(standardization.mean),
      inverseScale: Float64Array.from(standardization.inverseScale),
      points,
    },
  });
}

/** Errors: `artifact.corrupt`. */
export function decodeClusters(bytes: Uint8Array): ClusterModel {
  const { header, arrays } = decodeWeights(bytes);
  const shape = headerSchema.parse(header);
  const { mean, inverseScale, points } = arrays;
  const total = shape.sizes.reduce((sum, size) => sum + size, 0);
  if (
    mean?.length !== shape.width ||
    inverseScale?.length !== shape.width ||
    points?.length !== total * shape.width ||
    shape.sizes.length !== shape.clusters
  ) {
    throw new AppError('artifact.corrupt', 'The native parameters of the clustering do not fit its shape.', {
      fix: 'Run the step again with --force.',
    });
  }
  return {
    ...shape,
    points,
    standardization: { mean: Float32Array.from(mean), inverseScale: Float32Array.from(inverseScale) },
  };
}
