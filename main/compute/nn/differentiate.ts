import {
  add,
  concat,
  constant,
  conv,
  convTranspose,
  expand,
  isEqual,
  inverseRoot,
  isPositive,
  matMul,
  maxUnpool,
  multiply,
  reshape,
  slice,
  softmax,
  subtract,
  sumTo,
  type Tensor,
  transpose,
} from './tensor.ts';

/**
 * Reverse-mode differentiation: gradients of the scalar `loss` with respect to each of `parameters`, as expressions of
 * their shapes. A parameter the loss does not depend on gets zeros.
 */
export function differentiate(loss: Tensor, parameters: readonly Tensor[]): Tensor[] {
  if (loss.shape.length !== 0) throw new RangeError('only a scalar loss can be differentiated');
  const order = topologicalOrder(loss);
  const needed = dependentOn(order, new Set(parameters));
  const gradients = new Map<Tensor, Tensor>([[loss, constant([1])]]);
  for (const tensor of order.toReversed()) {
    const gradient = gradients.get(tensor);
    if (gradient === undefined || !needed.has(tensor)) continue;
    for (const [i, contribution] of backward(tensor, gradient).entries()) {
      const source = tensor.inputs[i];
      if (source === undefined || contribution === undefined || !needed.has(source)) continue;
      const sum = gradients.get(source);
      gradients.set(source, sum === undefined ? contribution() : add(sum, contribution()));
    }
  }
  return parameters.map((parameter) => gradients.get(parameter) ?? expand(constant([0]), parameter.shape));
}

function topologicalOrder(root: Tensor): Tensor[] {
  const seen = new Set<Tensor>();
  const order: Tensor[] = [];
  const visit = (tensor: Tensor) => {
    if (seen.has(tensor)) return;
    seen.add(tensor);
    for (const source of tensor.inputs) visit(source);
    order.push(tensor);
  };
  visit(root);
  return order;
}

/** Tensors whose value depends on one of `leaves`; the rest, such as the batch, needs no gradient. */
function dependentOn(order: readonly Tensor[], leaves: ReadonlySet<Tensor>): Set<Tensor> {
  const dependent = new Set<Tensor>();
  for (const tensor of order) {
    if (leaves.has(tensor) || tensor.inputs.some((source) => dependent.has(source))) dependent.add(tensor);
  }
  return dependent;
}

type Contribution = (() => Tensor) | undefined;

/** The backward rule of every op: what the gradient `g` of its result adds to the gradient of each input. */
function backward(y: Tensor, g: Tensor): Contribution[] {
  const [a, b] = y.inputs as [Tensor, Tensor];
  const { operation } = y;
  switch (operation.type) {
    case 'input':
    case 'constant':
    case 'isPositive':
    case 'isEqual':
    case 'oneHot':
    case 'convTranspose':
    case 'maxUnpool':
      return [];
    case 'matMul': {
      const { transposeA, transposeB } = operation;
      return [
        () => (transposeA ? matMul(b, g, transposeB, true) : matMul(g, b, false, !transposeB)),
        () => (transposeB ? matMul(g, a, true, transposeA) : matMul(a, g, !transposeA, false)),
      ];
    }
    case 'add':
      return [() => sumTo(g, a.shape), () => sumTo(g, b.shape)];
    case 'subtract':
      return [() => sumTo(g, a.shape), () => multiply(sumTo(g, b.shape), constant([-1]))];
    case 'multiply':
      return [() => sumTo(multiply(g, b), a.shape), () => sumTo(multiply(g, a), b.shape)];
    case 'relu':
      return [() => multiply(g, isPositive(a))];
    case 'tanh':
      return [() => multiply(g, subtract(constant([1]), multiply(y, y)))];
    case 'sigmoid':
      return [() => multiply(g, multiply(y, subtract(constant([1]), y)))];
    case 'inverseRoot':
      return [() => multiply(multiply(g, multiply(y, multiply(y, y))), constant([-0.5]))];
    case 'softmax':
      return [() => multiply(y, subtract(g, sumTo(multiply(g, y), rowShape(y))))];
    case 'logSoftmax':
      return [() => subtract(g, multiply(softmax(a), sumTo(g, rowShape(y))))];
    case 'sumTo':
      return [() => expand(g, a.shape)];
    case 'expand':
      return [() => sumTo(g, a.shape)];
    case 'maxTo':
      return [
        () => {
          // Equal maxima share the gradient: in an even part of an image all of a window are equal.
          const places = isEqual(a, y);
          const root = inverseRoot(sumTo(places, y.shape));
          return multiply(places, multiply(g, multiply(root, root)));
        },
      ];
    case 'maxPool':
      return [() => maxUnpool(g, y)];
    case 'reshape':
      return [() => reshape(g, a.shape)];
    case 'transpose': {
      const { axes } = operation;
      return [
        () =>
          transpose(
            g,
            Array.from(axes, (_, axis) => axes.indexOf(axis)),
          ),
      ];
    }
    case 'slice': {
      const { from, to } = operation;
      const width = a.shape.at(-1) as number;
      const zeros = (count: number) => expand(constant([0]), [...a.shape.slice(0, -1), count]);
      return [() => concat([...(from > 0 ? [zeros(from)] : []), g, ...(to < width ? [zeros(width - to)] : [])])];
    }
    case 'concat': {
      let from = 0;
      return y.inputs.map((part) => {
        const start = from;
        from += part.shape.at(-1) as number;
        const end = from;
        return () => slice(g, start, end);
      });
    }
    case 'conv': {
      const { pads } = operation;
      // The kernels' gradient is a convolution too, of the images with g, rows and channels exchanged.
      const exchanged = [1, 0, 2, 3];
      return [
        () => convTranspose(g, b, pads),
        () => transpose(conv(transpose(a, exchanged), transpose(g, exchanged), pads), exchanged),
      ];
    }
  }
}

function rowShape(tensor: Tensor): number[] {
  return [...tensor.shape.slice(0, -1), 1];
}
