import { z } from 'zod';
import { inferModel } from '../../../shared/model/infer-model.ts';
import { defineNode, type InferResult } from '../../../shared/node/define-node.ts';
import { paramMeta } from '../../../shared/node/param-meta.ts';
import { nearMisses } from '../../../shared/text/near-misses.ts';

const itemColumn = (types: readonly string[]) => paramMeta({ ui: { control: 'column', port: 'items', types } });
const itemColumns = paramMeta({ ui: { control: 'columns', port: 'items', types: ['int64', 'float64'] } });

export const recommendNode = defineNode({
  kind: 'train.recommend',
  version: 1,
  stage: 'train',
  title: 'Recommendations',
  summary: 'Recommends items by the ones somebody liked lately: nearest neighbours, a ranking, and variety.',
  keywords: ['recommender', 'ranking', 'nearest neighbours', 'knn', 'similar items', 'diversity', 'personalisation'],
  params: z.object({
    label: z
      .string()
      .default('')
      .describe('Column of the likes with the item that was liked next: what the ranking learns from.')
      .meta(paramMeta({ ui: { control: 'column', port: 'features', types: ['string'] } })),
    item: z
      .string()
      .default('')
      .describe('Column of the items with their name, one row per item.')
      .meta(itemColumn(['string'])),
    embedding: z
      .array(z.string())
      .max(512)
      .default([])
      .describe('Columns of the items that say where they lie: alike items lie in the same direction.')
      .meta(itemColumns),
    ranking: z
      .array(z.string())
      .max(64)
      .default([])
      .describe('Columns of the items that the ranking weighs beside their nearness, such as rating or popularity.')
      .meta(itemColumns),
    group: z
      .string()
      .default('')
      .describe('Column of the items whose values are to be mixed, such as the genre. None: no limit.')
      .meta(itemColumn(['string', 'int64', 'bool'])),
    perGroup: z
      .number()
      .int()
      .min(1)
      .max(100)
      .default(3)
      .describe('Recommended items of one group at most.')
      .meta(paramMeta({ unit: 'items' })),
    count: z
      .number()
      .int()
      .min(1)
      .max(100)
      .default(10)
      .describe('Items recommended.')
      .meta(paramMeta({ unit: 'items' })),
    candidates: z
      .number()
      .int()
      .min(1)
      .max(500)
      .default(100)
      .describe('Nearest items that are ranked.')
      .meta(paramMeta({ unit: 'items', advanced: true })),
    search: z
      .enum(['auto', 'exact', 'hnsw'])
      .default('auto')
      .describe(
        'How an endpoint finds the nearest items: all are compared, or a graph of neighbours (HNSW) is walked. Auto: the graph from 1,000,000 numbers on, items times columns of the embedding; below, comparing all is as fast.',
      )
      .meta(paramMeta({ advanced: true })),
    l2: z
      .number()
      .positive()
      .max(1e6)
      .default(1)
      .describe('Strength of the penalty ½ · l2 · Σ weight² of the ranking.')
      .meta(paramMeta({ label: 'Regularisation (L2)', advanced: true })),
  }),
  ports: {
    inputs: {
      features: {
        types: ['features'],
        many: true,
        fits: true,
        doc: 'Liked items, encoded by category: one column each.',
      },
      items: { types: ['table'], doc: 'One row per item.' },
    },
    outputs: { model: { type: 'model', doc: 'Liked items in, recommended items with their shares out.' } },
  },
  infer(inputs, params): InferResult {
    const { outputs, problems } = inferModel(inputs, { label: params.label });
    const shape = inputs['items']?.find((candidate) => candidate.type === 'table');
    if (shape === undefined) return { outputs, problems };
    const names = shape.schema.columns.map(({ name }) => name);
    const chosen = [
      ...(['item', 'group'] as const).map((field) => ({ field, name: params[field] })),
      ...(['embedding', 'ranking'] as const).flatMap((field) => params[field].map((name) => ({ field, name }))),
    ];
    for (const { field, name } of chosen) {
      if (name === '' || names.includes(name)) continue;
      const near = nearMisses(name, names);
      problems.push({
        field,
        message: `The table of items has no column “${name}”.`,
        fix: near.length === 0 ? 'Choose a column of the items.' : `Did you mean ${near.join(' or ')}?`,
      });
    }
    if (params.item === '') {
      problems.push({
        field: 'item',
        message: 'No column names the items.',
        fix: 'Choose the column with their names.',
      });
    }
    if (params.embedding.length === 0) {
      problems.push({
        field: 'embedding',
        message: 'Nothing says which items are alike.',
        fix: 'Choose columns of numbers, such as those of Principal components.',
      });
    }
    return { outputs, problems };
  },
  determinism: 'pure',
  resources: (params, stats) => {
    const rows = stats.rows ?? 10_000;
    return { cpu: 1, memoryBytes: 2 ** 28 + rows * params.candidates * 20, seconds: 2 + rows / 2000 };
  },
  deploy: { workload: 'job' },
  lowering: { onnx: true },
  migrations: [],
  examples: [
    {
      name: 'Movies',
      params: {
        label: 'item',
        item: 'title',
        embedding: ['pc1', 'pc2', 'pc3'],
        ranking: ['rating', 'popularity'],
        group: 'genre',
      },
      note: 'Ten movies, at most three of a genre.',
    },
  ],
  help: `Answers a list of items for somebody who liked others, in four steps that are one ONNX graph:

1. **Embedding.** The liked items are looked up, and the mean of their directions is taken. Names that are no item,
   missing ones and those that no training row had in that column, count for nothing.
2. **Nearest neighbours**: the mean cosine to the liked items over *all* items; the nearest \`candidates\` stay. What
   was liked already is not recommended again.
3. **Ranking.** A conditional logit over the candidates weighs nearness and the \`ranking\` columns. It learns from the item
   that was liked next, where that is a candidate; the log tells the weights and how often it is.
4. **Variety.** Down the ranking, an item is left out when \`perGroup\` of its group stand before it; \`count\` are answered, or
   fewer where the candidates are of few groups: then raise \`candidates\`.

**Likes** come as features of *Encode* (ordinal): a column per liked item, such as \`liked_1\` to \`liked_5\`. Raise *Encode*'s
\`maxCategories\` to the number of items. Taken from a feature view by *Join features*, they are read from the online store
when the model is served, and a request carries the key alone: \`{"rows": [{"user": "u17"}]}\`.

**The model** gives \`probabilities\` over all items, in the order of the table of items: the share of a recommended item
among the candidates, 0 for others. The endpoint's \`scores\` list the recommended items only, best first. To somebody
without likes all items are equally near: the first items of the table are their candidates, so order it by popularity.
Up to 10,000 items.

**Many items.** With \`search\` \`hnsw\` (or \`auto\` where items times columns of the embedding are a million or more) an endpoint walks a graph of neighbours instead of
comparing all items, as a pipeline of the steps \`profile\`, \`neighbours\` and \`ranking\` that each have workers and batches
of their own. The graph is built here, the same for the same items, until it finds at least 95 % of the ten nearest; the
log tells the share. Evaluation, batch scoring and other servers always compare all items.`,
});
