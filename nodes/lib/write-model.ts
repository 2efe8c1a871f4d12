import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type DuckDb, parquetRelation, withDuckDb } from '../../main/compute/duckdb/connection.ts';
import { duckDbError } from '../../main/compute/duckdb/duckdb-error.ts';
import { quoteIdentifier, quotePath } from '../../main/compute/duckdb/quote.ts';
import type { MergedPipeline } from '../../main/compute/onnx/merge-pipelines.ts';
import { encodeModel } from '../../main/compute/onnx/proto.ts';
import { type JoinedView, joinedColumns, joinedViewsOf } from '../../shared/features/joined-view.ts';
import { requestColumns } from '../../shared/model/request-columns.ts';
import { matrixFile, modelFiles, modelFormOf } from '../../shared/model/model-form.ts';
import type {
  FeatureColumn,
  FeaturesManifest,
  InputColumn,
  ModelManifest,
  PythonEstimator,
} from '../../shared/model/signature.ts';
import type { ArtifactDraft, InputArtifact, StepContext } from '../../shared/node/runner.ts';
import { pixelColumnsOf } from '../../shared/table/pixel-columns.ts';
import type { Labels } from './labels.ts';

const referenceRowLimit = 50_000;
/** A string column with more distinct values than this is not a choice. */
const choiceColumnLimit = 1000;
const choiceLimit = 400;

/** Its two forms; see `model-form.ts`. */
type ModelBytes =
  | {
      /** Fused graph: raw columns in, scores out. */
      onnx: Uint8Array;
      /** The trainer's own parameters, read back by `loadNativeScorer`. */
      native: Uint8Array;
      python?: undefined;
    }
  | { python: PythonEstimator; estimator: Uint8Array; matrix: Uint8Array };

export type TrainedModel = ModelBytes & TrainingFacts;

interface TrainingFacts {
  trainer: ModelManifest['trainer'];
  curve: ModelManifest['training']['curve'];
  /** Importance of each column of the training matrix, in any unit, ≥ 0; summed per feature and scaled to 1. */
  importance: ArrayLike<number>;
  /** Only for trainers with determinism `numeric`. */
  seconds?: number;
  forecast?: ModelManifest['forecast'];
  ran?: { provider: string; why: string };
}

export interface WriteModelOptions {
  ctx: Pick<StepContext, 'workDir' | 'signal' | 'memoryBytes'>;
  /** The training table. */
  table: InputArtifact;
  /** Raw columns that the model asks for. */
  inputs: readonly InputColumn[];
  /** What it was trained on; kept beside the model, so that the parity gate can feed the native scorer. */
  pipeline: MergedPipeline;
  labels: Labels;
  model: TrainedModel;
}

/**
 * Writes the files of a `model` artifact: `model.onnx` and `native.bin` (or `estimator.pkl` and `matrix.onnx`), `reference.parquet` (at most 50,000 rows of the
 * raw inputs and the label, evenly spaced over the training table), `model.json`, and the feature pipeline as
 * `pipeline.onnx` with `features.json`. Equal arguments give equal bytes.
 */
export async function writeModel({
  ctx,
  table,
  inputs,
  pipeline,
  labels,
  model,
}: WriteModelOptions): Promise<ArtifactDraft> {
  const own: Record<string, Uint8Array> =
    model.python === undefined
      ? { [modelFiles.onnx]: model.onnx, 'native.bin': model.native }
      : { [modelFiles.python]: model.estimator, [matrixFile]: model.matrix };
  const files = {
    ...Object.fromEntries(Object.keys(own).map((name) => [name, join(ctx.workDir, name)])),
    'reference.parquet': join(ctx.workDir, 'reference.parquet'),
    'model.json': join(ctx.workDir, 'model.json'),
    'pipeline.onnx': join(ctx.workDir, 'pipeline.onnx'),
    'features.json': join(ctx.workDir, 'features.json'),
  };
  for (const [name, bytes] of Object.entries(own)) await writeFile(join(ctx.workDir, name), bytes);
  await writeFile(files['pipeline.onnx'], encodeModel(pipeline.model));
  const fitted: FeaturesManifest = { table: pipeline.table, inputs: pipeline.inputs, outputs: pipeline.features };
  await writeFile(files['features.json'], `${JSON.stringify(fitted)}\n`);
  const joined = joinedColumns(joinedViewsOf(table.manifest.meta), new Set(inputs.map(({ name }) => name)));
  const pixels = pixelColumnsOf(table.manifest.meta);
  const keys = keysBesideInputs(inputs, joined, table);
  const source = parquetRelation(table.path('data.parquet'), table.manifest.schema?.columns);
  // One thread: the layout of the Parquet file must not depend on the machine.
  const { example, choices } = await withDuckDb(
    { threads: 1, memoryBytes: ctx.memoryBytes, tempDir: ctx.workDir, signal: ctx.signal },
    async (db) => {
      try {
        await writeReference(
          db,
          source,
          [...inputs.map((input) => input.name), labels.label.column],
          files['reference.parquet'],
        );
        return {
          example: {
            ...(await readExample(db, parquetRelation(files['reference.parquet']), inputs)),
            ...(await readExample(db, source, keys)),
          },
          choices: await readChoices(db, source, [...inputs, ...keys]),
        };
      } catch (error) {
        throw duckDbError(error, { code: 'data.unreadable', doing: 'Cannot sample the training table' });
      }
    },
  );
  const manifest: ModelManifest = {
    task: labels.task,
    label: labels.label,
    classes: labels.classes,
    inputs: inputs.map((input) => {
      const shape = pixels[input.name];
      return shape === undefined ? input : { ...input, pixels: shape };
    }),
    features: pipeline.features,
    trainer: model.trainer,
    training: {
      rows: labels.values.length,
      table: pipeline.table,
      ...(model.seconds === undefined ? {} : { seconds: model.seconds }),
      ...(model.ran === undefined ? {} : { ran: model.ran }),
      curve: model.curve,
    },
    importance: importancePerFeature(pipeline.features, model.importance),
    example,
    choices,
    ...(model.forecast === undefined ? {} : { forecast: model.forecast }),
    ...(model.python === undefined ? {} : { python: model.python }),
    ...(joined.length === 0 ? {} : { joined }),
  };
  await writeFile(files['model.json'], `${JSON.stringify(manifest)}\n`);
  return {
    type: 'model',
    files,
    meta: {
      task: labels.task,
      rows: labels.values.length,
      trainer: model.trainer.kind,
      ...(model.python === undefined ? {} : { form: modelFormOf(model) }),
    },
  };
}

/** Keys of joined views that the training table has and the model does not learn from. */
function keysBesideInputs(
  inputs: readonly InputColumn[],
  joined: readonly JoinedView[],
  { manifest }: InputArtifact,
): InputColumn[] {
  const learnt = new Set(inputs.map(({ name }) => name));
  const present = new Set(manifest.schema?.columns.map(({ name }) => name));
  return requestColumns({ inputs: [...inputs], joined: [...joined] }).filter(
    ({ name }) => !learnt.has(name) && present.has(name),
  );
}

/** Sum per feature over its columns, scaled to a sum of 1, largest first; all zero when nothing was used. */
function importancePerFeature(
  features: readonly FeatureColumn[],
  perColumn: ArrayLike<number>,
): ModelManifest['importance'] {
  let column = 0;
  const sums = features.map(({ name, width }) => {
    let value = 0;
    for (let i = 0; i < width; i++) value += perColumn[column++] ?? 0;
    return { feature: name, value };
  });
  const total = sums.reduce((sum, { value }) => sum + value, 0);
  const shares = sums.map(({ feature, value }) => ({ feature, value: total > 0 ? value / total : 0 }));
  return shares.sort((a, b) => b.value - a.value);
}

async function writeReference(db: DuckDb, source: string, columns: readonly string[], path: string): Promise<void> {
  const names = columns.map(quoteIdentifier).join(', ');
  const ordinal = quoteIdentifier(unusedName('ordinal', columns));
  const total = quoteIdentifier(unusedName('total', columns));
  // Row i of n is taken when i·k/n passes a whole number: k rows, evenly spaced, in order.
  await db.run(
    `COPY (
      SELECT ${names} FROM (
        SELECT ${names}, row_number() OVER () - 1 AS ${ordinal}, count(*) OVER () AS ${total} FROM ${source}
      )
      WHERE ${total} <= ${referenceRowLimit}
        OR ((${ordinal} + 1) * ${referenceRowLimit}) // ${total} > (${ordinal} * ${referenceRowLimit}) // ${total}
      ORDER BY ${ordinal}
    ) TO ${quotePath(path)} (FORMAT parquet, COMPRESSION zstd)`,
  );
}

function unusedName(stem: string, taken: readonly string[]): string {
  const lower = new Set(taken.map((name) => name.toLowerCase()));
  let name = stem;
  while (lower.has(name)) name += '_';
  return name;
}

/** First row without a missing value, else the first row. */
async function readExample(
  db: DuckDb,
  source: string,
  inputs: readonly InputColumn[],
): Promise<Record<string, unknown>> {
  if (inputs.length === 0) return {};
  const missing = inputs.map((input) => `(${quoteIdentifier(input.name)} IS NULL)::INT`).join(' + ');
  const [row] = await db.rows(
    `SELECT ${inputs.map((input) => `${jsonValue(input)} AS ${quoteIdentifier(input.name)}`).join(', ')}
    FROM (SELECT *, row_number() OVER () AS _ordinal FROM ${source})
    ORDER BY ${missing} > 0, _ordinal LIMIT 1`,
  );
  return row ?? {};
}

/** SQL value that `DuckDb.rows` gives as the JSON a prediction request carries. */
function jsonValue(input: InputColumn): string {
  const name = quoteIdentifier(input.name);
  switch (input.type) {
    case 'bool':
      return name;
    case 'int64':
    case 'float64':
      return `CAST(${name} AS DOUBLE)`;
    case 'timestamp':
      return `strftime(CAST(${name} AS TIMESTAMP), '%Y-%m-%dT%H:%M:%S.%fZ')`;
    case 'string':
      return `CAST(${name} AS VARCHAR)`;
    case 'tensor':
      return `CAST(${name} AS DOUBLE[])`;
  }
}

/** By string column of at most 1,000 distinct values: the 400 most frequent ones, sorted. */
async function readChoices(
  db: DuckDb,
  source: string,
  inputs: readonly InputColumn[],
): Promise<ModelManifest['choices']> {
  const choices: ModelManifest['choices'] = {};
  for (const input of inputs) {
    if (input.type !== 'string') continue;
    const name = quoteIdentifier(input.name);
    const rows = await db.rows(
      `SELECT CAST(${name} AS VARCHAR) AS value, count(*) AS n FROM ${source} WHERE ${name} IS NOT NULL
      GROUP BY ALL ORDER BY n DESC, value LIMIT ${choiceColumnLimit + 1}`,
    );
    if (rows.length === 0 || rows.length > choiceColumnLimit) continue;
    const values = rows.slice(0, choiceLimit).map((row) => String(row['value']));
    choices[input.name] = values.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  }
  return choices;
}
