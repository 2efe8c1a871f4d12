import type { EmbeddedModel } from '../../main/cluster/embed-models.ts';
import { type ExportContext, plannedEndpoints } from '../../main/cluster/export-context.ts';

/** Stands for a registered model where a bundle only carries it. */
const exampleModel: EmbeddedModel = {
  version: 3,
  digest: '5f'.repeat(32),
  onnx: new TextEncoder().encode('stands for an ONNX graph\n'),
  manifest: {
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
  },
};

/** The context with an example for each model that an endpoint serves. */
export function withExampleModels(context: ExportContext): ExportContext {
  const { endpoints } = plannedEndpoints(context.plan);
  return { ...context, models: new Map(endpoints.map(({ modelUri }) => [modelUri, exampleModel])) };
}
