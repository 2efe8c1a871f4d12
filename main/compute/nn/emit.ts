import { attribute, type GraphBuilder } from '../onnx/graph-builder.ts';
import type { Shape, Tensor } from './tensor.ts';

/** Training runs in FP32; gradient checks run the same graphs in FP64. */
export type FloatType = 'FP32' | 'FP64';

/**
 * Writes expressions as ONNX nodes into `builder`; shared sub-expressions are written once. `bindings` names the value
 * of every `input` tensor. Returns a function from a tensor to the name of its value.
 */
export function createEmitter(
  builder: GraphBuilder,
  bindings: ReadonlyMap<Tensor, string>,
  floatType: FloatType = 'FP32',
): (tensor: Tensor) => string {
  const written = new Map<Tensor, string>(bindings);
  /** Where the values of `maxPool` came from. */
  const indices = new Map<Tensor, string>();

  function emit(tensor: Tensor): string {
    const known = written.get(tensor);
    if (known !== undefined) return known;
    const value = write(tensor);
    written.set(tensor, value);
    return value;
  }

  function write(tensor: Tensor): string {
    const { operation, shape } = tensor;
    if (operation.type === 'input') throw new RangeError('an input tensor of the expression has no binding');
    if (operation.type === 'constant') return builder.initializer(floatType, operation.values, [...shape]);
    const inputs = tensor.inputs.map(emit);
    switch (operation.type) {
      case 'matMul':
        return builder.node('Gemm', inputs, {
          transA: attribute.int(operation.transposeA ? 1 : 0),
          transB: attribute.int(operation.transposeB ? 1 : 0),
        });
      case 'add':
        return builder.node('Add', inputs);
      case 'subtract':
        return builder.node('Sub', inputs);
      case 'multiply':
        return builder.node('Mul', inputs);
      case 'relu':
        return builder.node('Relu', inputs);
      case 'isPositive': {
        const zero = builder.initializer(floatType, [0], []);
        return builder.node('Cast', [builder.node('Greater', [...inputs, zero])], {
          to: attribute.int(floatType === 'FP32' ? 1 : 11),
        });
      }
      case 'tanh':
        return builder.node('Tanh', inputs);
      case 'sigmoid':
        return builder.node('Sigmoid', inputs);
      case 'inverseRoot':
        return builder.node('Reciprocal', [builder.node('Sqrt', inputs)]);
      case 'softmax':
        return builder.node('Softmax', inputs, { axis: attribute.int(-1) });
      case 'logSoftmax':
        return builder.node('LogSoftmax', inputs, { axis: attribute.int(-1) });
      case 'sumTo':
        return writeSum(inputs[0] as string, (tensor.inputs[0] as Tensor).shape, shape);
      case 'maxTo': {
        const from = (tensor.inputs[0] as Tensor).shape;
        const axes = shape.flatMap((size, axis) => (size === 1 && from[axis] !== 1 ? [axis] : []));
        return builder.node('ReduceMax', [...inputs, builder.int64(axes)], { keepdims: attribute.int(1) });
      }
      case 'maxPool': {
        const windows = { kernel_shape: attribute.ints(operation.window), strides: attribute.ints(operation.window) };
        if (!operation.indexed) return builder.node('MaxPool', inputs, windows);
        const [value, index] = builder.nodeOutputs('MaxPool', inputs, 2, windows) as [string, string];
        // A window of nothing but NaN, of a training that diverged, has a negative index.
        indices.set(tensor, builder.node('Max', [index, builder.int64([0])]));
        return value;
      }
      case 'maxUnpool': {
        const index = indices.get(tensor.inputs[1] as Tensor) as string;
        const windows = { kernel_shape: attribute.ints(operation.window), strides: attribute.ints(operation.window) };
        return builder.node('MaxUnpool', [inputs[0] as string, index, builder.int64([...shape])], windows);
      }
      case 'isEqual':
        return builder.node('Cast', [builder.node('Equal', inputs)], {
          to: attribute.int(floatType === 'FP32' ? 1 : 11),
        });
      case 'reshape':
        return builder.node('Reshape', [...inputs, builder.int64([-1, ...shape.slice(1)])]);
      case 'transpose':
        return builder.node('Transpose', inputs, { perm: attribute.ints(operation.axes) });
      case 'slice':
        return builder.node('Slice', [
          ...inputs,
          builder.int64([operation.from]),
          builder.int64([operation.to]),
          builder.int64([-1]),
        ]);
      case 'concat':
        return builder.node('Concat', inputs, { axis: attribute.int(-1) });
      case 'oneHot': {
        const places = Array.from({ length: operation.size }, (_, i) => i);
        const equal = builder.node('Equal', [...inputs, builder.initializer(floatType, places, [1, operation.size])]);
        return builder.node('Cast', [equal], { to: attribute.int(floatType === 'FP32' ? 1 : 11) });
      }
      case 'conv':
      case 'convTranspose': {
        const [tall, wide] = operation.pads;
        return builder.node(operation.type === 'conv' ? 'Conv' : 'ConvTranspose', inputs, {
          pads: attribute.ints([tall, wide, tall, wide]),
        });
      }
      case 'expand':
        return builder.node('Expand', [...inputs, builder.int64([...shape])]);
    }
  }

  function writeSum(value: string, from: Shape, to: Shape): string {
    const extra = from.length - to.length;
    const dropped = Array.from({ length: extra }, (_, axis) => axis);
    const kept = to.flatMap((size, axis) => (size === 1 && from[axis + extra] !== 1 ? [axis] : []));
    let sum = value;
    if (dropped.length > 0) sum = reduceSum(sum, dropped, false);
    if (kept.length > 0) sum = reduceSum(sum, kept, true);
    return sum;
  }

  function reduceSum(value: string, axes: number[], keepDims: boolean): string {
    return builder.node('ReduceSum', [value, builder.int64(axes)], { keepdims: attribute.int(keepDims ? 1 : 0) });
  }

  return emit;
}
