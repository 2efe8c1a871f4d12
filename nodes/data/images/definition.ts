import { z } from 'zod';
import { defineNode } from '../../../shared/node/define-node.ts';
import { paramMeta } from '../../../shared/node/param-meta.ts';
import type { TableSchema } from '../../../shared/table/schema.ts';

const params = z.object({
  path: z
    .string()
    .default('')
    .describe('Folder, whose PNG and JPEG files at any depth are read, or a glob such as photos/*/*.jpg')
    .meta(paramMeta({ ui: { control: 'path', extensions: ['png', 'jpg', 'jpeg'] } })),
  label: z
    .enum(['folder', 'none'])
    .default('folder')
    .describe('Folder: the name of the folder an image lies in is its label'),
  width: z
    .number()
    .int()
    .min(1)
    .max(1024)
    .default(28)
    .describe('Columns of pixels')
    .meta(paramMeta({ unit: 'pixels' })),
  height: z
    .number()
    .int()
    .min(1)
    .max(1024)
    .default(28)
    .describe('Rows of pixels')
    .meta(paramMeta({ unit: 'pixels' })),
  colours: z.enum(['grey', 'rgb']).default('grey').describe('Grey: one value per pixel. RGB: three.'),
  fit: z
    .enum(['stretch', 'contain', 'cover'])
    .default('contain')
    .describe('Images of another shape: stretch draws them out, contain adds a border, cover cuts off what is outside')
    .meta(paramMeta({ advanced: true })),
  background: z
    .number()
    .min(0)
    .max(255)
    .default(0)
    .describe('Behind clear pixels and in the border: 0 is black, 255 white')
    .meta(paramMeta({ advanced: true })),
  onBroken: z
    .enum(['quarantine', 'fail'])
    .default('quarantine')
    .describe('Images that cannot be read: quarantine lists them with reasons, fail ends the step')
    .meta(paramMeta({ advanced: true })),
});
type Params = z.output<typeof params>;

export function pixelCount({ width, height, colours }: Pick<Params, 'width' | 'height' | 'colours'>): number {
  return width * height * (colours === 'rgb' ? 3 : 1);
}

/** Values that a column of the data engine holds per row. */
const mostValues = 100_000;

const chunkValues = 2 ** 20;

/** Rows of so many values that are stored together. */
export function chunkRows(size: number): number {
  return Math.max(1, Math.min(1024, Math.floor(chunkValues / size)));
}

/** Why images of this size cannot be kept. */
export function sizeProblem(values: Params): { field: string; message: string; fix: string } | undefined {
  const size = pixelCount(values);
  if (size <= mostValues) return undefined;
  const side = Math.floor(Math.sqrt(mostValues / (values.colours === 'rgb' ? 3 : 1)));
  return {
    field: 'width',
    message: `Images of ${values.width} × ${values.height} have ${size} values each, and at most ${mostValues} fit in a row.`,
    fix: `Make them smaller, such as ${side} × ${side}.`,
  };
}

export function imageTable(values: Params): TableSchema {
  const size = pixelCount(values);
  return {
    columns: [
      { name: 'file', type: 'string', sqlType: 'VARCHAR' },
      ...(values.label === 'folder' ? [{ name: 'label', type: 'string' as const, sqlType: 'VARCHAR' }] : []),
      { name: 'width', type: 'int64', sqlType: 'BIGINT' },
      { name: 'height', type: 'int64', sqlType: 'BIGINT' },
      { name: 'pixels', type: 'tensor', sqlType: `FLOAT[${size}]`, size },
    ],
  };
}

export const quarantineTable: TableSchema = {
  columns: [
    { name: 'file', type: 'string', sqlType: 'VARCHAR' },
    { name: 'reason', type: 'string', sqlType: 'VARCHAR' },
  ],
};

export const imagesNode = defineNode({
  kind: 'data.images',
  version: 1,
  stage: 'data',
  title: 'Images',
  summary: 'Reads a folder of PNG and JPEG images as rows of pixels',
  keywords: ['image', 'picture', 'photo', 'png', 'jpeg', 'jpg', 'pixels', 'vision', 'folder', 'classify', 'source'],
  params,
  ports: {
    inputs: {},
    outputs: {
      table: { type: 'table', lineage: 'all', doc: 'One row per image, in the order of their paths' },
      quarantine: { type: 'table', doc: 'Images that cannot be read, with the reason' },
    },
  },
  determinism: 'external',
  resources: (values, stats) => {
    const images = stats.rows ?? 10_000;
    const size = pixelCount(values);
    // Rows that wait to be stored are lists of numbers, twice; what is stored spills.
    const waiting = 32 * size * chunkRows(size);
    return { cpu: 8, memoryBytes: 2 ** 29 + waiting, seconds: 1 + images / 500 };
  },
  deploy: { workload: 'job' },
  lowering: {
    onnx: false,
    why: 'ONNX Runtime decodes no PNG or JPEG; endpoints bring images to pixels with the code of this step.',
  },
  migrations: [],
  examples: [
    { name: 'Digits', params: { path: 'digits' }, note: 'digits/0/a.png … digits/9/z.png: the label is the digit.' },
    {
      name: 'Photographs',
      params: { path: 'photos/**/*.jpg', width: 64, height: 64, colours: 'rgb', fit: 'cover' },
      note: 'Colour images of one size; normalise them with an Image feature.',
    },
  ],
  help: `One row per image: \`file\` (the path in the folder), \`label\` (the folder it lies in), \`width\` and \`height\` as they
were, and \`pixels\`: width × height whole numbers from 0 to 255, row by row, of RGB all red ones first, then green and blue.

**Labels of a table:** set *label* to none and join the table to this one by \`file\`.

**Training.** An *Image* feature brings the pixels to the range a model trains well on; that becomes part of the model. A
*Convolutional network* with as many channels as there are colours takes them as they are.

**Serving.** A model whose \`pixels\` come from here remembers how they were made, also behind Split, Filter, Sample, Sort,
Deduplicate and Expect. A JSON row may carry the file itself in place of the pixels: \`{"pixels": "iVBORw0…"}\`, a PNG or
JPEG in base64 or as a \`data:\` URL. The endpoint decodes and reduces it with the very code of this step, up to 25 million
pixels, and logs its pixels. Pixels made elsewhere, 0 to 255 and of this size, are taken too.

**Why not in ONNX.** Its runtime has no operator that decodes PNG or JPEG, and a reduction that starts from images of any
size cannot be batched. So this part is the same code in training and in the endpoint; what follows it (*Image*, and the
model) is one ONNX graph. Tensor requests (Open Inference Protocol, gRPC) and other servers take pixels.

PNG of any depth, palettes and interlaced ones are read; JPEG baseline and progressive, turned as the camera noted. Clear
pixels show the *background*. Reducing takes the mean of the pixels around (a triangle filter), so thin lines do not vanish.
Files over 64 MiB or 50 million pixels, broken ones and other formats go to \`quarantine\`.

The step runs again when a file is added, removed, renamed or changed.`,
});
