import { Tensor } from 'onnxruntime-common';

/** Raw inputs of a model by name; axis 0 is the rows. */
export type Feeds = Readonly<Record<string, Tensor>>;

/** Row `indices[i]` of a tensor as row i. */
export function takeTensorRows(tensor: Tensor, indices: ArrayLike<number>): Tensor {
  const dims = [indices.length, ...tensor.dims.slice(1)];
  const width = dims.slice(1).reduce((product, extent) => product * extent, 1);
  if (Array.isArray(tensor.data)) {
    const { data } = tensor;
    const taken = Array.from({ length: indices.length * width }, (_, i) => {
      return data[(indices[Math.floor(i / width)] as number) * width + (i % width)] as string;
    });
    return new Tensor('string', taken, dims);
  }
  const data = tensor.data as Float32Array;
  const taken = new (data.constructor as Float32ArrayConstructor)(indices.length * width);
  if (width === 1) for (let i = 0; i < indices.length; i++) taken[i] = data[indices[i] as number] as number;
  else {
    for (let i = 0; i < indices.length; i++) {
      const at = (indices[i] as number) * width;
      taken.set(data.subarray(at, at + width), i * width);
    }
  }
  return new Tensor(tensor.type as 'float32', taken, dims);
}

/** The same rows of all tensors. */
export function takeRows(feeds: Feeds, indices: ArrayLike<number>): Record<string, Tensor> {
  return Object.fromEntries(Object.entries(feeds).map(([name, tensor]) => [name, takeTensorRows(tensor, indices)]));
}

/** The rows of one and then those of the other, which has the same names and types. */
export function joinRows(first: Feeds, second: Feeds): Record<string, Tensor> {
  return Object.fromEntries(
    Object.entries(first).map(([name, tensor]) => {
      const other = second[name];
      if (other === undefined) throw new RangeError(`no rows of “${name}” to join`);
      const dims = [(tensor.dims[0] as number) + (other.dims[0] as number), ...tensor.dims.slice(1)];
      if (Array.isArray(tensor.data)) {
        return [name, new Tensor('string', [...tensor.data, ...(other.data as string[])], dims)];
      }
      const data = tensor.data as Float32Array;
      const joined = new (data.constructor as Float32ArrayConstructor)(data.length + other.data.length);
      joined.set(data);
      joined.set(other.data as Float32Array, data.length);
      return [name, new Tensor(tensor.type as 'float32', joined, dims)];
    }),
  );
}
