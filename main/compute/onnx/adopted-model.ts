import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { z } from 'zod';
import { AppError } from '../../../shared/errors/app-error.ts';
import { type FeatureColumn, type Task, taskSchema } from '../../../shared/model/signature.ts';
import { attribute, type GraphBuilder } from './graph-builder.ts';
import { renameNode } from './merge-pipelines.ts';
import { decodeModel, elementTypeCode, encodeModel, type ModelProto } from './proto.ts';
import { openSession } from './session.ts';
import { signatureOf, type TensorSignature } from './signature.ts';

const inputTypes = ['FP32', 'FP64', 'INT64', 'INT32', 'BOOL'] as const;

const adapterSchema = z.object({
  task: taskSchema,
  classes: z.number(),
  /** Columns of the feature matrix, in float32. */
  width: z.number(),
  inputs: z.array(
    z.object({
      name: z.string(),
      type: z.enum(inputTypes),
      /** 1 for [N], 2 for [N, columns]. */
      rank: z.number(),
      first: z.number(),
      columns: z.number(),
    }),
  ),
  output: z.string(),
  /** What the output holds. */
  scores: z.enum(['probabilities', 'logits', 'positive', 'positive-logits', 'values']),
});

/** How a model written elsewhere takes the feature matrix and gives scores. */
export type ModelAdapter = z.infer<typeof adapterSchema>;

export interface AdoptedModel {
  adapter: ModelAdapter;
  /** The model as it came, without map outputs that no caller could read. */
  bytes: Uint8Array;
}

export interface AdoptOptions {
  bytes: Uint8Array;
  /** Named in errors. */
  label: string;
  features: readonly FeatureColumn[];
  task: Task;
  /** Number of classes; 0 for regression. */
  classes: number;
  /** Name of the output with the scores; undefined to find it. */
  output?: string | undefined;
  /** What the scores of classes are; `auto` looks at the sample. */
  scores: 'auto' | 'probabilities' | 'logits';
  /** Column-major float32 [rows, width] of some training rows, to try the model on. */
  sample: Float32Array;
  sampleRows: number;
  threads: number;
}

function invalid(message: string, fix: string, cause?: unknown): AppError {
  return new AppError('model.invalid', message, { fix, ...(cause === undefined ? {} : { cause }) });
}

/**
 * Reads the signature of a model, finds which input takes which features and which output gives the scores, and tries it.
 * Inputs: one matrix of all features in their order, or one input per feature name. Errors: `model.invalid` says what the
 * model expects or gives.
 */
export async function adoptModel(options: AdoptOptions): Promise<AdoptedModel> {
  const { label, task, classes } = options;
  const { bytes, model } = withoutMaps(options.bytes);
  const signature = signatureOf(model);
  const inputs = bindInputs(signature.inputs, options);
  const output = chooseOutput(signature.outputs, options);
  const width = options.features.reduce((sum, feature) => sum + feature.width, 0);
  const draft: ModelAdapter = { task, classes, width, inputs, output, scores: 'values' };
  const session = await openSession(bytes, { threads: options.threads, label });
  try {
    const raw = await runRaw(session, draft, options.sample, options.sampleRows, label);
    return { bytes, adapter: { ...draft, scores: kindOfScores(raw, options) } };
  } finally {
    await session.release();
  }
}

/** Replaces outputs that are maps from class to probability (ZipMap, as converters of scikit-learn add) by their tensor. */
function withoutMaps(bytes: Uint8Array): { bytes: Uint8Array; model: ModelProto } {
  const model = decodeModel(bytes);
  const maps = new Map(
    model.graph.node.filter((node) => node.opType === 'ZipMap').map((node) => [node.output[0], node.input[0]]),
  );
  if (maps.size === 0) return { bytes, model };
  const type = { tensorType: { elemType: elementTypeCode('FP32'), shape: { dim: [{ dimParam: 'N' }, {}] } } };
  const graph = {
    ...model.graph,
    node: model.graph.node.filter((node) => node.opType !== 'ZipMap'),
    output: model.graph.output.map((output) => {
      const tensor = maps.get(output.name);
      return tensor === undefined ? output : { name: tensor, type };
    }),
  };
  const rewritten = { ...model, graph };
  return { bytes: encodeModel(rewritten), model: rewritten };
}

function bindInputs(
  inputs: readonly TensorSignature[],
  { features, label }: Pick<AdoptOptions, 'features' | 'label'>,
): ModelAdapter['inputs'] {
  const width = features.reduce((sum, feature) => sum + feature.width, 0);
  const starts = new Map<string, { first: number; columns: number }>();
  let first = 0;
  for (const { name, width: columns } of features) {
    starts.set(name, { first, columns });
    first += columns;
  }
  return inputs.map((input) => {
    const { name, shape } = input;
    const type = inputTypes.find((candidate) => candidate === input.type);
    if (type === undefined) {
      throw invalid(
        `The input “${name}” of ${label} is ${input.type === 'BYTES' ? 'text' : (input.type ?? 'not a tensor')}, and features are numbers.`,
        'Export the model without its own text encoding, and encode the columns by feature steps here.',
      );
    }
    if (shape.length < 1 || shape.length > 2) {
      throw invalid(
        `The input “${name}” of ${label} has ${shape.length} dimensions; features are a matrix of rows and columns.`,
        'Export the model for rows of numbers.',
      );
    }
    if ((shape[0] ?? -1) > 0) {
      throw invalid(
        `The input “${name}” of ${label} takes exactly ${shape[0]} rows at a time.`,
        'Export the model with a variable first dimension.',
      );
    }
    const wanted = shape.length === 1 ? 1 : (shape[1] ?? -1);
    const named = starts.get(name);
    const bound = named ?? (inputs.length === 1 ? { first: 0, columns: width } : undefined);
    if (bound === undefined) {
      throw invalid(
        `${label} takes an input “${name}”, and no feature has that name.`,
        `Name a feature “${name}”, or export the model with one matrix as its input. Features: ${[...starts.keys()].slice(0, 20).join(', ')}.`,
      );
    }
    if (wanted > 0 && wanted !== bound.columns) {
      throw invalid(
        `The input “${name}” of ${label} takes ${wanted} columns, and ${named === undefined ? 'the features have' : 'the feature has'} ${bound.columns}.`,
        'Connect the features the model was trained on, in their order.',
      );
    }
    return { name, type, rank: shape.length, ...bound };
  });
}

function chooseOutput(outputs: readonly TensorSignature[], { output, task, label }: AdoptOptions): string {
  const floats = outputs.filter(({ type }) => type === 'FP32' || type === 'FP64');
  const list = outputs.map(({ name, type }) => `${name} (${type ?? 'no tensor'})`).join(', ');
  if (output !== undefined) {
    if (floats.some(({ name }) => name === output)) return output;
    throw invalid(`${label} has no output “${output}” of numbers. It has: ${list}.`, 'Choose one of its outputs.');
  }
  const likely = floats.find(({ name }) => /prob|score|logit/i.test(name));
  const chosen = (task === 'regression' ? floats[0] : undefined) ?? likely ?? floats.at(-1);
  if (chosen !== undefined) return chosen.name;
  throw invalid(
    `${label} has no output of numbers to score with. It has: ${list}.`,
    'Export the model with its probabilities, not only its labels.',
  );
}

interface RawScores {
  values: Float32Array;
  columns: number;
}

async function runRaw(
  session: InferenceSession,
  { inputs, output }: ModelAdapter,
  features: Float32Array,
  rows: number,
  label: string,
): Promise<RawScores> {
  const { Tensor: OrtTensor } = await import('onnxruntime-node');
  const feeds = Object.fromEntries(
    inputs.map(({ name, type, rank, first, columns }): [string, Tensor] => {
      const at = (i: number) => features[(first + (i % columns)) * rows + Math.floor(i / columns)] as number;
      const dims = rank === 1 ? [rows] : [rows, columns];
      const size = { length: rows * columns };
      const read = (_: unknown, i: number) => at(i);
      switch (type) {
        case 'FP32':
          return [name, new OrtTensor('float32', Float32Array.from(size, read), dims)];
        case 'FP64':
          return [name, new OrtTensor('float64', Float64Array.from(size, read), dims)];
        case 'INT32':
          return [
            name,
            new OrtTensor(
              'int32',
              Int32Array.from(size, (_, i) => Math.trunc(at(i))),
              dims,
            ),
          ];
        case 'INT64':
          return [
            name,
            new OrtTensor(
              'int64',
              BigInt64Array.from(size, (_, i) => whole(at(i))),
              dims,
            ),
          ];
        case 'BOOL':
          return [
            name,
            new OrtTensor(
              'bool',
              Uint8Array.from(size, (_, i) => (at(i) === 0 ? 0 : 1)),
              dims,
            ),
          ];
      }
    }),
  );
  let result: Tensor | undefined;
  try {
    ({ [output]: result } = await session.run(feeds, [output]));
  } catch (cause) {
    throw invalid(
      `${label} cannot score ${rows} training rows: ${cause instanceof Error ? cause.message : String(cause)}`,
      'Check which inputs the model was exported with.',
      cause,
    );
  }
  const { data, dims } = result as Tensor;
  const columns = dims.length === 1 ? 1 : (dims[1] as number);
  if (dims[0] !== rows || dims.length > 2) {
    throw invalid(
      `The output “${output}” of ${label} has the shape [${dims.join(', ')}] for ${rows} rows.`,
      'Choose the output with one row of scores for each input row.',
    );
  }
  return { values: Float32Array.from(data as ArrayLike<number>), columns };
}

/** Rounded to zero, as ONNX casts; missing values have no whole number. */
function whole(value: number): bigint {
  return Number.isFinite(value) ? BigInt(Math.trunc(value)) : 0n;
}

function kindOfScores(
  { values, columns }: RawScores,
  { task, classes, scores, output, label, sampleRows }: AdoptOptions,
): ModelAdapter['scores'] {
  const wrong = (expected: string) =>
    invalid(
      `${output === undefined ? label : `“${output}”`} gives ${columns} score${columns === 1 ? '' : 's'} per row, and ${expected}.`,
      'Choose the label the model was trained for, or another output.',
    );
  if (task === 'regression') {
    if (columns !== 1) throw wrong('a regression has one');
    return 'values';
  }
  const isShare = values.every((value) => value >= 0 && value <= 1);
  if (columns === 1) {
    if (classes !== 2) throw wrong(`the label has ${classes} classes`);
    return scores === 'probabilities' || (scores === 'auto' && isShare) ? 'positive' : 'positive-logits';
  }
  if (columns !== classes) throw wrong(`the label has ${classes} classes`);
  const sumsToOne = Array.from({ length: sampleRows }, (_, row) => {
    const own = values.subarray(row * columns, (row + 1) * columns);
    return Math.abs(own.reduce((sum, value) => sum + value, 0) - 1) < 1e-3;
  }).every(Boolean);
  return scores === 'probabilities' || (scores === 'auto' && isShare && sumsToOne) ? 'probabilities' : 'logits';
}

/** Adds an adopted model to a graph over `features` FP32 [N, width]; returns probabilities [N, C] or predictions [N, 1]. */
export function addAdopted(builder: GraphBuilder, { adapter, bytes }: AdoptedModel, features: string): string {
  const { graph } = decodeModel(bytes);
  const values = new Map<string, string>();
  for (const { name, type, rank, first, columns } of adapter.inputs) {
    let value = features;
    if (columns < adapter.width) {
      value = builder.node('Slice', [
        value,
        builder.int64([first]),
        builder.int64([first + columns]),
        builder.int64([1]),
      ]);
    }
    if (type !== 'FP32') value = builder.node('Cast', [value], { to: attribute.int(elementTypeCode(type)) });
    if (rank === 1) value = builder.node('Reshape', [value, builder.int64([-1])]);
    values.set(name, value);
  }
  const rename = (name: string) => (name === '' ? name : (values.get(name) ?? `adopted/${name}`));
  builder.include(
    graph.node.map((node) => renameNode(node, rename)),
    graph.initializer.map((tensor) => ({ ...tensor, name: rename(tensor.name ?? '') })),
  );
  const single = builder.node('Cast', [rename(adapter.output)], { to: attribute.int(elementTypeCode('FP32')) });
  const columns = adapter.scores === 'probabilities' || adapter.scores === 'logits' ? adapter.classes : 1;
  const raw = builder.node('Reshape', [single, builder.int64([-1, columns])]);
  switch (adapter.scores) {
    case 'values':
    case 'probabilities':
      return raw;
    case 'logits':
      return builder.node('Softmax', [raw], { axis: attribute.int(1) });
    case 'positive':
      return builder.node('Concat', [builder.node('Sub', [builder.float(1), raw]), raw], { axis: attribute.int(1) });
    case 'positive-logits': {
      const negative = builder.node('Sigmoid', [builder.node('Neg', [raw])]);
      return builder.node('Concat', [negative, builder.node('Sigmoid', [raw])], { axis: attribute.int(1) });
    }
  }
}

/** Versions of operator sets a model was written for, by domain. */
export function opsetsOf(bytes: Uint8Array): Map<string, number> {
  return new Map(
    decodeModel(bytes).opsetImport.map(({ domain, version }) => [domain === 'ai.onnx' ? '' : domain, version]),
  );
}

/** Scores by the model as it came: the other side of the parity gate. */
export function createAdoptedScorer({ adapter, bytes }: AdoptedModel) {
  let session: Promise<InferenceSession> | undefined;
  return {
    /** Column-major float32 [rows, width] → row-major probabilities [rows, C] or predictions [rows, 1]. */
    async score(features: Float32Array, rows: number): Promise<Float32Array> {
      session ??= openSession(bytes, { threads: 1, label: 'the adopted model' });
      const { values } = await runRaw(await session, adapter, features, rows, 'the adopted model');
      return toScores(values, adapter);
    },
    async release(): Promise<void> {
      await (await session)?.release();
    },
  };
}

function toScores(values: Float32Array, { scores, classes }: ModelAdapter): Float32Array {
  if (scores === 'values' || scores === 'probabilities') return values;
  if (scores === 'logits') {
    const result = new Float32Array(values.length);
    for (let start = 0; start < values.length; start += classes) {
      const own = Float64Array.from(values.subarray(start, start + classes));
      const largest = own.reduce((a, b) => Math.max(a, b));
      const shares = own.map((value) => Math.exp(value - largest));
      const total = shares.reduce((sum, value) => sum + value, 0);
      result.set(
        shares.map((value) => value / total),
        start,
      );
    }
    return result;
  }
  return Float32Array.from({ length: values.length * 2 }, (_, i) => {
    const value = values[i >> 1] as number;
    const positive = scores === 'positive' ? value : 1 / (1 + Math.exp(-value));
    return i % 2 === 1 ? positive : 1 - positive;
  });
}

/** `native.bin`: length of the adapter as JSON (u32, little-endian), the adapter, the model. */
export function encodeAdopted({ adapter, bytes }: AdoptedModel): Uint8Array {
  const head = Buffer.from(JSON.stringify(adapter), 'utf8');
  const size = Buffer.alloc(4);
  size.writeUInt32LE(head.length);
  return Buffer.concat([size, head, bytes]);
}

/** Errors: `artifact.corrupt`. */
export function decodeAdopted(native: Uint8Array): AdoptedModel {
  const view = Buffer.from(native.buffer, native.byteOffset, native.byteLength);
  try {
    const size = view.readUInt32LE(0);
    const adapter = adapterSchema.parse(JSON.parse(view.toString('utf8', 4, 4 + size)));
    return { adapter, bytes: view.subarray(4 + size) };
  } catch (cause) {
    throw new AppError('artifact.corrupt', 'native.bin does not hold an adopted model.', {
      fix: 'Run the training step again with --force.',
      cause,
    });
  }
}
