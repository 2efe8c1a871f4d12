import { elementCount, numericTypes, type Tensor, type TensorData } from './tensor.ts';

/**
 * Several requests' inputs as one batch along axis 0. All lists have the same tensors with equal extents after axis 0.
 * Linear in the number of elements. Several requests' batch has
 * memory of its own; a single request's inputs are given as they are.
 */
export function concatenateInputs(requests: readonly (readonly Tensor[])[]): Tensor[] {
  const [first] = requests;
  if (first === undefined) return [];
  if (requests.length === 1) return [...first];
  return first.map((head, index) => {
    const parts = requests.map((inputs) => inputs[index] as Tensor);
    const rows = parts.reduce((sum, part) => sum + (part.shape[0] as number), 0);
    return { ...head, shape: [rows, ...head.shape.slice(1)], data: concatenate(head, parts) };
  });
}

function concatenate(head: Tensor, parts: readonly Tensor[]): TensorData {
  if (head.datatype === 'BYTES') return parts.flatMap((part) => part.data as string[]);
  const total = parts.reduce((sum, part) => sum + part.data.length, 0);
  const target = numericTypes[head.datatype].allocate(total);
  let offset = 0;
  for (const part of parts) {
    // Same datatype, so same array type; the union cannot say so.
    target.set(part.data as never, offset);
    offset += part.data.length;
  }
  return target;
}

/**
 * Rows of a batched run handed back request by request, as views; undefined where an output's first extent is not the
 * number of rows that went in, which must not be split.
 */
export function splitOutputs(outputs: readonly Tensor[], rowCounts: readonly number[]): Tensor[][] | undefined {
  const total = rowCounts.reduce((sum, rows) => sum + rows, 0);
  if (outputs.some((output) => output.shape[0] !== total)) return undefined;
  let row = 0;
  return rowCounts.map((rows) => {
    const from = row;
    row += rows;
    return outputs.map((output) => {
      const rest = output.shape.slice(1);
      const width = elementCount(rest);
      const { data } = output;
      const part = Array.isArray(data)
        ? data.slice(from * width, row * width)
        : data.subarray(from * width, row * width);
      return { ...output, shape: [rows, ...rest], data: part };
    });
  });
}
