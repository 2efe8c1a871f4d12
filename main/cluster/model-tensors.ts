import type { InputColumn, ModelManifest } from '../../shared/model/signature.ts';

/** A tensor of a served model without its first axis, the rows. */
export interface RowTensor {
  name: string;
  type: 'FP64' | 'FP32' | 'INT64' | 'STRING';
  dims: number[];
}

/** Inputs and outputs of a model's ONNX graph, as `shared/model/signature.ts` lays them down. */
export function modelTensors(manifest: ModelManifest): { inputs: RowTensor[]; outputs: RowTensor[] } {
  return { inputs: manifest.inputs.map(inputTensor), outputs: outputTensors(manifest) };
}

function inputTensor({ name, type, size }: InputColumn): RowTensor {
  switch (type) {
    case 'bool':
    case 'int64':
    case 'float64':
      return { name, type: 'FP64', dims: [1] };
    case 'timestamp':
      return { name, type: 'INT64', dims: [1] };
    case 'string':
      return { name, type: 'STRING', dims: [1] };
    case 'tensor':
      return { name, type: 'FP32', dims: [size ?? 1] };
  }
}

function outputTensors({ task, classes, label }: ModelManifest): RowTensor[] {
  if (task === 'regression') return [{ name: 'prediction', type: 'FP32', dims: [1] }];
  const numeric = label.type === 'int64' || label.type === 'bool';
  return [
    { name: 'probabilities', type: 'FP32', dims: [classes.length] },
    { name: 'label', type: numeric ? 'INT64' : 'STRING', dims: [1] },
  ];
}

/** A sentence on the inputs that an endpoint of ours reads online and this server does not; none where there are none. */
export function lookupNote(name: string, manifest: ModelManifest): string[] {
  return (manifest.joined ?? []).length === 0
    ? []
    : [`Requests to \`${name}\` must carry the joined features themselves; this server looks nothing up.`];
}
