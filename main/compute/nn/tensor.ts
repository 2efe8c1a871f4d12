/**
 * Symbolic tensors of a static shape: the small op set that training graphs are written in. A tensor is a node of an
 * immutable expression graph; `differentiate` adds the backward part and `emit` turns both into ONNX nodes.
 * Element-wise binary ops broadcast like ONNX (trailing axes, size 1 repeats).
 */
export type Shape = readonly number[];

export type Operation =
  /** A value bound to a name when emitted: weights, a batch, a learning rate. */
  | { type: 'input' }
  | { type: 'constant'; values: readonly number[] }
  /** op(A)·op(B) of matrices, op = transpose where asked. */
  | { type: 'matMul'; transposeA: boolean; transposeB: boolean }
  | { type: 'add' }
  | { type: 'subtract' }
  | { type: 'multiply' }
  | { type: 'relu' }
  /** 1 where x > 0, else 0: the derivative of relu, itself without derivative. */
  | { type: 'isPositive' }
  | { type: 'tanh' }
  | { type: 'sigmoid' }
  /** 1 / √x. */
  | { type: 'inverseRoot' }
  /** Along the last axis. */
  | { type: 'softmax' }
  | { type: 'logSoftmax' }
  /** Sum over every axis whose size in `shape` is 1 or which `shape` lacks. */
  | { type: 'sumTo' }
  /** Repeats up to `shape`. */
  | { type: 'expand' }
  /** Largest value over every axis whose size in `shape` is 1. */
  | { type: 'maxTo' }
  /** 1 where two tensors are equal, else 0: the derivative of maxTo, itself without derivative. */
  | { type: 'isEqual' }
  /**
   * Largest value of each window of height and width of [B, C, H, W], next to each other; what is left over at the ends
   * is cut off. Only where `indexed` does it keep where each value came from, which its gradient needs.
   */
  | { type: 'maxPool'; window: readonly [number, number]; indexed: boolean }
  /** The gradient of an indexed `maxPool`, its second input, by what was pooled; itself without derivative. */
  | { type: 'maxUnpool'; window: readonly [number, number] }
  /** The same elements in another shape; the first axis, of the rows, may have any size when emitted. */
  | { type: 'reshape' }
  | { type: 'transpose'; axes: readonly number[] }
  /** Elements `from` … `to − 1` of the last axis. */
  | { type: 'slice'; from: number; to: number }
  /** Along the last axis. */
  | { type: 'concat' }
  /** [B, 1] whole numbers to [B, size]: 1 in their place, all 0 for others. Without derivative. */
  | { type: 'oneHot'; size: number }
  /** [B, C, H, W] with kernels [O, C, h, w], zeros around: [B, O, H + 2·pads[0] − h + 1, W + 2·pads[1] − w + 1]. */
  | { type: 'conv'; pads: readonly [number, number] }
  /** The gradient of `conv` by its first input, itself without derivative. */
  | { type: 'convTranspose'; pads: readonly [number, number] };

export interface Tensor {
  readonly operation: Operation;
  readonly inputs: readonly Tensor[];
  readonly shape: Shape;
}

function create(operation: Operation, inputs: readonly Tensor[], shape: Shape): Tensor {
  return { operation, inputs, shape };
}

function describe(shape: Shape): string {
  return `[${shape.join(', ')}]`;
}

export function input(shape: Shape): Tensor {
  return create({ type: 'input' }, [], shape);
}

export function constant(values: readonly number[], shape: Shape = []): Tensor {
  return create({ type: 'constant', values }, [], shape);
}

export function matMul(a: Tensor, b: Tensor, transposeA = false, transposeB = false): Tensor {
  const [rowsA, columnsA] = matrixShape(a, transposeA);
  const [rowsB, columnsB] = matrixShape(b, transposeB);
  if (columnsA !== rowsB) throw new RangeError(`matMul of ${describe(a.shape)} and ${describe(b.shape)} does not fit`);
  return create({ type: 'matMul', transposeA, transposeB }, [a, b], [rowsA, columnsB]);
}

function matrixShape({ shape }: Tensor, transpose: boolean): [number, number] {
  const [rows, columns] = shape;
  if (rows === undefined || columns === undefined || shape.length !== 2) {
    throw new RangeError(`matMul needs matrices, got ${describe(shape)}`);
  }
  return transpose ? [columns, rows] : [rows, columns];
}

export function add(a: Tensor, b: Tensor): Tensor {
  return elementWise('add', a, b);
}

export function subtract(a: Tensor, b: Tensor): Tensor {
  return elementWise('subtract', a, b);
}

export function multiply(a: Tensor, b: Tensor): Tensor {
  const shape = broadcastShape(a.shape, b.shape);
  // Multiplication broadcasts by itself: a repeated operand need not be materialised.
  return create({ type: 'multiply' }, [withoutExpand(a, b.shape, shape), withoutExpand(b, a.shape, shape)], shape);
}

function withoutExpand(tensor: Tensor, other: Shape, result: Shape): Tensor {
  const [source] = tensor.inputs;
  if (tensor.operation.type !== 'expand' || source === undefined) return tensor;
  return sameShape(broadcastShape(source.shape, other), result) ? source : tensor;
}

function elementWise(type: 'add' | 'subtract', a: Tensor, b: Tensor): Tensor {
  return create({ type }, [a, b], broadcastShape(a.shape, b.shape));
}

export function relu(x: Tensor): Tensor {
  return create({ type: 'relu' }, [x], x.shape);
}

export function isPositive(x: Tensor): Tensor {
  return create({ type: 'isPositive' }, [x], x.shape);
}

export function tanh(x: Tensor): Tensor {
  return create({ type: 'tanh' }, [x], x.shape);
}

export function sigmoid(x: Tensor): Tensor {
  return create({ type: 'sigmoid' }, [x], x.shape);
}

export function inverseRoot(x: Tensor): Tensor {
  return create({ type: 'inverseRoot' }, [x], x.shape);
}

export function softmax(x: Tensor): Tensor {
  return create({ type: 'softmax' }, [x], x.shape);
}

export function logSoftmax(x: Tensor): Tensor {
  return create({ type: 'logSoftmax' }, [x], x.shape);
}

/** Inverse of broadcasting to `x.shape`: sums the repeated axes away. The identity when the shapes are equal. */
export function sumTo(x: Tensor, shape: Shape): Tensor {
  if (sameShape(x.shape, shape)) return x;
  if (!sameShape(broadcastShape(shape, x.shape), x.shape)) {
    throw new RangeError(`${describe(x.shape)} cannot be summed to ${describe(shape)}`);
  }
  return create({ type: 'sumTo' }, [x], shape);
}

export function sumAll(x: Tensor): Tensor {
  return sumTo(x, []);
}

export function expand(x: Tensor, shape: Shape): Tensor {
  if (sameShape(x.shape, shape)) return x;
  if (!sameShape(broadcastShape(x.shape, shape), shape)) {
    throw new RangeError(`${describe(x.shape)} cannot be repeated to ${describe(shape)}`);
  }
  return create({ type: 'expand' }, [x], shape);
}

export function maxTo(x: Tensor, shape: Shape): Tensor {
  if (x.shape.length !== shape.length || !sameShape(broadcastShape(shape, x.shape), x.shape)) {
    throw new RangeError(`${describe(x.shape)} has no maxima of shape ${describe(shape)}`);
  }
  return create({ type: 'maxTo' }, [x], shape);
}

export function maxPool(x: Tensor, window: readonly [number, number], indexed: boolean): Tensor {
  const [rows, channels, height, width] = x.shape as unknown as Image;
  if (x.shape.length !== 4 || height < window[0] || width < window[1]) {
    throw new RangeError(`${describe(x.shape)} has no windows of ${describe(window)}`);
  }
  const shape = [rows, channels, Math.floor(height / window[0]), Math.floor(width / window[1])];
  return create({ type: 'maxPool', window, indexed }, [x], shape);
}

/** `pooled`: of `maxPool`, indexed; `g`: its gradient. */
export function maxUnpool(g: Tensor, pooled: Tensor): Tensor {
  const [x] = pooled.inputs;
  if (pooled.operation.type !== 'maxPool' || !pooled.operation.indexed || x === undefined) {
    throw new RangeError('only maxima of windows that keep their places have a gradient');
  }
  return create({ type: 'maxUnpool', window: pooled.operation.window }, [g, pooled], x.shape);
}

export function isEqual(a: Tensor, b: Tensor): Tensor {
  return create({ type: 'isEqual' }, [a, b], broadcastShape(a.shape, b.shape));
}

export function reshape(x: Tensor, shape: Shape): Tensor {
  const size = (dims: Shape) => dims.reduce((a, b) => a * b, 1);
  if (size(x.shape) !== size(shape))
    throw new RangeError(`${describe(x.shape)} has not the size of ${describe(shape)}`);
  return create({ type: 'reshape' }, [x], shape);
}

export function transpose(x: Tensor, axes: readonly number[]): Tensor {
  return create(
    { type: 'transpose', axes },
    [x],
    axes.map((axis) => x.shape[axis] as number),
  );
}

export function slice(x: Tensor, from: number, to: number): Tensor {
  const width = x.shape.at(-1) ?? 0;
  if (from < 0 || to > width || from >= to) throw new RangeError(`no columns ${from} to ${to} of ${describe(x.shape)}`);
  return create({ type: 'slice', from, to }, [x], [...x.shape.slice(0, -1), to - from]);
}

export function concat(parts: readonly Tensor[]): Tensor {
  const [first] = parts;
  if (first === undefined) throw new RangeError('nothing to put together');
  const width = parts.reduce((sum, part) => sum + (part.shape.at(-1) ?? 0), 0);
  return parts.length === 1 ? first : create({ type: 'concat' }, parts, [...first.shape.slice(0, -1), width]);
}

export function oneHot(x: Tensor, size: number): Tensor {
  return create({ type: 'oneHot', size }, [x], [x.shape[0] as number, size]);
}

type Image = [number, number, number, number];

export function conv(x: Tensor, kernels: Tensor, pads: readonly [number, number]): Tensor {
  const [rows, channels, height, width] = x.shape as unknown as Image;
  const [made, taken, tall, wide] = kernels.shape as unknown as Image;
  if (x.shape.length !== 4 || kernels.shape.length !== 4 || channels !== taken) {
    throw new RangeError(`conv of ${describe(x.shape)} with kernels ${describe(kernels.shape)} does not fit`);
  }
  const shape = [rows, made, height + 2 * pads[0] - tall + 1, width + 2 * pads[1] - wide + 1];
  return create({ type: 'conv', pads }, [x, kernels], shape);
}

export function convTranspose(g: Tensor, kernels: Tensor, pads: readonly [number, number]): Tensor {
  const [rows, , height, width] = g.shape as unknown as Image;
  const [, channels, tall, wide] = kernels.shape as unknown as Image;
  const shape = [rows, channels, height - 2 * pads[0] + tall - 1, width - 2 * pads[1] + wide - 1];
  return create({ type: 'convTranspose', pads }, [g, kernels], shape);
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis]);
}

export function broadcastShape(a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const sizeA = a[axis - rank + a.length] ?? 1;
    const sizeB = b[axis - rank + b.length] ?? 1;
    if (sizeA !== sizeB && sizeA !== 1 && sizeB !== 1) {
      throw new RangeError(`${describe(a)} and ${describe(b)} do not broadcast`);
    }
    return Math.max(sizeA, sizeB);
  });
}
