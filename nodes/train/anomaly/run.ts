import { appendModel } from '../../../main/compute/onnx/append-model.ts';
import { computeFeatureColumns } from '../../../main/compute/onnx/feature-matrix.ts';
import { growIsolationForest } from '../../../main/compute/trees/isolation-forest.ts';
import { gainImportance } from '../../../main/compute/trees/importance.ts';
import { encodeTrees } from '../../../main/compute/trees/native-format.ts';
import { createTreeScorer } from '../../../main/compute/trees/predict.ts';
import { addTreeEnsemble } from '../../../main/compute/trees/to-onnx.ts';
import { AppError } from '../../../shared/errors/app-error.ts';
import { implementNode } from '../../../shared/node/runner.ts';
import type { Labels } from '../../lib/labels.ts';
import { readFeatureTable, writeScoredTable } from '../../lib/unlabelled.ts';
import { writeModel } from '../../lib/write-model.ts';
import { anomalyNode } from './definition.ts';

/** Rows scored together. */
const scoredRows = 65_536;

export const runner = implementNode(anomalyNode, {
  async run(ctx) {
    const { params } = ctx;
    const { pipeline, table } = await readFeatureTable(ctx);
    const { columns, rows } = await computeFeatureColumns(pipeline, table.path('data.parquet'), {
      threads: ctx.threads,
      signal: ctx.signal,
      onProgress: (done) => ctx.progress({ done, total: table.manifest.rowCount ?? done, unit: 'rows' }),
    });
    const model = await growIsolationForest({
      columns,
      trees: params.trees,
      rowsPerTree: params.rowsPerTree,
      seed: params.seed,
      signal: ctx.signal,
      onTree: (done) => ctx.progress({ done, total: params.trees, unit: 'trees' }),
    });
    if (model.trees.every((tree) => tree.feature.length === 0)) {
      throw new AppError('train.one-class', 'All rows have the same features: none is unusual.', {
        fix: 'Look at the features, or at the filter before this step.',
      });
    }
    const scores = new Float64Array(rows);
    const scorer = createTreeScorer(model);
    for (let start = 0; start < rows; start += scoredRows) {
      if (ctx.signal.aborted) throw new AppError('run.cancelled', 'Cancelled.');
      const count = Math.min(scoredRows, rows - start);
      const part = new Float32Array(count * columns.length);
      columns.forEach((column, c) => {
        part.set(column.subarray(start, start + count), c * count);
      });
      scores.set(scorer.score(part, count), start);
    }
    const threshold = scores.toSorted().at(-Math.max(1, Math.round(params.share * rows))) as number;
    const flags = scores.map((score) => (score >= threshold ? 1 : 0));
    const flagged = flags.reduce((sum, flag) => sum + flag, 0);
    ctx.log('info', `${flagged} of ${rows} rows have a score of ${threshold.toFixed(4)} or more.`);
    const scored = await writeScoredTable(ctx, table, [
      { name: params.column, kind: 'number', values: scores, sqlType: 'DOUBLE' },
      { name: params.flag, kind: 'number', values: flags, sqlType: 'BOOLEAN' },
    ]);
    const labels: Labels = {
      task: 'regression',
      label: { column: params.column, type: 'float64' },
      classes: [],
      values: scores,
      rows: undefined,
    };
    const fused = await appendModel({
      pipeline,
      build: (builder, features) => addTreeEnsemble(builder, model, features),
    });
    const draft = await writeModel({
      ctx,
      table: scored.artifact,
      inputs: fused.inputs,
      pipeline,
      labels,
      model: {
        onnx: fused.bytes,
        native: encodeTrees(model),
        trainer: { kind: anomalyNode.kind, params: { ...params } },
        curve: { metric: 'rmse', train: [], valid: [] },
        importance: gainImportance(model),
      },
    });
    return { model: { ...draft, meta: { ...draft.meta, threshold } }, table: scored.draft };
  },
});
