import { type ElementType, elementTypeOfCode, type ModelProto, type ValueInfoProto } from './proto.ts';

/** One input or output of a model; -1 stands for a variable extent. */
export interface TensorSignature {
  name: string;
  /** undefined where the Open Inference Protocol has no name for it: sequences, maps, float8. */
  type: ElementType | undefined;
  shape: number[];
}

export interface ModelSignature {
  inputs: TensorSignature[];
  outputs: TensorSignature[];
}

/** Inputs and outputs of any ONNX model, in graph order, without the initializers that old models list as inputs. */
export function signatureOf(model: ModelProto): ModelSignature {
  const constants = new Set(model.graph.initializer.map((tensor) => tensor.name));
  return {
    inputs: model.graph.input.filter((input) => !constants.has(input.name)).map(tensorSignature),
    outputs: model.graph.output.map(tensorSignature),
  };
}

function tensorSignature(value: ValueInfoProto): TensorSignature {
  const tensor = value.type?.tensorType;
  return {
    name: value.name,
    type: tensor === undefined ? undefined : elementTypeOfCode(tensor.elemType),
    shape: (tensor?.shape?.dim ?? []).map((dim) => (dim.dimParam || dim.dimValue === undefined ? -1 : dim.dimValue)),
  };
}
