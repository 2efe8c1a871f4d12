import { z } from 'zod';
import { type FeatureSource, inferCombined, rawSources } from '../../../shared/model/feature-sources.ts';
import type { FeatureColumn } from '../../../shared/model/signature.ts';
import { defineNode } from '../../../shared/node/define-node.ts';
import { paramMeta } from '../../../shared/node/param-meta.ts';

const paramsSchema = z.object({
  columns: z
    .array(z.string())
    .max(8)
    .default([])
    .describe('Two or more columns with categories, in the order they are joined.')
    .meta(paramMeta({ ui: { control: 'columns', port: 'input', types: ['string', 'int64', 'bool'] } })),
});

/** Why a source cannot be crossed. */
export function refuseCross(source: FeatureSource): { reason: string; fix: string } | undefined {
  if (source.kind === 'feature') {
    return source.feature.text === true ? undefined : { reason: 'is a number', fix: 'Cross columns of the table.' };
  }
  switch (source.column.type) {
    case 'bool':
    case 'int64':
    case 'string':
      return undefined;
    case 'float64':
      return { reason: 'is a fractional number', fix: 'Cast it to an integer or text in an SQL step.' };
    case 'timestamp':
      return { reason: 'is a time', fix: 'Take its parts as text in an SQL step.' };
    case 'tensor':
      return { reason: 'is a tensor', fix: 'Leave it out.' };
    case 'other':
      return { reason: `has the type ${source.column.sqlType}`, fix: 'Cast it to text in an SQL step.' };
  }
}

/** What stands between the categories. */
export const crossSign = ' × ';

/** `a_x_b`, text. */
export function crossedFeature(sources: readonly FeatureSource[]): FeatureColumn {
  return {
    name: sources.map(({ name }) => name).join('_x_'),
    width: 1,
    sources: [...new Set(sources.flatMap(rawSources))],
    text: true,
  };
}

export const crossNode = defineNode({
  kind: 'feature.cross',
  version: 1,
  stage: 'feature',
  title: 'Cross',
  summary: 'Joins the categories of several columns into one, such as a route of two airports.',
  keywords: ['feature cross', 'combine', 'interaction', 'category', 'concatenate', 'pair'],
  params: paramsSchema,
  ports: {
    inputs: { input: { types: ['table', 'features'], fits: true, doc: 'Training rows, or text features.' } },
    outputs: { features: { type: 'features', doc: 'One text feature; encode or hash it next.' } },
  },
  infer: (inputs, params) =>
    inferCombined(inputs, {
      field: 'columns',
      columns: params.columns,
      refuse: refuseCross,
      keepsSources: true,
      produce: (sources) => [crossedFeature(sources)],
    }),
  determinism: 'pure',
  resources: () => ({ cpu: 1, memoryBytes: 2 ** 28, seconds: 0.2 }),
  deploy: { workload: 'job' },
  lowering: { onnx: true },
  migrations: [],
  examples: [{ name: 'Routes', params: { columns: ['origin', 'destination'] }, note: 'SFO and LAX give SFO × LAX.' }],
  help: `Writes the values side by side, \`SFO × LAX\`, as one text feature: behind it, **Encode** learns the pairs that are frequent, or
**Hash** puts all of them into buckets. A model can then know what only the pair tells.

Whole numbers are written in digits, booleans as 1 and 0. If one value is missing, the pair is missing. The empty text is a
value.
`,
});
