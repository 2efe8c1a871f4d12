import { appendColumns, type ScalarColumn } from '../../main/compute/duckdb/append-columns.ts';
import { type DuckDb, withDuckDb } from '../../main/compute/duckdb/connection.ts';
import { numberedParquetRelation } from '../../main/compute/duckdb/numbered-relation.ts';
import { quoteIdentifier } from '../../main/compute/duckdb/quote.ts';
import { stepDuckDbOptions } from '../../main/compute/duckdb/step-options.ts';
import { tableFile, writeTable } from '../../main/compute/duckdb/write-table.ts';
import { type MergedPipeline, mergePipelines, readPipeline } from '../../main/compute/onnx/merge-pipelines.ts';
import { requireMatrixMemory } from './matrix-memory.ts';
import { AppError } from '../../shared/errors/app-error.ts';
import type { ArtifactDraft, InputArtifact, StepContext } from '../../shared/node/runner.ts';

type Context = Pick<
  StepContext<unknown>,
  'inputs' | 'open' | 'workDir' | 'signal' | 'threads' | 'memoryBytes' | 'progress'
>;

export interface FeatureTable {
  /** The connected feature steps as one graph. */
  pipeline: MergedPipeline;
  /** The table they were fitted on. */
  table: InputArtifact;
}

/** What trainers without a label start from. Errors: `features.mismatch`, `features.lineage`, `artifact.not-found`, `train.no-rows`. */
export async function readFeatureTable(ctx: Context): Promise<FeatureTable> {
  const pipeline = mergePipelines(await Promise.all((ctx.inputs['features'] ?? []).map(readPipeline)));
  const table = await ctx.open(pipeline.table);
  if (table === undefined) {
    throw new AppError('artifact.not-found', 'The table that the features were fitted on is no longer in the store.', {
      fix: 'Run the steps before this one again.',
    });
  }
  const { lineage, rowCount } = table.manifest;
  if (lineage === 'test' || lineage === 'validation') {
    throw new AppError('features.lineage', `The trainer would learn from held-out rows (${lineage}).`, {
      fix: 'Connect features of the training rows.',
    });
  }
  if (rowCount === 0) {
    throw new AppError('train.no-rows', 'The training table has no rows.', {
      fix: 'Look at the filter or the split before this step.',
    });
  }
  requireMatrixMemory(rowCount ?? 0, pipeline.width);
  return { pipeline, table };
}

/**
 * The rows of a table with further columns, one value per row; the columns must be new. `ordinals`: the rows that have
 * values, from 0, and no others; default all. Errors: `data.column-type`.
 */
export async function writeScoredTable(
  ctx: Pick<Context, 'workDir' | 'signal' | 'threads' | 'memoryBytes' | 'progress'>,
  table: InputArtifact,
  columns: readonly (ScalarColumn & { sqlType: string })[],
  ordinals?: Float64Array,
): Promise<{ draft: ArtifactDraft; artifact: InputArtifact }> {
  const schema = table.manifest.schema?.columns ?? [];
  const taken = columns.find(({ name }) => schema.some((column) => column.name.toLowerCase() === name.toLowerCase()));
  if (taken !== undefined) {
    throw new AppError('data.column-type', `The table has a column “${taken.name}” already.`, {
      fix: 'Choose another name for the new column.',
    });
  }
  const draft = await withDuckDb(stepDuckDbOptions(ctx), async (db) => {
    await appendScores(db, columns, ordinals);
    const source = numberedParquetRelation(table.path(tableFile), schema);
    const old = schema.map(({ name }) => `source.${quoteIdentifier(name)}`);
    const added = columns.map(
      ({ name, sqlType }) => `CAST(scored.${quoteIdentifier(name)} AS ${sqlType}) AS ${quoteIdentifier(name)}`,
    );
    const { lineage } = table.manifest;
    return writeTable(
      db,
      `SELECT ${[...old, ...added].join(', ')} FROM ${source.relation} AS source
        JOIN scored ON source.${source.ordinal} = CAST(scored."row ordinal of slipway" AS BIGINT)
        ORDER BY source.${source.ordinal}`,
      { workDir: ctx.workDir, file: 'scored.parquet', ...(lineage === undefined ? {} : { lineage }) },
    );
  });
  const manifest = { ...table.manifest, ...(draft.schema === undefined ? {} : { schema: draft.schema }) };
  const path = draft.files[tableFile] ?? '';
  return { draft, artifact: { digest: table.digest, type: 'table', manifest, path: () => path } };
}

async function appendScores(db: DuckDb, columns: readonly ScalarColumn[], ordinals?: Float64Array): Promise<void> {
  const rows = columns[0]?.values.length ?? 0;
  const values = ordinals ?? Float64Array.from({ length: rows }, (_, row) => row);
  await appendColumns(db, 'scored', [{ name: 'row ordinal of slipway', kind: 'number', values }, ...columns]);
}
