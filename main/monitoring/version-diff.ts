import { tmpdir } from 'node:os';
import type { DatasetDiff } from '../../shared/rpc/dataset-schemas.ts';
import type { Column } from '../../shared/table/schema.ts';
import { countRowChanges } from '../compute/duckdb/row-diff.ts';
import { summarizeFile, incomparable } from '../compute/drift/column-summary.ts';
import { compareColumns } from '../compute/drift/drift-report.ts';
import { inputColumns, sameKind } from '../compute/drift/table-drift.ts';

/** A stored table. */
export interface TableVersion {
  /** Its Parquet file. */
  path: string;
  columns: readonly Column[];
}

/** Columns whose distributions are compared. */
const mostColumns = 300;
const minimumRows = 20;
const alpha = 0.05;
const memoryBytes = 1024 ** 3;

/** How two versions of a table differ: columns, rows, and the distribution of each column that both have. */
export async function diffVersions(
  before: TableVersion,
  after: TableVersion,
  signal: AbortSignal | undefined,
): Promise<DatasetDiff> {
  const common = before.columns.filter((column) => after.columns.some(({ name }) => name === column.name));
  const rows = await countRowChanges(before.path, after.path, common, {
    threads: 2,
    memoryBytes,
    tempDir: tmpdir(),
    ...(signal === undefined ? {} : { signal }),
  });
  const comparable = common.filter((column) => sameKind(column, after.columns));
  const compared = comparable.slice(0, mostColumns);
  const afterColumns = compared.flatMap(({ name }) => after.columns.find((column) => column.name === name) ?? []);
  const reference = await summarizeFile(before.path, inputColumns(compared), signal);
  const current = await summarizeFile(after.path, inputColumns(afterColumns), signal);
  const { columns } = compareColumns(
    compared.map(({ name, type }) => ({
      column: name,
      type,
      reference: reference.get(name),
      current: current.get(name),
      skipped: incomparable(type),
    })),
    { minimumRows, alpha },
  );
  return {
    schema: columnChanges(before.columns, after.columns),
    rows,
    columns: columns.map(({ column, type, method, statistic, pValue, drifted, state, distribution }) => ({
      column,
      type,
      method,
      statistic,
      pValue,
      differs: drifted,
      state,
      distribution,
    })),
    notCompared: comparable.length - compared.length,
  };
}

function columnChanges(before: readonly Column[], after: readonly Column[]): DatasetDiff['schema'] {
  const typeIn = (columns: readonly Column[], name: string) =>
    columns.find((column) => column.name === name)?.sqlType ?? null;
  const names = [...new Set([...before, ...after].map(({ name }) => name))];
  return names.flatMap((column) => {
    const old = typeIn(before, column);
    const now = typeIn(after, column);
    if (old === now) return [];
    const change = old === null ? 'added' : now === null ? 'removed' : 'type-changed';
    return [{ column, change, before: old, after: now }];
  });
}
