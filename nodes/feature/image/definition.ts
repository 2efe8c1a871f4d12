import { z } from 'zod';
import { type FeatureSource, inferFeatures, rawSources } from '../../../shared/model/feature-sources.ts';
import type { FeatureColumn } from '../../../shared/model/signature.ts';
import { defineNode } from '../../../shared/node/define-node.ts';
import { paramMeta } from '../../../shared/node/param-meta.ts';

const paramsSchema = z.object({
  columns: z
    .array(z.string())
    .default([])
    .describe('Tensor columns: every row a fixed number of pixel values.')
    .meta(paramMeta({ ui: { control: 'columns', port: 'input', types: ['tensor'] } })),
  divideBy: z
    .number()
    .positive()
    .default(255)
    .describe('Pixels are divided by this: 255 for bytes, 1 for values from 0 to 1.'),
  mean: z
    .number()
    .default(0)
    .describe('Subtracted after the division.')
    .meta(paramMeta({ section: 'Normalise' })),
  std: z
    .number()
    .positive()
    .default(1)
    .describe('Divides after the subtraction.')
    .meta(paramMeta({ section: 'Normalise', label: 'Standard deviation' })),
});

/** Why a source is no image. */
export function refuseImage(source: FeatureSource): { reason: string; fix: string } | undefined {
  if (source.kind === 'feature') {
    if (source.feature.text !== true) return undefined;
    return { reason: 'is text', fix: 'Encode it first.' };
  }
  if (source.column.type === 'tensor' && source.column.size !== undefined) return undefined;
  return {
    reason: `is ${source.column.sqlType}, not a fixed-size list of numbers`,
    fix: `Cast it in an SQL step, e.g. CAST("${source.name}" AS FLOAT[784]).`,
  };
}

/** As wide as the tensor. */
export function imageFeature(source: FeatureSource): FeatureColumn {
  const width = source.kind === 'feature' ? source.feature.width : (source.column.size ?? 1);
  return { name: source.name, width, sources: rawSources(source) };
}

export const imageNode = defineNode({
  kind: 'feature.image',
  version: 1,
  stage: 'feature',
  title: 'Image',
  summary: 'Brings pixel values to the range a model trains well on.',
  keywords: ['pixels', 'tensor', 'normalise', 'digits', 'mnist', 'picture'],
  params: paramsSchema,
  ports: {
    inputs: { input: { types: ['table', 'features'], fits: true, doc: 'Training rows with a tensor column.' } },
    outputs: { features: { type: 'features', doc: 'One feature per column, as wide as the tensor.' } },
  },
  infer: (inputs, params) =>
    inferFeatures(inputs, {
      field: 'columns',
      columns: params.columns,
      refuse: refuseImage,
      produce: (source) => [imageFeature(source)],
    }),
  determinism: 'pure',
  resources: () => ({ cpu: 1, memoryBytes: 2 ** 28 }),
  deploy: { workload: 'job' },
  lowering: { onnx: true },
  migrations: [],
  examples: [
    { name: 'Bytes to 0…1', params: { columns: ['pixels'] }, note: 'Divides by 255.' },
    {
      name: 'Handwritten digits',
      params: { columns: ['pixels'], divideBy: 1, mean: 0.1307, std: 0.3081 },
      note: 'Pixels from 0 to 1, normalised with the mean and deviation of MNIST.',
    },
  ],
  help: `Computes (x / divideBy − mean) / std for every pixel in float32. Missing pixels stay missing.`,
});
