import { type BatchSession, runBatches } from '../../../main/compute/onnx/run-batches.ts';
import { AppError } from '../../../shared/errors/app-error.ts';
import { MISSING_STRING, type InputColumn, type ModelManifest, scoreOutput } from '../../../shared/model/signature.ts';
import type { InputArtifact } from '../../../shared/node/runner.ts';
import { nearMisses } from '../../../shared/text/near-misses.ts';
import { findsByItself } from '../../lib/unlabelled-kinds.ts';

/** Scores and labels of the held-out rows that have a label. */
export interface Predictions {
  rows: number;
  /** Probabilities [rows, classes] row-major, or predictions [rows]. */
  scores: Float32Array;
  /** Index into the model's classes, or the target value. */
  actual: Float64Array;
  /** Position of each row in the table, from 0. */
  ordinals: Float64Array;
  /** Rows without a usable label, which are left out. */
  unlabelled: number;
  /** Rows that a forecast does not reach, which are left out. */
  unreached?: number;
}

export interface PredictOptions {
  session: BatchSession;
  manifest: ModelManifest;
  table: InputArtifact;
  signal: AbortSignal;
  onProgress(rowsDone: number): void;
}

/**
 * The fused model over a raw table. Errors: `data.column-missing`, `data.empty`, `train.bad-label` for classes the
 * model does not know, `run.cancelled`.
 */
export async function predictTable(options: PredictOptions): Promise<Predictions> {
  const { session, manifest, table } = options;
  requireColumns(manifest, table);
  const { column } = manifest.label;
  const isClassification = manifest.task !== 'regression';
  const width = isClassification ? manifest.classes.length : 1;
  const indexOf = new Map(manifest.classes.map((label, i) => [typeof label === 'string' ? label : Number(label), i]));
  const unseen = new Map<string | number, number>();
  const scores = new GrowingArray(Float32Array);
  const actual = new GrowingArray(Float64Array);
  const ordinals = new GrowingArray(Float64Array);
  let unlabelled = 0;
  let unreached = 0;
  const label = labelInput(manifest);
  const output = scoreOutput(manifest.task);
  for await (const batch of runBatches(session, table.path('data.parquet'), {
    inputs: manifest.inputs,
    extra: [label],
    outputs: [output],
    signal: options.signal,
    onProgress: options.onProgress,
  })) {
    const labels = batch.columns[column];
    const batchScores = batch.outputs[output]?.data as Float32Array;
    for (let row = 0; row < batch.rows; row++) {
      const value = labels?.values[row] as string | number;
      if (value === MISSING_STRING || (typeof value === 'number' && !Number.isFinite(value))) {
        unlabelled++;
        continue;
      }
      const target = isClassification ? indexOf.get(value) : (value as number);
      if (target === undefined) {
        unseen.set(value, (unseen.get(value) ?? 0) + 1);
        continue;
      }
      if (manifest.forecast !== undefined && Number.isNaN(batchScores[row])) {
        unreached++;
        continue;
      }
      actual.push(target);
      ordinals.push(batch.offset + row);
      for (let k = 0; k < width; k++) scores.push(batchScores[row * width + k] as number);
    }
  }
  if (unseen.size > 0) throw unseenClasses(manifest, unseen);
  if (actual.length === 0 && unreached > 0) throw beyondForecast(manifest, unreached);
  if (actual.length === 0) {
    throw new AppError(
      'data.empty',
      unlabelled === 0
        ? 'The table to evaluate on has no rows.'
        : `None of the ${unlabelled} rows to evaluate on has a value in the label column “${column}”.`,
      { fix: 'Look at the filter or the split before this step.' },
    );
  }
  return {
    rows: actual.length,
    scores: scores.take() as Float32Array,
    actual: actual.take() as Float64Array,
    ordinals: ordinals.take() as Float64Array,
    unlabelled,
    ...(unreached === 0 ? {} : { unreached }),
  };
}

function beyondForecast({ forecast }: ModelManifest, rows: number): AppError {
  return new AppError('data.empty', `None of the ${rows} rows to evaluate on is one that the forecast reaches.`, {
    fix: `Split by time before the forecast, and evaluate on at most ${forecast?.horizon ?? 0} steps behind the last one that it knows.`,
  });
}

/** The label column as it is read. */
export function labelInput({ label, task }: ModelManifest): InputColumn {
  if (label.type === 'string') return { name: label.column, type: 'string' };
  return { name: label.column, type: task === 'regression' ? 'float64' : label.type === 'bool' ? 'bool' : 'float64' };
}

function requireColumns(manifest: ModelManifest, table: InputArtifact): void {
  const names = table.manifest.schema?.columns.map((column) => column.name) ?? [];
  const { column } = manifest.label;
  if (!names.includes(column)) {
    const finder = findsByItself(manifest);
    if (finder !== undefined) {
      throw new AppError('data.column-missing', `The table has no “${column}”, which the ${finder} step writes.`, {
        fix: `Connect the table that comes out of ${finder}: evaluating such a model checks that serving gives the same.`,
        details: { column, columns: names },
      });
    }
    throw new AppError('data.column-missing', `The table to evaluate on has no label column “${column}”.`, {
      fix: `Connect held-out rows that still have “${column}”${suggestion(column, names)}.`,
      details: { column, columns: names },
    });
  }
  for (const input of manifest.inputs) {
    if (names.includes(input.name)) continue;
    throw new AppError(
      'data.column-missing',
      `The table to evaluate on has no column “${input.name}”, which the model needs.`,
      {
        fix: `Connect rows with the raw columns the features were fitted on${suggestion(input.name, names)}.`,
        details: { column: input.name, columns: names },
      },
    );
  }
}

function suggestion(name: string, names: readonly string[]): string {
  const near = nearMisses(name, names);
  return near.length === 0 ? '' : ` (did you mean ${near.join(' or ')}?)`;
}

function unseenClasses({ label, classes }: ModelManifest, unseen: ReadonlyMap<string | number, number>): AppError {
  const rows = [...unseen.values()].reduce((a, b) => a + b, 0);
  const names = [...unseen.keys()].slice(0, 5).map((value) => `“${value}”`);
  const more = unseen.size > names.length ? ` and ${unseen.size - names.length} more` : '';
  return new AppError(
    'train.bad-label',
    `The label “${label.column}” has classes the model was not trained on: ${names.join(', ')}${more}, in ${rows} rows.`,
    {
      fix: 'Split so that every class has training rows, or drop these rows before evaluating.',
      details: { column: label.column, classes: classes.slice(0, 100), unseen: [...unseen.keys()].slice(0, 100) },
    },
  );
}

/** A typed array of unknown final length. */
class GrowingArray {
  length = 0;
  #values: Float32Array | Float64Array;
  readonly #type: Float32ArrayConstructor | Float64ArrayConstructor;

  constructor(type: Float32ArrayConstructor | Float64ArrayConstructor) {
    this.#type = type;
    this.#values = new type(1024);
  }

  push(value: number): void {
    if (this.length === this.#values.length) {
      const larger = new this.#type(this.length * 2);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.length++] = value;
  }

  take(): Float32Array | Float64Array {
    return this.#values.slice(0, this.length);
  }
}
