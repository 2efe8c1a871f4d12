import type { Task } from '../../../shared/model/signature.ts';
import { attribute, createGraphBuilder, type GraphBuilder } from '../onnx/graph-builder.ts';
import type { Standardization } from './column-moments.ts';

export interface LikelihoodGraphOptions {
  task: Task;
  /** Columns of the training matrix; the design has one more, of ones, for the intercept. */
  width: number;
  /** Columns of coefficients: the classes of a multiclass task, else 1. */
  outputs: number;
  standardization: Standardization;
  /** Adds the output `hessian`. */
  hessian: boolean;
  /** Of a regression: half the squared error, or the Poisson likelihood of a log rate. */
  loss: 'squared' | 'poisson';
  /** Adds the input `w` FP32 [N, 1]: how much each row counts. */
  weighted: boolean;
}

/**
 * ONNX model of a chunk's negative log-likelihood (regression: half the squared error) and its derivatives.
 * In: `x` FP32 [N, F], raw, standardised inside; `y` FP32 [N, 1], class index or target; `w`; `coefficients` FP32 [F + 1, K],
 * the intercept last. Out, with D = F + 1: `loss` FP32 [], `gradient` FP32 [D, K], and `hessian`
 * FP32 [K·(K + 1) / 2 · D, D], the D×D blocks (a, b) for a ≤ b below each other.
 */
export function buildLikelihoodGraph(options: LikelihoodGraphOptions): Uint8Array {
  const { task, width, outputs, standardization, weighted } = options;
  const builder = createGraphBuilder('likelihood');
  const x = builder.input('x', 'FP32', ['N', width]);
  const y = builder.input('y', 'FP32', ['N', 1]);
  const coefficients = builder.input('coefficients', 'FP32', [width + 1, outputs]);
  const design = designMatrix(builder, x, y, standardization);
  const linear = builder.node('MatMul', [design, coefficients]);
  const { loss, residual, weights } = likelihood(
    builder,
    options.loss === 'poisson' ? 'poisson' : task,
    linear,
    y,
    outputs,
  );
  const w = weighted ? builder.input('w', 'FP32', ['N', 1]) : undefined;
  const times = (value: string) => (w === undefined ? value : builder.node('Mul', [value, w]));
  builder.output('loss', sum(builder, times(loss)), 'FP32', []);
  builder.output('gradient', transposedProduct(builder, design, times(residual)), 'FP32', [width + 1, outputs]);
  if (options.hessian) {
    const blocks = weights().map((weight) => {
      const factor = weight === undefined ? w : times(weight);
      return transposedProduct(builder, design, factor === undefined ? design : builder.node('Mul', [design, factor]));
    });
    const [only] = blocks;
    const hessian =
      blocks.length === 1 && only !== undefined ? only : builder.node('Concat', blocks, { axis: attribute.int(0) });
    builder.output('hessian', hessian, 'FP32', ['D', width + 1]);
  }
  return builder.toBytes();
}

/** Standardised columns and a column of ones. */
function designMatrix(builder: GraphBuilder, x: string, y: string, { mean, inverseScale }: Standardization): string {
  const vector = (values: Float32Array) => builder.initializer('FP32', values, [values.length]);
  const standardized = builder.node('Mul', [builder.node('Sub', [x, vector(mean)]), vector(inverseScale)]);
  const ones = builder.node('Expand', [builder.float(1), builder.node('Shape', [y])]);
  return builder.node('Concat', [standardized, ones], { axis: attribute.int(1) });
}

interface Likelihood {
  /** Loss per row. */
  loss: string;
  /** Derivative of the loss by the linear predictor, [N, K]. */
  residual: string;
  /** Second derivatives [N, 1] for the blocks (a, b), a ≤ b; undefined stands for ones. */
  weights(): (string | undefined)[];
}

function likelihood(
  builder: GraphBuilder,
  task: Task | 'poisson',
  linear: string,
  y: string,
  outputs: number,
): Likelihood {
  const node = (op: string, ...inputs: string[]) => builder.node(op, inputs);
  if (task === 'regression') {
    const residual = node('Sub', linear, y);
    const loss = node('Mul', node('Mul', residual, residual), builder.float(0.5));
    return { loss, residual, weights: () => [undefined] };
  }
  if (task === 'poisson') {
    const rate = node('Exp', linear);
    return { loss: node('Sub', rate, node('Mul', y, linear)), residual: node('Sub', rate, y), weights: () => [rate] };
  }
  if (task === 'binary') {
    const p = node('Sigmoid', linear);
    const loss = node('Sub', node('Softplus', linear), node('Mul', y, linear));
    return {
      loss,
      residual: node('Sub', p, y),
      weights: () => [node('Mul', p, node('Sub', builder.float(1), p))],
    };
  }
  const classes = builder.initializer(
    'FP32',
    Array.from({ length: outputs }, (_, c) => c),
    [1, outputs],
  );
  const oneHot = builder.node('Cast', [node('Equal', y, classes)], { to: attribute.int(1) });
  const p = builder.node('Softmax', [linear], { axis: attribute.int(1) });
  const logP = builder.node('LogSoftmax', [linear], { axis: attribute.int(1) });
  return {
    loss: node('Neg', node('Mul', oneHot, logP)),
    residual: node('Sub', p, oneHot),
    weights: () => {
      const columns = builder.nodeOutputs('Split', [p], outputs, {
        axis: attribute.int(1),
        num_outputs: attribute.int(outputs),
      });
      return columns.flatMap((a, i) =>
        columns
          .slice(i)
          .map((b, j) => (j === 0 ? node('Mul', a, node('Sub', builder.float(1), a)) : node('Neg', node('Mul', a, b)))),
      );
    },
  };
}

function sum(builder: GraphBuilder, value: string): string {
  return builder.node('ReduceSum', [value], { keepdims: attribute.int(0) });
}

function transposedProduct(builder: GraphBuilder, a: string, b: string): string {
  return builder.node('Gemm', [a, b], { transA: attribute.int(1) });
}
