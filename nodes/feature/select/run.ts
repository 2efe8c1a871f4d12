import { withDuckDb } from '../../../main/compute/duckdb/connection.ts';
import { quoteLiteral } from '../../../main/compute/duckdb/quote.ts';
import { stepDuckDbOptions } from '../../../main/compute/duckdb/step-options.ts';
import { writeTable } from '../../../main/compute/duckdb/write-table.ts';
import { binned, mutualInformation } from '../../../main/compute/fit/mutual-information.ts';
import { computeFeatureColumns } from '../../../main/compute/onnx/feature-matrix.ts';
import { mergePipelines, type MergedPipeline, readPipeline } from '../../../main/compute/onnx/merge-pipelines.ts';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { InputArtifact, StepContext } from '../../../shared/node/runner.ts';
import { implementNode } from '../../../shared/node/runner.ts';
import { runFeatureStep, trainingTable } from '../../lib/feature-step.ts';
import { fitTrees } from '../../lib/fit-trees.ts';
import { labelledRows, readLabels } from '../../lib/labels.ts';
import { replaceOutOfFold } from '../../lib/training-data.ts';
import { trainingHooks } from '../../lib/training-hooks.ts';
import { treesNode } from '../../train/trees/definition.ts';
import { selectFeaturesNode, type SelectParams } from './definition.ts';
import { lowerSelect } from './lower.ts';

/** Quantiles that a number label is told apart by. */
const labelBins = 10;
const treeCount = 50;

export const runner = implementNode(selectFeaturesNode, {
  async run(ctx) {
    const input = ctx.inputs['input']?.[0];
    if (input?.type !== 'features') throw new AppError('internal.bug', 'The step has no features.');
    const table = await trainingTable(ctx);
    const pipeline = mergePipelines([await readPipeline(input)]);
    const scores = await scoresOf(ctx, pipeline, table);
    const kept = keptFeatures(scores, ctx.params);
    if (kept.size === 0) {
      throw new AppError('data.empty', `No feature has a score above ${ctx.params.minScore}.`, {
        fix: 'Lower the minimum score, or name features that always stay.',
      });
    }
    const features = await runFeatureStep(ctx, {
      rule: { field: 'always', columns: [...scores.keys()], refuse: () => undefined, takesOutOfFold: true },
      lower: (_builder, source) => lowerSelect(source, kept),
      prunes: true,
    });
    const rows = [...scores]
      .map(([name, score], index) => ({ name, score, index }))
      .toSorted((a, b) => b.score - a.score || a.index - b.index)
      .map(({ name, score }) => `(${quoteLiteral(name)}, CAST('${score}' AS DOUBLE), ${kept.has(name)})`);
    const query = `SELECT * FROM (VALUES ${rows.join(', ')}) AS listed(feature, score, kept)`;
    const listed = await withDuckDb(stepDuckDbOptions(ctx), (db) =>
      writeTable(db, query, { workDir: ctx.workDir, file: 'scores.parquet' }),
    );
    return { ...features, scores: { ...listed, files: { 'data.parquet': listed.files['data.parquet'] ?? '' } } };
  },
});

/** By score, ties in their order; what always stays counts among `keep`. */
export function keptFeatures(
  scores: ReadonlyMap<string, number>,
  { keep, minScore, always }: Pick<SelectParams, 'keep' | 'minScore' | 'always'>,
): Set<string> {
  const kept = new Set(always.filter((name) => scores.has(name)));
  const ranked = [...scores].toSorted((a, b) => b[1] - a[1]);
  for (const [name, score] of ranked) if (kept.size < keep && score > minScore) kept.add(name);
  return kept;
}

async function scoresOf(
  ctx: StepContext<SelectParams>,
  pipeline: MergedPipeline,
  table: InputArtifact,
): Promise<Map<string, number>> {
  const { method, label, task } = ctx.params;
  const all = await computeFeatureColumns(pipeline, table.path('data.parquet'), {
    threads: ctx.threads,
    signal: ctx.signal,
    onProgress: (done) => ctx.progress({ done, total: table.manifest.rowCount ?? done, unit: 'rows' }),
  });
  await replaceOutOfFold(pipeline, all.rows, (place, values) => all.columns[place]?.set(values));
  if (method === 'variance') return perFeature(pipeline, all.columns.map(variance), Math.max);
  const labels = await readLabels({ table, label, task, inputs: pipeline.inputs, ctx });
  const columns = all.columns.map((column) => labelledRows(column, labels));
  if (method === 'mutual-information') {
    const target =
      labels.task === 'regression'
        ? binned(labels.values, labelBins)
        : { codes: labels.values, count: labels.classes.length };
    const found = columns.map((column) => mutualInformation(binned(column), target));
    return perFeature(pipeline, found, Math.max);
  }
  const { importance } = await fitTrees({
    columns,
    features: pipeline.features,
    targets: labels,
    params: treesNode.params.parse({ label, trees: treeCount, seed: ctx.params.seed }),
    hooks: trainingHooks(ctx),
  });
  const total = Array.from(importance).reduce((sum, gain) => sum + gain, 0);
  const shares = Array.from(importance, (gain) => (total === 0 ? 0 : gain / total));
  return perFeature(pipeline, shares, (...values) => values.reduce((sum, value) => sum + value, 0));
}

function perFeature(
  { features }: MergedPipeline,
  columns: readonly number[],
  combine: (...values: number[]) => number,
): Map<string, number> {
  let next = 0;
  return new Map(features.map(({ name, width }) => [name, combine(...columns.slice(next, (next += width)))]));
}

/** Of the finite values, divided by their number; 0 for fewer than two. */
function variance(column: Float32Array): number {
  let [count, mean, squares] = [0, 0, 0];
  for (const value of column) {
    if (!Number.isFinite(value)) continue;
    count++;
    const off = value - mean;
    mean += off / count;
    squares += off * (value - mean);
  }
  return count < 2 ? 0 : squares / count;
}
