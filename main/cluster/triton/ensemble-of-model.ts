import type { InferenceSession, Tensor } from 'onnxruntime-node';
import type { ModelManifest } from '../../../shared/model/signature.ts';
import { encodeRows } from '../../compute/onnx/encode-rows.ts';
import { decodeModel } from '../../compute/onnx/proto.ts';
import { openSession } from '../../compute/onnx/session.ts';
import { signatureOf, type TensorSignature } from '../../compute/onnx/signature.ts';
import { splitFeatures } from '../../compute/onnx/split-features.ts';
import { modelTensors, type RowTensor } from '../model-tensors.ts';
import { type Ensemble, type EnsembleStep, ensembleProblems } from './ensemble.ts';

/** The models that one is served as, or why it stays one. */
export type EnsembleOutcome = { ensemble: Ensemble } | { whole: string };

/**
 * A model as an ensemble of its features and what scores them. It is run on the model's example and a row of missing
 * values, and taken only where every bit is that of the whole.
 */
export async function ensembleOfModel(onnx: Uint8Array, manifest: ModelManifest): Promise<EnsembleOutcome> {
  const apart = whyWhole(manifest);
  if (apart !== undefined) return { whole: apart };
  const width = manifest.features.reduce((sum, feature) => sum + feature.width, 0);
  const split = splitFeatures(onnx, width);
  if (split === undefined) return { whole: 'more than its features goes from its one half to the other' };
  const steps = [stepOf('features', split.features), stepOf('model', split.model)];
  const ensemble = { ...modelTensors(manifest), steps };
  const [problem] = ensembleProblems(ensemble);
  if (problem !== undefined) return { whole: `its parts do not fit together (${problem})` };
  const different = await differentOutput(onnx, ensemble, manifest);
  if (different !== undefined) return { whole: `its parts give another ${different} than the whole does` };
  return { ensemble };
}

/** An ensemble runs all of its models for every row, and only ONNX graphs of ours are among them. */
function whyWhole({ pipeline }: ModelManifest): string | undefined {
  const rule = pipeline?.steps.find(({ when }) => when.length > 0);
  if (rule !== undefined) {
    return `rules decide row by row whether \`${rule.name}\` answers, and an ensemble runs all of its models for every row`;
  }
  const index = pipeline?.steps.find(({ kind }) => kind === 'neighbours');
  if (index !== undefined) return `\`${index.name}\` searches an index of items, which is no ONNX graph by itself`;
  return pipeline === undefined ? undefined : 'its steps are put together in one graph';
}

function stepOf(suffix: string, onnx: Uint8Array): EnsembleStep {
  const { inputs, outputs } = signatureOf(decodeModel(onnx));
  return { suffix, onnx, inputs: inputs.map(rowTensor), outputs: outputs.map(rowTensor) };
}

function rowTensor({ name, type, shape }: TensorSignature): RowTensor {
  // A type that none of our models has is not that of the tensor it meets, and found so.
  return { name, type: (type === 'BYTES' ? 'STRING' : type) as RowTensor['type'], dims: shape.slice(1) };
}

/** Name of an output in which the ensemble differs from the model. */
async function differentOutput(
  onnx: Uint8Array,
  { steps, outputs }: Ensemble,
  manifest: ModelManifest,
): Promise<string | undefined> {
  const missing = Object.fromEntries(manifest.inputs.map(({ name }) => [name, null]));
  // Examples of old models leave columns out.
  const rows = [{ ...missing, ...manifest.example }, missing];
  const feeds = encodeRows(rows, manifest.inputs);
  const whole = await runModel(onnx, feeds as Record<string, Tensor>);
  const values: Record<string, Tensor> = { ...(feeds as Record<string, Tensor>) };
  for (const step of steps) {
    const taken = Object.fromEntries(step.inputs.map(({ name }) => [name, values[name] as Tensor]));
    Object.assign(values, await runModel(step.onnx, taken));
  }
  return outputs.map(({ name }) => name).find((name) => !isSameTensor(whole[name], values[name]));
}

async function runModel(onnx: Uint8Array, feeds: Record<string, Tensor>): Promise<Record<string, Tensor>> {
  const session: InferenceSession = await openSession(onnx, { threads: 1, label: 'a part of the ensemble' });
  try {
    return (await session.run(feeds)) as Record<string, Tensor>;
  } finally {
    await session.release();
  }
}

function isSameTensor(a: Tensor | undefined, b: Tensor | undefined): boolean {
  if (a === undefined || b === undefined || a.type !== b.type || a.dims.join() !== b.dims.join()) return false;
  if (Array.isArray(a.data) && Array.isArray(b.data)) return a.data.join('\0') === b.data.join('\0');
  return bytesOf(a).equals(bytesOf(b));
}

function bytesOf({ data }: Tensor): Buffer {
  const { buffer, byteOffset, byteLength } = data as Float32Array;
  return Buffer.from(buffer, byteOffset, byteLength);
}
