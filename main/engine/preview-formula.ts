import { tmpdir } from 'node:os';
import { previewExpression, type PreviewedValues } from '../../nodes/feature/expression/preview.ts';
import type { TablePage } from '../../shared/rpc/engine-contract.ts';
import type { Column } from '../../shared/table/schema.ts';
import { readTablePage } from '../compute/duckdb/page.ts';
import { tableFile } from '../compute/duckdb/write-table.ts';
import { type ArtifactStore, artifactNotFound } from '../store/artifact-store.ts';

export interface FormulaPreview {
  formula: string;
  /** Of the table or features that the formula is over. */
  digest: string;
  /** First rows that are shown. */
  rows: number;
}

/**
 * The first rows of an input with what a formula gives for each, computed as training and serving compute it: its value
 * first, then what it names. Errors: `artifact.not-found`, those of `feature.expression`, `run.cancelled`.
 */
export async function previewFormula(
  { formula, digest, rows }: FormulaPreview,
  store: ArtifactStore,
  signal: AbortSignal,
): Promise<TablePage> {
  const input = await store.open(digest);
  if (input === undefined) throw artifactNotFound(digest);
  const ctx = { inputs: { input: [input] }, open: (other: string) => store.open(other), signal };
  const { value, features, table, columns } = await previewExpression(ctx, formula, rows);
  const raw =
    columns.length === 0
      ? undefined
      : await readTablePage(
          table.path(tableFile),
          columns,
          { offset: 0, limit: rows },
          { threads: 1, tempDir: tmpdir(), signal },
        );
  const made = [{ ...value, name: 'value' }, ...features];
  return {
    columns: [...made.map(columnOf), ...columns],
    rows: value.values.map((_, row) => [
      ...made.map(({ values }) => shown(values[row] ?? null)),
      ...(raw?.rows[row] ?? []),
    ]),
    offset: 0,
    total: value.values.length,
  };
}

function columnOf({ name, isText }: PreviewedValues): Column {
  return isText ? { name, type: 'string', sqlType: 'VARCHAR' } : { name, type: 'float64', sqlType: 'FLOAT' };
}

/** Float32 with no more digits than it has; what JSON cannot hold as text. */
function shown(value: number | string | null): number | string | null {
  if (typeof value !== 'number') return value;
  if (!Number.isFinite(value)) return value > 0 ? 'Infinity' : '-Infinity';
  return Number(value.toPrecision(8));
}
