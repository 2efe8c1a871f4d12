import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { quoteIdentifier } from '../../../main/compute/duckdb/quote.ts';
import type { ColumnValues } from '../../../main/compute/duckdb/read-columns.ts';
import { type Explainer, openExplainer } from '../../../main/compute/explain/explainer.ts';
import { readRowSample } from '../../../main/compute/explain/row-sample.ts';
import { openModel } from '../../../main/compute/scoring/open-model.ts';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { ExplanationReport } from '../../../shared/model/explanation-report.ts';
import type { InputColumn, ModelManifest } from '../../../shared/model/signature.ts';
import { type InputArtifact, implementNode } from '../../../shared/node/runner.ts';
import { nearMisses } from '../../../shared/text/near-misses.ts';
import { readModelManifest } from '../../lib/read-model-manifest.ts';
import { explainNode } from './definition.ts';
import { type Cell, cellOf, evenly, pairInteractions, partialDependence } from './dependence.ts';
import { permutationImportance } from './permutation-importance.ts';
import { ScoredSample } from './scored-sample.ts';
import { findsByItself } from '../../lib/unlabelled-kinds.ts';

/** Fixed, as in an evaluation: the last digits of ONNX Runtime's sums depend on it. */
const threads = 2;
const dependenceColumns = 6;
const interactionColumns = 5;
const pointColumns = 15;
const pointRows = 250;
const exactRows = 1000;
/** Rows a model scores for the contributions of a `sampling` explainer. */
const scoredRows = 400_000;
const listedClasses = 12;
const loggedColumns = 5;

export const runner = implementNode(explainNode, {
  async run(ctx) {
    const model = required(ctx.inputs['model']?.[0]);
    const table = required(ctx.inputs['table']?.[0]);
    const { params, signal } = ctx;
    const manifest = await readModelManifest(model);
    requireColumns(manifest, table, params.columns);
    const label = labelColumn(manifest);
    const read = await readRowSample(table.path('data.parquet'), [...manifest.inputs, label], params.rows, {
      where: `${quoteIdentifier(label.name)} IS NOT NULL`,
      signal,
    });
    const known = knownRows(manifest, read.columns[label.name] as ColumnValues, read.rows);
    if (known.rows.length < 2) {
      throw new AppError('data.empty', 'There are fewer than 2 rows with a label to explain the model on.', {
        fix: 'Look at the filter or the split before this step.',
      });
    }
    const warnings: string[] = [];
    if (known.rows.length < read.rows)
      warnings.push(
        `${read.rows - known.rows.length} rows have a label that the model does not know; they are left out.`,
      );
    const finder = findsByItself(manifest);
    if (finder !== undefined)
      warnings.push(`The model was trained without a label: importance is for what ${finder} wrote.`);
    else if (table.manifest.lineage === 'train')
      warnings.push('These are training rows: importance on held-out rows is smaller.');
    const explainer = await openExplainer({ label: 'the model', manifest, path: (file) => model.path(file), threads });
    const session = await openModel({ manifest, path: (file) => model.path(file) }, { threads, label: 'the model' });
    const everything = new ScoredSample(session, manifest, inputFeeds(manifest, read.feeds), read.rows, signal);
    const sample = everything.subset(manifest, known.rows);
    const columns = Object.fromEntries(
      manifest.inputs.map(({ name }) => [name, takeValues(read.columns[name] as ColumnValues, known.rows)]),
    );
    const scores = await sample.score();
    const output = explainedClass(manifest, params.class, scores);
    const total = manifest.inputs.length + dependenceColumns + 11;
    let done = 0;
    const step = () => ctx.progress({ done: ++done, total, unit: 'parts' });
    const permutation = await permutationImportance(sample, known.actual, manifest.classes.length, {
      repeats: params.repeats,
      seed: params.seed,
      onColumn: step,
    });
    const shap = await summarise(explainer, manifest, sample, columns, output, signal);
    await explainer.close();
    step();
    const ranked = permutation.columns.map(({ column }) => column);
    const plain = new Map(manifest.inputs.filter(({ type }) => type !== 'tensor').map((input) => [input.name, input]));
    const drawn = (
      params.columns.length > 0 ? params.columns : ranked.filter((name) => plain.has(name)).slice(0, dependenceColumns)
    ).filter((name) => {
      if (plain.has(name)) return true;
      warnings.push(`The effect of “${name}” cannot be drawn: it is a tensor.`);
      return false;
    });
    const dependence: ExplanationReport['dependence'] = [];
    for (const name of drawn) {
      const [input, values] = [plain.get(name) as InputColumn, columns[name] as ColumnValues];
      dependence.push(await partialDependence(sample, manifest, input, values, output));
      step();
    }
    const strongest = ranked.filter((name) => plain.has(name)).slice(0, interactionColumns);
    const interactions = await pairInteractions(sample, manifest, strongest, output, step);
    await session.release();
    for (const warning of warnings) ctx.log('warn', warning);
    const report: ExplanationReport = {
      type: 'explanation',
      task: manifest.task,
      label: manifest.label.column,
      class: manifest.classes[output] ?? null,
      rows: sample.rows,
      trainer: manifest.trainer.kind,
      permutation,
      model: manifest.importance,
      shap,
      dependence,
      interactions,
      warnings,
    };
    const path = join(ctx.workDir, 'report.json');
    await writeFile(path, `${JSON.stringify(report)}\n`);
    const top = permutation.columns.slice(0, loggedColumns);
    const figures = top.map(
      ({ column, increase, low }) => `${column} ${increase.toPrecision(3)} ± ${(increase - low).toPrecision(2)}`,
    );
    ctx.log('info', `Shuffling a column raises ${permutation.metric} by: ${figures.join(', ')}.`);
    return {
      report: {
        type: 'report',
        files: { 'report.json': path },
        meta: {
          rows: report.rows,
          metrics: Object.fromEntries(top.map(({ column, increase }) => [`importance.${column}`, increase])),
          model: model.digest,
        },
      },
    };
  },
});

function required(artifact: InputArtifact | undefined): InputArtifact {
  if (artifact === undefined) throw new AppError('internal.bug', 'An input of the explanation is not connected.');
  return artifact;
}

function labelColumn({ label, task }: ModelManifest): InputColumn {
  if (label.type === 'string') return { name: label.column, type: 'string' };
  return { name: label.column, type: task !== 'regression' && label.type === 'bool' ? 'bool' : 'float64' };
}

function requireColumns(manifest: ModelManifest, table: InputArtifact, chosen: readonly string[]): void {
  const inputs = manifest.inputs.map(({ name }) => name);
  const present = table.manifest.schema?.columns.map(({ name }) => name) ?? [];
  const refuse = (
    message: string,
    name: string,
    among: readonly string[],
    code: 'data.column-missing' | 'params.invalid',
  ) => {
    const near = nearMisses(name, among);
    return new AppError(code, message, {
      fix:
        near.length === 0
          ? code === 'params.invalid'
            ? `Choose columns the model uses, such as ${among.slice(0, 3).join(', ')}.`
            : 'Connect held-out rows with the raw columns and the label.'
          : `Did you mean ${near.join(' or ')}?`,
      details: { column: name },
    });
  };
  for (const name of [...inputs, manifest.label.column]) {
    if (!present.includes(name))
      throw refuse(`The table has no column “${name}”, which is needed.`, name, present, 'data.column-missing');
  }
  for (const name of chosen) {
    if (!inputs.includes(name))
      throw refuse(`The model does not use a column “${name}”.`, name, inputs, 'params.invalid');
  }
}

/** Rows whose label the model knows, and the index of their class or their target. */
function knownRows(
  manifest: ModelManifest,
  label: ColumnValues,
  rows: number,
): { rows: Int32Array; actual: Float64Array } {
  const places = new Map(manifest.classes.map((known, i) => [typeof known === 'string' ? known : Number(known), i]));
  const kept: number[] = [];
  const actual: number[] = [];
  for (let row = 0; row < rows; row++) {
    const value = label.values[row] as string | number;
    const target = manifest.task === 'regression' ? (value as number) : places.get(value);
    if (target === undefined || !Number.isFinite(target)) continue;
    kept.push(row);
    actual.push(target);
  }
  return { rows: Int32Array.from(kept), actual: Float64Array.from(actual) };
}

function inputFeeds({ inputs }: ModelManifest, feeds: Awaited<ReturnType<typeof readRowSample>>['feeds']) {
  return Object.fromEntries(inputs.map(({ name }) => [name, feeds[name] as (typeof feeds)[string]]));
}

function takeValues(column: ColumnValues, rows: Int32Array): ColumnValues {
  switch (column.kind) {
    case 'number':
      return { ...column, values: Float64Array.from(rows, (row) => column.values[row] as number) };
    case 'timestamp':
      return {
        ...column,
        values: BigInt64Array.from(
          rows as unknown as ArrayLike<bigint>,
          (_, i) => column.values[rows[i] as number] as bigint,
        ),
      };
    case 'string':
      return { ...column, values: Array.from(rows, (row) => column.values[row] as string) };
    case 'tensor': {
      const { size, values } = column;
      const taken = new Float32Array(rows.length * size);
      rows.forEach((row, i) => taken.set(values.subarray(row * size, (row + 1) * size), i * size));
      return { ...column, values: taken };
    }
  }
}

/** Errors: `params.invalid`. */
function explainedClass({ task, classes }: ModelManifest, wanted: string, scores: Float32Array): number {
  if (wanted !== '' && task !== 'regression') {
    const found = classes.findIndex((label) => String(label) === wanted);
    if (found !== -1) return found;
    throw new AppError('params.invalid', `The model has no class “${wanted}”.`, {
      fix: `Choose one of ${classes.slice(0, 10).join(', ')}.`,
      details: { field: 'class' },
    });
  }
  if (task !== 'multiclass') return task === 'binary' ? 1 : 0;
  const counts = new Uint32Array(classes.length);
  for (let row = 0; row < scores.length / classes.length; row++) {
    const own = scores.subarray(row * classes.length, (row + 1) * classes.length);
    const best = own.indexOf(own.reduce((a, b) => Math.max(a, b)));
    counts[best] = (counts[best] as number) + 1;
  }
  return counts.indexOf(counts.reduce((a, b) => Math.max(a, b)));
}

/** Contributions over some of the rows: means, and points of the columns that matter most. */
async function summarise(
  explainer: Explainer,
  manifest: ModelManifest,
  sample: ScoredSample,
  columns: Readonly<Record<string, ColumnValues>>,
  output: number,
  signal: AbortSignal,
): Promise<ExplanationReport['shap']> {
  const limit =
    explainer.method === 'sampling'
      ? Math.max(20, Math.min(300, Math.floor(scoredRows / explainer.scoredPerRow)))
      : exactRows;
  const rows = evenly(sample.rows, limit);
  const part = sample.subset(manifest, rows);
  const found = await explainer.explain(part.feeds, rows.length, { output, signal });
  const means = meanSizes(found.contributions, rows.length, found.columns.length);
  const isMulticlass = manifest.task === 'multiclass';
  const classes = manifest.classes.slice(0, listedClasses);
  const byClass: Float64Array[] = [];
  if (isMulticlass && explainer.method !== 'sampling') {
    for (const [index] of classes.entries()) {
      const other =
        index === output ? found : await explainer.explain(part.feeds, rows.length, { output: index, signal });
      byClass.push(meanSizes(other.contributions, rows.length, found.columns.length));
    }
  }
  const inputs = new Map(manifest.inputs.map((input) => [input.name, input]));
  const shown = evenly(rows.length, pointRows);
  const listed = found.columns.map((column, c) => ({
    column,
    mean: means[c] as number,
    ...(byClass.length === 0 ? {} : { byClass: byClass.map((each) => each[c] as number) }),
    points: shown.map((row): [number, Cell] => {
      const input = inputs.get(column);
      const values = columns[column];
      const value = input === undefined || values === undefined ? null : cellOf(input, values, rows[row] as number);
      return [found.contributions[row * found.columns.length + c] as number, value];
    }),
  }));
  listed.sort((a, b) => b.mean - a.mean);
  return {
    method: explainer.method,
    scale: explainer.scale,
    ...(explainer.note === undefined ? {} : { note: explainer.note }),
    rows: rows.length,
    base: found.base.reduce((sum, value) => sum + value, 0) / rows.length,
    columns: listed.map(({ points, ...rest }, i) => (i < pointColumns ? { ...rest, points } : rest)),
    ...(byClass.length === 0 ? {} : { classes }),
  };
}

function meanSizes(contributions: Float64Array, rows: number, width: number): Float64Array {
  const means = new Float64Array(width);
  contributions.forEach((value, i) => {
    means[i % width] = (means[i % width] as number) + Math.abs(value) / rows;
  });
  return means;
}
