import { readFile } from 'node:fs/promises';
import { decodeModel, elementTypeOfCode, type ValueInfoProto } from '../compute/onnx/proto.ts';
import type { TensorSpec } from './tensor.ts';

/**
 * Inputs and outputs as an ONNX file declares them, without a session; undefined where it does not say all that a session
 * would know (ONNX allows outputs without a shape). Errors: `model.invalid`.
 */
export async function modelFileSpecs(
  path: string,
): Promise<{ inputs: TensorSpec[]; outputs: TensorSpec[] } | undefined> {
  const { graph } = decodeModel(await readFile(path));
  const constants = new Set(graph.initializer.map(({ name }) => name));
  const inputs = graph.input.filter(({ name }) => !constants.has(name)).map(specOf);
  const outputs = graph.output.map(specOf);
  const complete = (specs: readonly (TensorSpec | undefined)[]): specs is TensorSpec[] => !specs.includes(undefined);
  return complete(inputs) && complete(outputs) ? { inputs, outputs } : undefined;
}

function specOf({ name, type }: ValueInfoProto): TensorSpec | undefined {
  const datatype = elementTypeOfCode(type?.tensorType?.elemType ?? 0);
  const dims = type?.tensorType?.shape?.dim;
  if (datatype === undefined || dims === undefined) return undefined;
  return {
    name,
    datatype,
    shape: dims.map(({ dimValue }) => (dimValue !== undefined && dimValue > 0 ? dimValue : -1)),
    dimNames: dims.map(({ dimParam }) => dimParam ?? ''),
  };
}
