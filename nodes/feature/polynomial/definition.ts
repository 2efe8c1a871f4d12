import { z } from 'zod';
import { type FeatureSource, inferCombined, rawSources } from '../../../shared/model/feature-sources.ts';
import type { FeatureColumn } from '../../../shared/model/signature.ts';
import { defineNode } from '../../../shared/node/define-node.ts';
import { paramMeta } from '../../../shared/node/param-meta.ts';
import { refuseNonNumber } from '../../../shared/model/numeric-source.ts';

const paramsSchema = z.object({
  columns: z
    .array(z.string())
    .max(40)
    .default([])
    .describe('Numbers to multiply with each other.')
    .meta(paramMeta({ ui: { control: 'columns', port: 'input', types: ['float64', 'int64', 'bool'] } })),
  degree: z.number().int().min(2).max(3).default(2).describe('Most factors of a product.'),
  interactionsOnly: z
    .boolean()
    .default(false)
    .describe('Only products of different columns, no squares and cubes.')
    .meta(paramMeta({ label: 'Different columns only' })),
});
export type PolynomialParams = z.output<typeof paramsSchema>;

/** Places of the factors of each product among `count` sources: of two factors first, each place at least the one before. */
export function productsOf(count: number, { degree, interactionsOnly }: Omit<PolynomialParams, 'columns'>): number[][] {
  let shorter: number[][] = Array.from({ length: count }, (_, place) => [place]);
  const products: number[][] = [];
  for (let factors = 2; factors <= degree; factors++) {
    shorter = shorter.flatMap((product) => {
      const from = (product.at(-1) ?? 0) + (interactionsOnly ? 1 : 0);
      return Array.from({ length: Math.max(0, count - from) }, (_, index) => [...product, from + index]);
    });
    products.push(...shorter);
  }
  return products;
}

/** `a*b`, or `a*a` for a square. */
export function productFeature(factors: readonly FeatureSource[]): FeatureColumn {
  return {
    name: factors.map(({ name }) => name).join('*'),
    width: 1,
    sources: [...new Set(factors.flatMap(rawSources))],
  };
}

export const polynomialNode = defineNode({
  kind: 'feature.polynomial',
  version: 1,
  stage: 'feature',
  title: 'Polynomial',
  summary: 'Products of numbers: squares, and pairs of columns that matter together.',
  keywords: ['interaction', 'product', 'square', 'multiply', 'degree', 'polynomial features'],
  params: paramsSchema,
  ports: {
    inputs: { input: { types: ['table', 'features'], fits: true, doc: 'Training rows, or features of another step.' } },
    outputs: { features: { type: 'features', doc: 'One feature per product; features that came in stay.' } },
  },
  infer: (inputs, params) =>
    inferCombined(inputs, {
      field: 'columns',
      columns: params.columns,
      refuse: refuseNonNumber,
      keepsSources: true,
      produce: (sources) =>
        productsOf(sources.length, params).map((places) =>
          productFeature(places.flatMap((place) => sources[place] ?? [])),
        ),
    }),
  determinism: 'pure',
  resources: () => ({ cpu: 1, memoryBytes: 2 ** 28, seconds: 0.2 }),
  deploy: { workload: 'job' },
  lowering: { onnx: true },
  migrations: [],
  examples: [
    { name: 'Squares and pairs', params: { columns: ['width', 'height'] }, note: 'width², width × height, height².' },
    {
      name: 'Pairs only',
      params: { columns: ['distance', 'hour'], interactionsOnly: true },
      note: 'What distance means depends on the hour.',
    },
  ],
  help: `Multiplies columns in float32, factor by factor in the order of the columns, the same in training and serving. With
degree 2, \`a\` and \`b\` give \`a*a\`, \`a*b\` and \`b*b\`; with degree 3 also the products of three. Of a table, the columns themselves are
not among the features: take them with Impute or Scale, or put this step behind one of those, whose features stay.

A product with a missing factor is missing. Scale first for linear models and networks. Trees find products themselves.
`,
});
