import { readFile, writeFile } from 'node:fs/promises';
import type { z } from 'zod';
import { readColumns } from '../../../main/compute/duckdb/read-columns.ts';
import { appendModel } from '../../../main/compute/onnx/append-model.ts';
import type { MergedPipeline } from '../../../main/compute/onnx/merge-pipelines.ts';
import { computeFeatureColumns } from '../../../main/compute/onnx/feature-matrix.ts';
import { fitRanking, type RankingExamples } from '../../../main/compute/recommend/fit-ranking.ts';
import {
  addRecommendations,
  encodeRecommend,
  likedItems,
  nearestItems,
  type RecommendModel,
} from '../../../main/compute/recommend/recommend-model.ts';
import {
  buildNeighbourIndex,
  encodeNeighbourIndex,
  neighbourIndexBytes,
} from '../../../main/compute/recommend/neighbour-index.ts';
import { searchParts } from '../../../main/compute/recommend/search-parts.ts';
import { AppError } from '../../../shared/errors/app-error.ts';
import { type FeatureColumn, type ModelManifest, modelManifestSchema } from '../../../shared/model/signature.ts';
import { implementNode, type StepContext } from '../../../shared/node/runner.ts';
import { PipelineFiles } from '../../lib/pipeline-files.ts';
import { readFeatureTable } from '../../lib/unlabelled.ts';
import { writeModel } from '../../lib/write-model.ts';
import { recommendNode } from './definition.ts';
import { type Items, readItems } from './read-items.ts';

type Params = z.output<typeof recommendNode.params>;

/** The ranking learns from this many rows at most, evenly spaced. */
const mostExamples = 20_000;

export const runner = implementNode(recommendNode, {
  async run(ctx) {
    const { params } = ctx;
    const { pipeline, table } = await readFeatureTable(ctx);
    const itemTable = ctx.inputs['items']?.[0];
    if (itemTable === undefined) throw new AppError('internal.bug', 'There are no items.');
    const items = await readItems(itemTable, params, ctx.signal);
    const start = unrankedModel(items, pipeline.features, params);
    const labels = await readNext(table.path('data.parquet'), params.label, items.names, ctx.signal);
    const all = await computeFeatureColumns(pipeline, table.path('data.parquet'), {
      threads: ctx.threads,
      signal: ctx.signal,
      onProgress: (done) => ctx.progress({ done, total: table.manifest.rowCount ?? done, unit: 'rows' }),
    });
    const features = new Float32Array(all.columns.length * all.rows);
    all.columns.forEach((column, c) => features.set(column, c * all.rows));
    const examples = await rankingExamples(start, items, features, labels, ctx);
    if (examples.chosen.length === 0) {
      throw new AppError('train.bad-label', `No value of “${params.label}” is among the nearest items of its row.`, {
        fix: 'Check that its values are names of items, or raise the number of candidates.',
        details: { column: params.label },
      });
    }
    const { weights, losses } = fitRanking(examples, params.l2, ctx.signal);
    const model: RecommendModel = {
      ...start,
      similarityWeight: weights[0] as number,
      itemScores: Float64Array.from(items.names, (_, item) =>
        items.ranking.reduce((sum, column, c) => sum + (column[item] as number) * (weights[c + 1] as number), 0),
      ),
    };
    const list = ['nearness', ...params.ranking].map((name, c) => `${name} ${(weights[c] as number).toFixed(2)}`);
    const share = (100 * examples.chosen.length) / examples.rows;
    ctx.log(
      'info',
      `Weights: ${list.join(', ')}. The item liked next is one of the ${model.candidates} nearest of ${model.items} in ${share.toFixed(0)} % of ${examples.rows} rows.`,
    );
    const fused = await appendModel({
      pipeline,
      classification: { classes: items.names, labelType: 'string' },
      build: (builder, value) => addRecommendations(builder, value, model),
    });
    const draft = await writeModel({
      ctx,
      table,
      inputs: fused.inputs,
      pipeline,
      labels: {
        task: 'multiclass',
        label: { column: params.label, type: 'string' },
        classes: items.names,
        values: labels,
        rows: undefined,
      },
      model: {
        onnx: fused.bytes,
        native: encodeRecommend(model),
        trainer: { kind: recommendNode.kind, params: { ...params } },
        curve: { metric: 'logLoss', train: losses, valid: [] },
        importance: pipeline.features.map(() => 1),
      },
    });
    const steps = await searchSteps(model, pipeline, items.names, ctx);
    await addToManifest(draft.files['model.json'] ?? '', {
      ranking: { count: model.count },
      ...(steps === undefined ? {} : { pipeline: { steps: steps.steps } }),
    });
    return { model: { ...draft, files: { ...draft.files, ...steps?.files } } };
  },
});

async function addToManifest(path: string, more: Pick<ModelManifest, 'ranking' | 'pipeline'>): Promise<void> {
  const manifest = modelManifestSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  await writeFile(path, `${JSON.stringify({ ...manifest, ...more })}\n`);
}

/** Items × width from which walking a graph is faster than comparing all items, two hops between workers included. */
const mostCompared = 1_000_000;

/** The steps of an endpoint that searches a graph of neighbours; undefined where all items are compared. */
async function searchSteps(
  model: RecommendModel,
  pipeline: MergedPipeline,
  names: readonly string[],
  ctx: Pick<StepContext<Params>, 'params' | 'workDir' | 'memoryBytes' | 'signal' | 'log'>,
): Promise<PipelineFiles | undefined> {
  const { search } = ctx.params;
  if (search === 'exact' || (search === 'auto' && model.items * model.width < mostCompared)) return undefined;
  const memoryBytes = ctx.memoryBytes / 2;
  if (search === 'auto' && neighbourIndexBytes(model) > memoryBytes) {
    ctx.log('warn', `There is no memory for a graph of ${model.items} items: endpoints compare all of them.`);
    return undefined;
  }
  const { index, facts } = buildNeighbourIndex(model, {
    seed: 1,
    memoryBytes,
    signal: ctx.signal,
  });
  const recall = `finds ${(100 * facts.recall).toFixed(1)} % of the ten nearest with ${index.effort} looked at`;
  ctx.log(
    facts.recall < 0.95 ? 'warn' : 'info',
    `The graph of ${model.items} items takes ${(facts.bytes / 2 ** 20).toFixed(1)} MiB and ${recall}.`,
  );
  const parts = await searchParts(model, pipeline, names);
  const files = new PipelineFiles(ctx);
  const step = { takesAnswer: false, answers: false, routes: false, when: [], optional: false };
  await files.add({ ...step, name: 'profile', inputs: parts.inputs, makes: ['liked', 'profile'] }, parts.profile);
  const found = ['nearest', 'nearness'];
  const neighbours = {
    ...step,
    name: 'neighbours',
    kind: 'neighbours' as const,
    inputs: ['liked', 'profile'],
    makes: found,
  };
  await files.add(neighbours, encodeNeighbourIndex(index));
  await files.add({ ...step, name: 'ranking', inputs: found, answers: true }, parts.ranking);
  return files;
}

/** The model without weights. Errors: `features.mismatch`, `data.empty`. */
function unrankedModel(items: Items, features: readonly FeatureColumn[], params: Params): RecommendModel {
  const number = new Map(items.names.map((name, i) => [name, i]));
  const slots = features.map(({ name, categories }) => {
    if (categories === undefined) {
      throw new AppError('features.mismatch', `“${name}” is not a column of liked items.`, {
        fix: 'Connect an Encode step with the method ordinal.',
      });
    }
    return Float64Array.from(categories, (category) => number.get(category) ?? items.names.length);
  });
  const free = items.names.length - slots.length;
  if (free < 1) {
    throw new AppError('data.empty', `${items.names.length} items are too few for ${slots.length} liked ones.`, {
      fix: 'Look at the filter of the items, or connect fewer columns of likes.',
    });
  }
  return {
    items: items.names.length,
    width: params.embedding.length,
    embeddings: items.embeddings,
    groups: items.groups,
    itemScores: new Float64Array(items.names.length),
    similarityWeight: 0,
    slots,
    candidates: Math.min(params.candidates, free),
    count: params.count,
    perGroup: params.perGroup,
  };
}

/** Per row the item that was liked next, -1 for none. Errors: those of `readColumns`. */
async function readNext(path: string, label: string, names: readonly string[], signal: AbortSignal) {
  const number = new Map(names.map((name, i) => [name, i]));
  const values: number[] = [];
  for await (const { columns } of readColumns(path, [{ name: label, type: 'string' }], { signal })) {
    const [column] = columns;
    if (column?.kind === 'string') for (const name of column.values) values.push(number.get(name) ?? -1);
  }
  return Float64Array.from(values);
}

/** What the ranking learns from: rows whose next item is a candidate. `rows` counts those it is known of. */
async function rankingExamples(
  model: RecommendModel,
  items: Items,
  features: Float32Array,
  labels: Float64Array,
  { signal }: { signal: AbortSignal },
): Promise<RankingExamples & { rows: number }> {
  const width = 1 + items.ranking.length;
  const examples: RankingExamples = { width, columns: [], chosen: [] };
  const step = Math.max(1, labels.length / mostExamples);
  let rows = 0;
  for (let at = 0; at < labels.length; at += step) {
    if (signal.aborted) throw new AppError('run.cancelled', 'Cancelled.');
    const row = Math.floor(at);
    if ((labels[row] as number) < 0) continue;
    rows++;
    const nearest = nearestItems(model, likedItems(model, features, labels.length, row));
    const chosen = nearest.findIndex(({ item }) => item === labels[row]);
    if (chosen < 0) continue;
    const columns = new Float64Array(nearest.length * width);
    nearest.forEach(({ item, similarity }, i) => {
      columns[i * width] = similarity;
      items.ranking.forEach((column, c) => {
        columns[i * width + 1 + c] = column[item] as number;
      });
    });
    examples.columns.push(columns);
    examples.chosen.push(chosen);
  }
  return { ...examples, rows };
}
