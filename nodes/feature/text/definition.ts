import { z } from 'zod';
import { type FeatureSource, inferFeatures, rawSources } from '../../../shared/model/feature-sources.ts';
import type { FeatureColumn } from '../../../shared/model/signature.ts';
import { defineNode } from '../../../shared/node/define-node.ts';
import { paramMeta } from '../../../shared/node/param-meta.ts';

const paramsSchema = z.object({
  columns: z
    .array(z.string())
    .default([])
    .describe('Columns with text of several words.')
    .meta(paramMeta({ ui: { control: 'columns', port: 'input', types: ['string'] } })),
  method: z
    .enum(['tf-idf', 'hashing'])
    .default('tf-idf')
    .describe(
      'TF-IDF: one column per learnt term, rare terms weigh more. Hashing: words in a fixed number of buckets.',
    ),
  words: z
    .number()
    .int()
    .min(1)
    .max(3)
    .default(1)
    .describe('Terms of up to this many words in a row; with TF-IDF.')
    .meta(paramMeta({ label: 'Words per term' })),
  maxTerms: z
    .number()
    .int()
    .min(1)
    .max(20_000)
    .default(500)
    .describe('Keeps the terms of the most rows; with TF-IDF.')
    .meta(paramMeta({ unit: 'terms' })),
  minRows: z
    .number()
    .int()
    .min(1)
    .default(2)
    .describe('Terms of fewer training rows are left out; with TF-IDF.')
    .meta(paramMeta({ unit: 'rows' })),
  buckets: z
    .number()
    .int()
    .min(2)
    .max(10_000)
    .default(256)
    .describe('Number of buckets; with Hashing.')
    .meta(paramMeta({ unit: 'buckets' })),
});
export type TextParams = z.output<typeof paramsSchema>;

/** Why a source has no words. */
export function refuseWords(source: FeatureSource): { reason: string; fix: string } | undefined {
  const isText = source.kind === 'feature' ? source.feature.text === true : source.column.type === 'string';
  return isText ? undefined : { reason: 'is no text', fix: 'Choose a text column, or cast it in an SQL step.' };
}

/** The width of TF-IDF is known only after fitting. */
export function wordsFeature(source: FeatureSource, width: number): FeatureColumn {
  return { name: source.name, width, sources: rawSources(source) };
}

export const textNode = defineNode({
  kind: 'feature.text',
  version: 1,
  stage: 'feature',
  title: 'Text',
  summary: 'Turns text of several words into numbers: TF-IDF of terms, or hashed words.',
  keywords: ['tf-idf', 'bag of words', 'n-gram', 'nlp', 'words', 'tokenize', 'document', 'hashing vectorizer'],
  params: paramsSchema,
  ports: {
    inputs: { input: { types: ['table', 'features'], fits: true, doc: 'Training rows, or text features.' } },
    outputs: { features: { type: 'features', doc: 'One feature per column, as wide as there are terms or buckets.' } },
  },
  infer: (inputs, params) =>
    inferFeatures(inputs, {
      field: 'columns',
      columns: params.columns,
      refuse: refuseWords,
      produce: (source) => [wordsFeature(source, params.method === 'hashing' ? params.buckets : 1)],
    }),
  determinism: 'pure',
  resources: (_params, stats) => ({ cpu: 1, memoryBytes: 2 ** 29 + 4 * (stats.bytes ?? 0) }),
  deploy: { workload: 'job' },
  lowering: { onnx: true },
  migrations: [],
  examples: [
    { name: 'Remarks', params: { columns: ['remarks'], words: 2 }, note: 'Words and pairs of words.' },
    {
      name: 'Any vocabulary',
      params: { columns: ['title'], method: 'hashing', buckets: 1024 },
      note: 'Words that training never saw have a bucket too.',
    },
  ],
  help: `Splits text at spaces. Upper and lower case differ, and punctuation belongs to its word: bring text into the form you
want before, such as \`lower(regexp_replace(remarks, '[^A-Za-z ]', ' ', 'g'))\` in a Derive step.

**TF-IDF** learns the terms of the training rows (single words, pairs or triples of neighbouring words), those of the most
rows first, equals by name. Each term has a column: how often it occurs in the row, times ln((1 + rows) / (1 + rows with
it)) + 1. Rows are then scaled to length 1.

**Hashing** counts words in buckets by MurmurHash3 modulo the number of buckets. Nothing is learnt. It is an operator of ONNX
Runtime, which other runtimes may lack.

Missing text, and text without a known term, gives zeros.
`,
});
