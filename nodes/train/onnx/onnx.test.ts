import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  attribute,
  createGraphBuilder,
  type GraphBuilder,
  mlDomain,
} from '../../../main/compute/onnx/graph-builder.ts';
import { encodeModel, type ModelProto } from '../../../main/compute/onnx/proto.ts';
import { evaluationReportSchema } from '../../../shared/model/report.ts';
import { modelManifestSchema } from '../../../shared/model/signature.ts';
import type { InputArtifact } from '../../../shared/node/runner.ts';
import { StepChain } from '../../../test/support/step-chain.ts';
import { imputeNode } from '../../feature/impute/definition.ts';
import { runner as impute } from '../../feature/impute/run.ts';
import { evaluateNode } from '../evaluate/definition.ts';
import { runner as evaluate } from '../evaluate/run.ts';
import { onnxNode } from './definition.ts';
import { runner } from './run.ts';
import { removeFolder } from '../../../test/support/remove-folder.ts';

let chain: StepChain;
let folder: string;
let features: InputArtifact;
let rows: InputArtifact;
beforeAll(async () => {
  chain = await StepChain.create();
  folder = await mkdtemp(join(tmpdir(), 'slipway-onnx-'));
  rows = await chain.table(
    `SELECT i / 100.0 AS a, (i * 37 % 100) / 50.0 AS b, i % 3 AS kind,
      i / 100.0 - (i * 37 % 100) / 50.0 > 0.5 AS high, 2 * (i / 100.0) - (i * 37 % 100) / 50.0 AS y
    FROM range(400) t(i)`,
    'train',
  );
  const step = await chain.run(imputeNode, impute, { columns: ['a', 'b'] }, { input: [rows] });
  features = step['features'] as InputArtifact;
});
afterAll(async () => {
  await chain[Symbol.asyncDispose]();
  await removeFolder(folder);
});

/** y = 2 a − b for regression; a − b − 0.5 as the logit of a class. */
function build(write: (builder: GraphBuilder, matrix: () => string) => void): ModelProto {
  const builder = createGraphBuilder('theirs');
  write(builder, () => builder.input('X', 'FP32', ['batch', 2]));
  return builder.toModel();
}

function weighted(builder: GraphBuilder, x: string, weights: number[], bias: number[]): string {
  const columns = bias.length;
  return builder.node('Gemm', [
    x,
    builder.initializer('FP32', weights, [2, columns]),
    builder.initializer('FP32', bias, [columns]),
  ]);
}

async function adopt(
  model: ModelProto | Uint8Array,
  params: Partial<Parameters<typeof chain.run<typeof onnxNode.params>>[2]>,
) {
  const path = join(folder, 'theirs.onnx');
  await writeFile(path, model instanceof Uint8Array ? model : encodeModel(model));
  const { model: artifact } = await chain.run(onnxNode, runner, { path, ...params }, { features: [features] });
  return artifact as InputArtifact;
}

async function measured(model: InputArtifact) {
  const { report } = await chain.run(evaluateNode, evaluate, {}, { model: [model], table: [rows] });
  const text = await readFile((report as InputArtifact).path('report.json'), 'utf8');
  return evaluationReportSchema.parse(JSON.parse(text));
}

describe('a model trained elsewhere is evaluated as it is', () => {
  test('one matrix, a regression', async () => {
    const model = await adopt(
      build((builder, matrix) => {
        builder.output('variable', weighted(builder, matrix(), [2, -1], [0]), 'FP32', ['batch', 1]);
      }),
      { label: 'y' },
    );
    const manifest = modelManifestSchema.parse(JSON.parse(await readFile(model.path('model.json'), 'utf8')));
    expect(manifest).toMatchObject({
      task: 'regression',
      trainer: { kind: 'train.onnx' },
      inputs: [{ name: 'a' }, { name: 'b' }],
    });
    const { parity, metrics } = await measured(model);
    expect(parity).toMatchObject({ passed: true });
    expect(metrics['rmse']).toBeLessThan(1e-6);
  });

  test('one input per feature by name, in float64, one logit', async () => {
    const model = await adopt(
      build((builder) => {
        const b = builder.input('b', 'FP64', ['N']);
        const a = builder.input('a', 'FP64', ['N', 1]);
        const column = builder.node('Reshape', [b, builder.int64([-1, 1])]);
        const logit = builder.node('Sub', [builder.node('Sub', [a, column]), builder.initializer('FP64', [0.5], [1])]);
        const sharp = builder.node('Mul', [logit, builder.initializer('FP64', [50], [1])]);
        builder.output('logit', sharp, 'FP64', ['N', 1]);
      }),
      { label: 'high' },
    );
    const { parity, metrics } = await measured(model);
    expect(parity).toMatchObject({ passed: true, labelMismatches: 0 });
    expect(metrics['accuracy']).toBeGreaterThan(0.99);
  });

  test('a map from class to probability, and operators of an older set', async () => {
    const model = build((builder, matrix) => {
      const logits = weighted(builder, matrix(), [-9, 9, 9, -9], [4.5, -4.5]);
      const shares = builder.node('Softmax', [logits], { axis: attribute.int(1) });
      // Until set 17, ReduceMean takes its axes as an attribute.
      const mean = builder.node('ReduceMean', [shares], { axes: attribute.ints([1]), keepdims: attribute.int(1) });
      const same = builder.node('Mul', [builder.node('Div', [shares, mean]), builder.float(0.5)]);
      builder.output('probabilities', same, 'FP32', ['N', 2]);
    });
    model.opsetImport = [
      { domain: '', version: 13 },
      { domain: mlDomain, version: 2 },
    ];
    model.irVersion = 8;
    const { graph } = model;
    graph.node.push({
      input: ['probabilities'],
      output: ['output_probability'],
      opType: 'ZipMap',
      domain: mlDomain,
      attribute: [{ name: 'classlabels_int64s', ...attribute.ints([0, 1]) }],
    });
    graph.output = [{ name: 'output_probability', type: {} }];
    const { parity, metrics } = await measured(await adopt(model, { label: 'high' }));
    expect(parity).toMatchObject({ passed: true });
    expect(metrics['accuracy']).toBeGreaterThan(0.95);
  });
});

describe('what does not fit is named', () => {
  const fails = async (model: ModelProto | Uint8Array, params: { label: string; output?: string }, words: string) => {
    await expect(adopt(model, params)).rejects.toMatchObject({
      code: 'model.invalid',
      message: expect.stringContaining(words),
    });
  };

  test('files that are no model, and signatures that do not match', async () => {
    await fails(Uint8Array.of(1, 2, 3), { label: 'y' }, 'no ONNX model');
    const three = build((builder) => {
      builder.output('y', builder.input('X', 'FP32', ['N', 3]), 'FP32', ['N', 3]);
    });
    await fails(three, { label: 'y' }, 'takes 3 columns');
    const fixed = build((builder) => {
      builder.output('y', builder.input('X', 'FP32', [1, 2]), 'FP32', [1, 2]);
    });
    await fails(fixed, { label: 'y' }, 'exactly 1 rows');
    const text = build((builder) => {
      builder.output('y', builder.input('X', 'BYTES', ['N', 2]), 'BYTES', ['N', 2]);
    });
    await fails(text, { label: 'y' }, 'is text');
    const named = build((builder) => {
      const sum = builder.node('Add', [builder.input('a', 'FP32', ['N', 1]), builder.input('c', 'FP32', ['N', 1])]);
      builder.output('y', sum, 'FP32', ['N', 1]);
    });
    await fails(named, { label: 'y' }, 'no feature has that name');
    const image = build((builder) => {
      builder.output('y', builder.input('X', 'FP32', ['N', 3, 8, 8]), 'FP32', ['N', 3, 8, 8]);
    });
    await fails(image, { label: 'y' }, '4 dimensions');
  });

  test('outputs that do not fit the label', async () => {
    const two = build((builder, matrix) => {
      builder.output('scores', weighted(builder, matrix(), [1, 0, 0, 1], [0, 0]), 'FP32', ['N', 2]);
    });
    await fails(two, { label: 'kind' }, 'the label has 3 classes');
    await fails(two, { label: 'y' }, 'a regression has one');
    await fails(two, { label: 'y', output: 'score' }, 'It has: scores (FP32)');
    const labels = build((builder, matrix) => {
      const best = builder.node('ArgMax', [matrix()], { axis: attribute.int(1) });
      builder.output('label', best, 'INT64', ['N', 1]);
    });
    await fails(labels, { label: 'high' }, 'no output of numbers');
    const unknown = build((builder, matrix) => {
      builder.output('y', builder.node('Sorcery', [matrix()]), 'FP32', ['N', 1]);
    });
    await fails(unknown, { label: 'y' }, 'ONNX Runtime refused theirs.onnx');
  });
});
