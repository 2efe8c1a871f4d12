import type { GraphBuilder } from '../../main/compute/onnx/graph-builder.ts';
import type { ModelManifest } from '../../shared/model/signature.ts';
import type { Labels } from './labels.ts';

/** A trained model before it is written: what the trainers have in common. */
export interface FittedModel {
  /** Bytes of `native.bin`. */
  native: Uint8Array;
  /** Adds the model to a graph; see `appendModel`. */
  build(builder: GraphBuilder, features: string): string;
  curve: ModelManifest['training']['curve'];
  /** Importance of each column of the training matrix, in any unit, ≥ 0. */
  importance: ArrayLike<number>;
  /** Where the maths ran, and why there. */
  ran?: { provider: string; why: string };
  /** What a person should know about how training ended. */
  notes: { level: 'info' | 'warn'; text: string }[];
}

/** The rows a model learns from. */
export interface TrainingTargets extends Pick<Labels, 'task' | 'classes' | 'values'> {
  /** Per row, ≥ 0; undefined for 1. */
  weights?: Float32Array | undefined;
  /** Per row: number of its query, for ranking. */
  groups?: Uint32Array | undefined;
}

export interface FitHooks {
  /** `auto`, or an execution provider; default the CPU. */
  device?: string;
  threads: number;
  memoryBytes: number;
  signal: AbortSignal;
  /** After each iteration or epoch, at most `total`. */
  onProgress(done: number, total: number, unit: string): void;
  onCurve(curve: ModelManifest['training']['curve']): void;
}

/** Weights of the rows, each multiplied by that of its class; undefined when all are 1. */
export function trainingWeights(
  { task, classes, values, weights }: TrainingTargets,
  classWeight: 'none' | 'balanced',
): Float32Array | undefined {
  if (classWeight === 'none' || task === 'regression') return weights;
  const mass = new Float64Array(classes.length);
  let total = 0;
  values.forEach((index, row) => {
    const weight = weights?.[row] ?? 1;
    mass[index] = (mass[index] as number) + weight;
    total += weight;
  });
  return Float32Array.from(values, (index, row) => {
    const weight = weights?.[row] ?? 1;
    return weight === 0 ? 0 : (weight * total) / (classes.length * (mass[index] as number));
  });
}
