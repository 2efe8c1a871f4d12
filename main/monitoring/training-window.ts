import type { ClassLabel, InputColumn, ModelManifest } from '../../shared/model/signature.ts';
import { appendColumns, type ScalarColumn } from '../compute/duckdb/append-columns.ts';
import { withDuckDb } from '../compute/duckdb/connection.ts';
import { joinedOption } from '../compute/duckdb/joined-metadata.ts';
import { quoteIdentifier, quotePath } from '../compute/duckdb/quote.ts';
import type { LabelledLog, LoggedRows } from './labelled-log.ts';

export type WindowPolicy = 'since-change' | 'sliding' | 'expanding';

export interface TrainingWindowOptions {
  policy: WindowPolicy;
  /** Newest labelled rows taken, at most. */
  windowRows: number;
  /** The newest of them, kept out to compare models on; a quarter of the rows where that is more. */
  holdoutRows: number;
  /** Position from which on things have changed, for `since-change`; rows before it are taken only where none are known. */
  changedAt: number | undefined;
}

export interface TrainingWindow {
  train: LoggedRows;
  holdout: LoggedRows;
}

const maxHoldoutRows = 10_000;

const isLabelled = ({ actual }: { actual: number }) => !Number.isNaN(actual);

/** The labelled rows to train on and, after them, those to compare on. */
export function chooseTrainingWindow(log: LabelledLog, options: TrainingWindowOptions): TrainingWindow {
  const { policy, windowRows, holdoutRows, changedAt } = options;
  const oldest = log.positionOfLastLabelled(windowRows + holdoutRows);
  const from = policy === 'since-change' && changedAt !== undefined ? Math.max(oldest, changedAt) : oldest;
  const quarter = Math.floor(log.countLabelled(from) / 4);
  const split = log.positionOfLastLabelled(Math.max(holdoutRows, Math.min(quarter, maxHoldoutRows)));
  return { train: log.rows(from, split, isLabelled), holdout: log.rows(split, log.end, isLabelled) };
}

/** Why labelled rows cannot be trained on; empty where they can. */
export function qualityProblems(
  { train, holdout }: TrainingWindow,
  manifest: Pick<ModelManifest, 'task' | 'classes' | 'inputs'>,
  minimumRows: number,
): string[] {
  const problems: string[] = [];
  if (train.rows < minimumRows) problems.push(`${train.rows} labelled rows to train on, ${minimumRows} are needed`);
  const minimumOfClass = 20;
  if (manifest.task !== 'regression') {
    manifest.classes.forEach((label, index) => {
      for (const [name, part] of [['train on', train] as const, ['compare on', holdout] as const]) {
        const count = part.actual.reduce((sum, actual) => sum + (actual === index ? 1 : 0), 0);
        if (count < minimumOfClass) problems.push(`only ${count} rows of class ${JSON.stringify(label)} to ${name}`);
      }
    });
  }
  for (const { name, kind, values } of train.columns) {
    if (kind === 'number' && values.length > 0 && (values as Float64Array).every(Number.isNaN)) {
      problems.push(`column "${name}" has no value at all`);
    }
  }
  const known = new Set(train.columns.map(({ name }) => name));
  for (const { name } of manifest.inputs) if (!known.has(name)) problems.push(`column "${name}" is not in the log`);
  return problems;
}

/**
 * Writes labelled rows as a table with the raw columns of a model and its label, as it was trained on; `before` is a
 * table whose rows come first (its other columns are left out).
 */
export async function writeTrainingTable(
  path: string,
  rows: LoggedRows,
  manifest: Pick<ModelManifest, 'task' | 'classes' | 'inputs' | 'label' | 'joined'>,
  options: { before?: string | undefined; signal?: AbortSignal },
): Promise<void> {
  const columns: InputColumn[] = [
    ...manifest.inputs,
    { name: manifest.label.column, type: manifest.label.type === 'other' ? 'string' : manifest.label.type },
  ];
  const select = (name: string, type: InputColumn['type']) =>
    `CAST(${quoteIdentifier(name)} AS ${columnSqlTypes[type]}) AS ${quoteIdentifier(name)}`;
  const list = columns.map(({ name, type }) => select(name, type)).join(', ');
  await withDuckDb(options.signal === undefined ? {} : { signal: options.signal }, async (db) => {
    await appendColumns(db, 'fresh', [...rows.columns, labelColumn(rows, manifest)]);
    const fresh = `SELECT ${list} FROM fresh`;
    const source =
      options.before === undefined
        ? fresh
        : `SELECT ${list} FROM read_parquet(${quotePath(options.before)}) UNION ALL ${fresh}`;
    // The model made of these rows is served by the same keys.
    const joined = manifest.joined === undefined ? '' : `, ${joinedOption(manifest.joined)}`;
    await db.run(`COPY (${source}) TO ${quotePath(path)} (FORMAT parquet, COMPRESSION zstd${joined})`);
  });
}

/** DuckDB types of raw columns. */
export const columnSqlTypes: Readonly<Record<InputColumn['type'], string>> = {
  bool: 'BOOLEAN',
  int64: 'BIGINT',
  float64: 'DOUBLE',
  string: 'VARCHAR',
  timestamp: 'TIMESTAMP',
  tensor: 'FLOAT[]',
};

function labelColumn(
  { actual }: LoggedRows,
  { task, classes, label }: Pick<ModelManifest, 'task' | 'classes' | 'label'>,
): ScalarColumn {
  const name = label.column;
  if (task === 'regression') return { name, kind: 'number', values: actual };
  const classOf = (index: number) => classes[index] as ClassLabel;
  if (label.type === 'string') {
    return { name, kind: 'string', values: Array.from(actual, (index) => String(classOf(index))) };
  }
  return { name, kind: 'number', values: actual.map((index) => Number(classOf(index))) };
}
