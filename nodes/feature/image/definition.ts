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
  channels: z
    .literal([1, 3])
    .default(1)
    .describe('1: grey. 3: red, green and blue, one after the other.')
    .meta(paramMeta({ section: 'Resize' })),
  fromHeight: z
    .number()
    .int()
    .min(0)
    .max(4096)
    .default(0)
    .describe('Rows of pixels that the images have. 0: they are square.')
    .meta(paramMeta({ section: 'Resize', unit: 'pixels' })),
  height: z
    .number()
    .int()
    .min(0)
    .max(1024)
    .default(0)
    .describe('Rows of pixels that the feature has. 0: as many as the images.')
    .meta(paramMeta({ section: 'Resize', unit: 'pixels' })),
  width: z
    .number()
    .int()
    .min(0)
    .max(1024)
    .default(0)
    .describe('Columns of pixels that the feature has. 0: as many as the images.')
    .meta(paramMeta({ section: 'Resize', unit: 'pixels' })),
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

export type ImageParams = z.output<typeof paramsSchema>;
type SizeParams = Pick<ImageParams, 'channels' | 'fromHeight' | 'height' | 'width'>;

/** Rows and columns before and after; undefined where the values of a row are no image of that form. */
export function imageSizes(
  values: number,
  { channels, fromHeight, height, width }: SizeParams,
): { from: { height: number; width: number }; to: { height: number; width: number } } | undefined {
  const area = values / channels;
  const rows = fromHeight > 0 ? fromHeight : Math.round(Math.sqrt(area));
  const columns = area / rows;
  if (!Number.isInteger(area) || !Number.isInteger(columns) || columns < 1) return undefined;
  if (fromHeight === 0 && rows !== columns) return undefined;
  const from = { height: rows, width: columns };
  return { from, to: { height: height > 0 ? height : rows, width: width > 0 ? width : columns } };
}

/** Whether the form of the images matters. */
function resizes({ height, width }: SizeParams): boolean {
  return height > 0 || width > 0;
}

function valuesOf(source: FeatureSource): number {
  return source.kind === 'feature' ? source.feature.width : (source.column.size ?? 1);
}

/** Why a source is no image, or none of the form that is to be resized. */
export function refuseImage(
  params: SizeParams,
): (source: FeatureSource) => { reason: string; fix: string } | undefined {
  return (source) => {
    if (source.kind === 'feature' && source.feature.text === true) {
      return { reason: 'is text', fix: 'Encode it first.' };
    }
    if (source.kind === 'column' && (source.column.type !== 'tensor' || source.column.size === undefined)) {
      return {
        reason: `is ${source.column.sqlType}, not a fixed-size list of numbers`,
        fix: `Cast it in an SQL step, e.g. CAST("${source.name}" AS FLOAT[784]).`,
      };
    }
    if (!resizes(params) || imageSizes(valuesOf(source), params) !== undefined) return undefined;
    const { channels, fromHeight } = params;
    const form = fromHeight === 0 ? 'a square image' : `an image of ${fromHeight} rows`;
    return {
      reason: `has ${valuesOf(source)} values per row, which are not ${form} of ${channels} channel${channels === 1 ? '' : 's'}`,
      fix: 'Set channels and fromHeight to those of the images.',
    };
  };
}

/** As wide as the tensor, or as the new size. */
export function imageFeature(source: FeatureSource, params: SizeParams): FeatureColumn {
  const values = valuesOf(source);
  const sizes = resizes(params) ? imageSizes(values, params) : undefined;
  const width = sizes === undefined ? values : params.channels * sizes.to.height * sizes.to.width;
  return { name: source.name, width, sources: rawSources(source) };
}

export const imageNode = defineNode({
  kind: 'feature.image',
  version: 1,
  stage: 'feature',
  title: 'Image',
  summary: 'Resizes images and brings their pixel values to the range a model trains well on.',
  keywords: ['pixels', 'tensor', 'normalise', 'digits', 'mnist', 'picture', 'resize', 'scale down'],
  params: paramsSchema,
  ports: {
    inputs: { input: { types: ['table', 'features'], fits: true, doc: 'Training rows with a tensor column.' } },
    outputs: { features: { type: 'features', doc: 'One feature per column, as wide as the tensor.' } },
  },
  infer: (inputs, params) =>
    inferFeatures(inputs, {
      field: 'columns',
      columns: params.columns,
      refuse: refuseImage(params),
      produce: (source) => [imageFeature(source, params)],
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
    {
      name: 'Smaller colour images',
      params: { columns: ['pixels'], channels: 3, height: 32, width: 32 },
      note: 'Square colour images become 32 × 32.',
    },
  ],
  help: `**Resize.** With a width or height, images are brought to it first, in the model: each new pixel is the mean of the old
ones around it, weighted by a triangle as wide as the reduction (the same as the *Images* step does, without its rounding).
The other side stays unless it is given too. A missing pixel makes the new ones around it missing.

**Normalise.** Computes (x / divideBy − mean) / std for every pixel in float32. Missing pixels stay missing.

Both are a part of the served model. Files are decoded by the *Images* step, and in requests by the endpoint with the same
code: ONNX Runtime has no operator that does it.`,
});
