import type { EmbeddedModel } from '../../main/cluster/embed-models.ts';
import { type ExportContext, plannedEndpoints } from '../../main/cluster/export-context.ts';
import { modelTensors, type RowTensor } from '../../main/cluster/model-tensors.ts';
import type { ModelManifest } from '../../shared/model/signature.ts';

/** Stands for a registered model where a bundle only carries it. */
const manifest: ModelManifest = {
  task: 'multiclass',
  label: { column: 'species', type: 'string' },
  classes: ['Adelie', 'Gentoo'],
  inputs: [
    { name: 'island', type: 'string' },
    { name: 'Body mass "g"', type: 'float64' },
    { name: 'seen', type: 'timestamp' },
    { name: 'pixels', type: 'tensor', size: 4 },
  ],
  features: [],
  trainer: { kind: 'train.linear', params: {} },
  training: { rows: 10, table: '', curve: { metric: 'loss', train: [], valid: [] } },
  importance: [],
  example: {},
  choices: {},
};

const bytesOf = (text: string) => new TextEncoder().encode(`stands for an ONNX graph${text}\n`);
const tensors = modelTensors(manifest);
const features: RowTensor = { name: 'slipway.features', type: 'FP32', dims: [9] };

const exampleModel: EmbeddedModel = {
  version: 3,
  digest: '5f'.repeat(32),
  onnx: bytesOf(''),
  manifest,
  ensemble: {
    ensemble: {
      ...tensors,
      steps: [
        { suffix: 'features', onnx: bytesOf(' of features'), inputs: tensors.inputs, outputs: [features] },
        { suffix: 'model', onnx: bytesOf(' of a model'), inputs: [features], outputs: tensors.outputs },
      ],
    },
  },
};

/** The context with an example for each model that an endpoint serves. */
export function withExampleModels(context: ExportContext): ExportContext {
  const { endpoints } = plannedEndpoints(context.plan);
  return { ...context, models: new Map(endpoints.map(({ modelUri }) => [modelUri, exampleModel])) };
}
