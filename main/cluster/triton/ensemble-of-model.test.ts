import { expect, it } from 'vitest';
import type { ModelManifest, PipelineStep } from '../../../shared/model/signature.ts';
import { appendModel } from '../../compute/onnx/append-model.ts';
import { attribute, createGraphBuilder, type GraphBuilder } from '../../compute/onnx/graph-builder.ts';
import { featureTensorName, mergePipelines, type Pipeline } from '../../compute/onnx/merge-pipelines.ts';
import { decodeModel, encodeModel } from '../../compute/onnx/proto.ts';
import { adjustModel } from '../../compute/onnx/route-models.ts';
import { ensembleOfModel } from './ensemble-of-model.ts';

const manifest: ModelManifest = {
  task: 'regression',
  label: { column: 'y', type: 'float64' },
  classes: [],
  inputs: ['a', 'b'].map((name) => ({ name, type: 'float64' })),
  features: ['a', 'b'].map((name) => ({ name, width: 1, sources: [name] })),
  trainer: { kind: 'train.linear', params: {} },
  training: { rows: 10, table: '', curve: { metric: 'loss', train: [], valid: [] } },
  importance: [],
  example: { a: 3, b: 4 },
  choices: {},
};

/** The column three times. */
function tripled(name: string): Pipeline {
  const builder = createGraphBuilder(name);
  const raw = builder.input(name, 'FP64', ['N', 1]);
  const value = builder.node('Cast', [raw], { to: attribute.int(1) });
  builder.output(featureTensorName(name), builder.node('Mul', [value, builder.float(3)]), 'FP32', ['N', 1]);
  const { inputs, features } = manifest;
  const own = <T extends { name: string }>(list: readonly T[]) => list.filter((each) => each.name === name);
  return {
    manifest: { table: 't', inputs: own(inputs), outputs: own(features) },
    model: decodeModel(builder.toBytes()),
  };
}

const pipeline = mergePipelines([tripled('a'), tripled('b')]);
const sum = (builder: GraphBuilder, features: string) =>
  builder.node('ReduceSum', [features, builder.int64([1])], { keepdims: attribute.int(1) });
const { bytes } = await appendModel({ pipeline, build: sum });

const scalar = (name: string, type = 'FP64') => ({ name, type, dims: [1] });
const matrix = { name: 'slipway.features', type: 'FP32', dims: [2] };

it('divides a model where its features lie side by side', async () => {
  expect(await ensembleOfModel(bytes, manifest)).toMatchObject({
    ensemble: {
      steps: [
        { suffix: 'features', inputs: [scalar('a'), scalar('b')], outputs: [matrix] },
        { suffix: 'model', inputs: [matrix], outputs: [scalar('prediction', 'FP32')] },
      ],
    },
  });
});

it('gives columns that an expression behind the model reads to both parts', async () => {
  const adjusted = await adjustModel({
    shape: { task: 'regression', classes: [], label: manifest.label },
    inputs: manifest.inputs,
    adjust: (builder, answer) => {
      const column = builder.node('Cast', ['b'], { to: attribute.int(1) });
      return builder.node('Mul', [answer?.prediction ?? '', column]);
    },
    model: { bytes, inputs: manifest.inputs },
  });
  expect(await ensembleOfModel(adjusted, manifest)).toMatchObject({
    ensemble: { steps: [{ inputs: [scalar('a'), scalar('b')] }, { suffix: 'model', inputs: [matrix, scalar('b')] }] },
  });
});

it('leaves a model whole that reads features past the matrix, and says so', async () => {
  const model = decodeModel(bytes);
  const feature = model.graph.node.find(({ opType }) => opType === 'Mul')?.output[0] ?? '';
  for (const node of model.graph.node) if (node.opType === 'ReduceSum') node.output = ['model/sum'];
  const add = { opType: 'Add', input: ['model/sum', feature], output: ['model/both'] };
  const last = model.graph.node.pop();
  if (last === undefined) throw new Error('The model has no nodes.');
  model.graph.node.push(add, { ...last, input: ['model/both'] });
  expect(await ensembleOfModel(encodeModel(model), manifest)).toEqual({
    whole: 'more than its features goes from its one half to the other',
  });
});

it('leaves a model whole whose parts leave a column out', async () => {
  const unread = { name: 'c', type: 'float64' as const };
  expect(await ensembleOfModel(bytes, { ...manifest, inputs: [...manifest.inputs, unread] })).toEqual({
    whole: 'its parts do not fit together (nothing reads c)',
  });
});

it('leaves steps whole that rules choose between, or that are no graph', async () => {
  const step: PipelineStep = {
    name: 'second',
    file: 'second.onnx',
    inputs: ['a'],
    takesAnswer: false,
    answers: true,
    routes: false,
    when: [{ step: 'rule', route: true }],
    optional: false,
  };
  const whole = (steps: PipelineStep[]) => ensembleOfModel(bytes, { ...manifest, pipeline: { steps } });
  expect(await whole([step, step])).toMatchObject({
    whole: expect.stringContaining('rules decide row by row whether `second`'),
  });
  const free = { ...step, when: [] };
  expect(await whole([free, { ...free, kind: 'neighbours' }])).toMatchObject({
    whole: expect.stringContaining('searches an index of items'),
  });
  expect(await whole([free, free])).toEqual({ whole: 'its steps are put together in one graph' });
});
