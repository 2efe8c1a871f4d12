import { type InputColumn, intervalOutputs, type ModelManifest } from '../../shared/model/signature.ts';

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

function outputTensors({ task, classes, label, forecast }: ModelManifest): RowTensor[] {
  if (task === 'regression') {
    const names = ['prediction', ...(forecast?.level === undefined ? [] : intervalOutputs)];
    return names.map((name) => ({ name, type: 'FP32', dims: [1] }));
  }
  const numeric = label.type === 'int64' || label.type === 'bool';
  return [
    { name: 'probabilities', type: 'FP32', dims: [classes.length] },
    { name: 'label', type: numeric ? 'INT64' : 'STRING', dims: [1] },
  ];
}

/** Sentences on what an endpoint of ours does for a model and this server does not; none where there is nothing. */
export function serverNotes(name: string, manifest: ModelManifest): string[] {
  const steps = manifest.pipeline?.steps.map((step) => `\`${step.name}\``);
  return [
    ...((manifest.joined ?? []).length === 0
      ? []
      : [`Requests to \`${name}\` must carry the joined features themselves; this server looks nothing up.`]),
    ...(steps === undefined
      ? []
      : [
          `The steps of \`${name}\` (${steps.join(', ')}) and the rules between them are one ONNX graph here, with the same answers; this server can neither batch nor scale nor time them one by one, and a step without room cannot keep the answer before it.`,
        ]),
  ];
}
