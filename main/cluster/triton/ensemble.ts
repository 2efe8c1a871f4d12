import type { RowTensor } from '../model-tensors.ts';

/** One model of an ensemble. Its tensors have the same names there. */
export interface EnsembleStep {
  /** Behind the ensemble's name it gives that of the model. */
  suffix: string;
  onnx: Uint8Array;
  inputs: readonly RowTensor[];
  outputs: readonly RowTensor[];
}

export interface Ensemble {
  inputs: readonly RowTensor[];
  outputs: readonly RowTensor[];
  steps: readonly EnsembleStep[];
}

/**
 * What Triton demands of an ensemble whose models take as many rows as it does (docs/user_guide/ensemble_models.md of its
 * server): every tensor made once and before it is read, with one type and one shape wherever it is named; nothing made
 * or taken in vain. Returns a sentence per problem.
 */
export function ensembleProblems({ inputs, outputs, steps }: Ensemble): string[] {
  const problems: string[] = [];
  const known = new Map(inputs.map((tensor) => [tensor.name, tensor]));
  const read = new Set<string>();
  const names = new Set<string>();
  for (const { suffix, inputs: taken, outputs: given } of steps) {
    if (names.has(suffix)) problems.push(`two steps are named ${suffix}`);
    names.add(suffix);
    if (taken.length === 0) problems.push(`${suffix} takes nothing`);
    if (given.length === 0) problems.push(`${suffix} gives nothing`);
    for (const tensor of taken) {
      const { name } = tensor;
      const source = known.get(name);
      if (source === undefined) problems.push(`${suffix} reads ${name} before it is made`);
      else if (!isSame(source, tensor)) {
        problems.push(`${suffix} reads ${name} as ${shapeOf(tensor)}, not ${shapeOf(source)}`);
      }
      read.add(name);
    }
    for (const tensor of given) {
      if (known.has(tensor.name)) problems.push(`${suffix} makes ${tensor.name} a second time`);
      known.set(tensor.name, tensor);
    }
  }
  for (const tensor of outputs) {
    const made = known.get(tensor.name);
    if (made === undefined) problems.push(`no step makes the output ${tensor.name}`);
    else if (!isSame(made, tensor)) {
      problems.push(`the output ${tensor.name} is ${shapeOf(made)}, not ${shapeOf(tensor)}`);
    }
    read.add(tensor.name);
  }
  for (const name of known.keys()) if (!read.has(name)) problems.push(`nothing reads ${name}`);
  return problems;
}

function isSame(a: RowTensor, b: RowTensor): boolean {
  return shapeOf(a) === shapeOf(b);
}

function shapeOf({ type, dims }: RowTensor): string {
  return `${type} [${dims.join(', ')}]`;
}
