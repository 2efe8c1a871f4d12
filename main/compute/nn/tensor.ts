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
  /** Along the last axis. */
  | { type: 'softmax' }
  | { type: 'logSoftmax' }
  /** Sum over every axis whose size in `shape` is 1 or which `shape` lacks. */
  | { type: 'sumTo' }
  /** Repeats up to `shape`. */
  | { type: 'expand' };

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
