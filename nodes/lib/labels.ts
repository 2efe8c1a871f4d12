import { type DuckDb, parquetRelation, withDuckDb } from '../../main/compute/duckdb/connection.ts';
import { quoteIdentifier } from '../../main/compute/duckdb/quote.ts';
import { readColumns } from '../../main/compute/duckdb/read-columns.ts';
import { AppError } from '../../shared/errors/app-error.ts';
import type { ClassLabel, InputColumn, Task } from '../../shared/model/signature.ts';
import type { InputArtifact, StepContext } from '../../shared/node/runner.ts';
import type { ColumnType } from '../../shared/table/schema.ts';
import { nearMisses } from '../../shared/text/near-misses.ts';

/** Integer labels with at most this many distinct values are classes when the task is `auto`. */
const autoClassLimit = 20;
const classLimit = 1000;

export interface Labels {
  task: Task;
  /** An integral float64 column used as classes counts as int64. */
  label: { column: string; type: ColumnType };
  /** Ascending (false < true, numbers, strings by UTF-16 code unit); empty for regression. */
  classes: ClassLabel[];
  /** Per usable row: index into `classes`, or the finite target. */
  values: Float64Array;
  /** Ordinals of the usable rows in the training table, ascending; undefined when every row is usable. */
  rows: Uint32Array | undefined;
}

export interface ReadLabelsOptions {
  table: InputArtifact;
  /** Name of the label column. */
  label: string;
  task: Task | 'auto';
  /** Raw columns the features are computed from; the label must not be one of them. */
  inputs: readonly InputColumn[];
  ctx: Pick<StepContext, 'threads' | 'memoryBytes' | 'signal' | 'log'>;
}

interface LabelCounts {
  rows: number;
  usable: number;
  notFinite: number;
  distinct: number;
  integral: boolean;
}

/**
 * Labels of a training table. Rows whose label is missing, NaN or infinite are left out, with a warning that counts
 * them. Errors: `data.column-missing`, `train.no-rows`, `train.bad-label`, `train.one-class`, `run.cancelled`.
 */
export async function readLabels({ table, label, task, inputs, ctx }: ReadLabelsOptions): Promise<Labels> {
  const type = labelType(table, label, inputs);
  const path = table.path('data.parquet');
  const { counts, chosen, classes } = await withDuckDb(
    { threads: ctx.threads, memoryBytes: ctx.memoryBytes, signal: ctx.signal },
    async (db) => {
      const counts = await countLabels(db, path, label, type);
      requireUsable(label, counts);
      const chosen = chooseTask(label, type, task, counts);
      return { counts, chosen, classes: chosen === 'regression' ? [] : await readClasses(db, path, label, type) };
    },
  );
  const dropped = counts.rows - counts.usable;
  if (dropped > 0) {
    const infinite = counts.notFinite === 0 ? '' : ` (${counts.notFinite} of them NaN or infinite)`;
    ctx.log('warn', `${dropped} of ${counts.rows} rows have no usable “${label}”${infinite} and are left out.`);
  }
  const { values, rows } = await readValues(path, label, type, classes, counts, ctx.signal);
  if (chosen === 'regression') requireFloat32(label, values);
  const isIntegral = chosen !== 'regression' && type === 'float64';
  return { task: chosen, label: { column: label, type: isIntegral ? 'int64' : type }, classes, values, rows };
}

/** Keeps the usable rows of a column over the whole table; the same array when every row is usable. */
export function labelledRows(column: Float32Array, { rows }: Pick<Labels, 'rows'>): Float32Array {
  if (rows === undefined) return column;
  const kept = new Float32Array(rows.length);
  for (let i = 0; i < rows.length; i++) kept[i] = column[rows[i] as number] as number;
  return kept;
}

function labelType(table: InputArtifact, label: string, inputs: readonly InputColumn[]): ColumnType {
  if (label === '') {
    throw new AppError('params.invalid', 'No label is chosen.', {
      fix: 'Choose the column to predict.',
      details: { field: 'label' },
    });
  }
  const names = table.manifest.schema?.columns.map((column) => column.name) ?? [];
  const column = table.manifest.schema?.columns.find((candidate) => candidate.name === label);
  if (column === undefined) {
    const near = nearMisses(label, names);
    throw new AppError('data.column-missing', `The label column “${label}” is not in the training table.`, {
      fix: near.length === 0 ? 'Choose a column of the training table.' : `Did you mean ${near.join(' or ')}?`,
      details: { column: label, columns: names },
    });
  }
  if (inputs.some((input) => input.name === label)) {
    throw new AppError('train.bad-label', `The label “${label}” is also one of the columns the features use.`, {
      fix: `Take “${label}” out of the feature steps: a model that sees its own answer learns nothing else.`,
      details: { column: label },
    });
  }
  if (column.type === 'bool' || column.type === 'int64' || column.type === 'float64' || column.type === 'string') {
    return column.type;
  }
  throw new AppError('train.bad-label', `The label “${label}” is ${column.sqlType}, which cannot be predicted.`, {
    fix: 'Choose a number, a text or a true/false column, or cast it in an SQL step.',
    details: { column: label },
  });
}

/** SQL condition for a usable label. */
function usableLabel(label: string, type: ColumnType): string {
  const name = quoteIdentifier(label);
  return type === 'float64' ? `(${name} IS NOT NULL AND isfinite(CAST(${name} AS DOUBLE)))` : `${name} IS NOT NULL`;
}

async function countLabels(db: DuckDb, path: string, label: string, type: ColumnType): Promise<LabelCounts> {
  const name = quoteIdentifier(label);
  const usable = usableLabel(label, type);
  const integral =
    type === 'float64' ? `coalesce(bool_and(${name} = floor(${name})) FILTER (${usable}), true)` : 'true';
  const [row] = await db.rows(
    `SELECT CAST(count(*) AS DOUBLE) AS n, CAST(count(*) FILTER (${usable}) AS DOUBLE) AS usable,
      CAST(count(${name}) FILTER (NOT ${usable}) AS DOUBLE) AS not_finite,
      CAST(count(DISTINCT ${name}) FILTER (${usable}) AS DOUBLE) AS n_distinct,
      ${integral} AS integral
    FROM ${parquetRelation(path)}`,
  );
  return {
    rows: Number(row?.['n'] ?? 0),
    usable: Number(row?.['usable'] ?? 0),
    notFinite: Number(row?.['not_finite'] ?? 0),
    distinct: Number(row?.['n_distinct'] ?? 0),
    integral: row?.['integral'] === true,
  };
}

function requireUsable(label: string, counts: LabelCounts): void {
  if (counts.rows === 0) {
    throw new AppError('train.no-rows', 'The training table has no rows.', {
      fix: 'Look at the filter or the split before this step.',
    });
  }
  if (counts.usable === 0) {
    throw new AppError(
      'train.bad-label',
      `All ${counts.rows} values of the label “${label}” are missing${counts.notFinite > 0 ? ', NaN or infinite' : ''}.`,
      {
        fix: 'Choose another label, or look at the step that computes it.',
        details: { column: label },
      },
    );
  }
}

/** Scores are float32: up to 3.4e38, with room for sums. */
const largestTarget = 1e37;

/** Errors: `train.bad-label`. */
export function requireFloat32(label: string, values: Float64Array): void {
  if (!values.some((value) => Math.abs(value) > largestTarget)) return;
  throw new AppError(
    'train.bad-label',
    `The label “${label}” has values beyond ±${largestTarget}, which float32 scores cannot hold.`,
    { fix: 'Scale the label, or drop such rows, in an SQL step.', details: { column: label } },
  );
}

function chooseTask(label: string, type: ColumnType, task: Task | 'auto', counts: LabelCounts): Task {
  const chosen = task === 'auto' ? autoTask(type, counts) : task;
  const details = { column: label, distinct: counts.distinct, rows: counts.usable };
  if (chosen === 'regression') {
    if (type !== 'string') return chosen;
    throw new AppError('train.bad-label', `The label “${label}” is text, which a regression cannot predict.`, {
      fix: 'Set the task to multiclass, or choose a numeric label.',
      details,
    });
  }
  if (type === 'float64' && !counts.integral) {
    throw new AppError('train.bad-label', `The label “${label}” has fractional values, which are not classes.`, {
      fix: 'Set the task to regression, or turn the label into classes in an SQL step.',
      details,
    });
  }
  if (counts.distinct === 1) {
    throw new AppError('train.one-class', `Every row has the same “${label}”: there is nothing to tell apart.`, {
      fix: 'Check the filter before this step and the condition that makes the label.',
      details,
    });
  }
  if (chosen === 'binary' && counts.distinct > 2) {
    throw new AppError('train.bad-label', `The label “${label}” has ${counts.distinct} classes, not 2.`, {
      fix: 'Set the task to multiclass, or turn the label into a yes/no condition in an SQL step.',
      details,
    });
  }
  if (counts.distinct > classLimit || (counts.distinct > 2 && counts.distinct > counts.usable / 2)) {
    throw new AppError(
      'train.bad-label',
      `The label “${label}” has ${counts.distinct} different values in ${counts.usable} rows: too many for classes.`,
      {
        fix:
          type === 'string'
            ? 'Choose a label with fewer values; this looks like an identifier.'
            : 'Set the task to regression.',
        details,
      },
    );
  }
  return counts.distinct > 2 ? 'multiclass' : chosen;
}

/** bool and text are classes; whole numbers are classes up to 20 values; other numbers are a regression target. */
function autoTask(type: ColumnType, counts: LabelCounts): Task {
  if (type === 'float64') return 'regression';
  if (type === 'int64' && counts.distinct > autoClassLimit) return 'regression';
  return counts.distinct > 2 ? 'multiclass' : 'binary';
}

async function readClasses(db: DuckDb, path: string, label: string, type: ColumnType): Promise<ClassLabel[]> {
  const name = quoteIdentifier(label);
  const value = type === 'string' ? `CAST(${name} AS VARCHAR)` : type === 'bool' ? name : `CAST(${name} AS DOUBLE)`;
  const rows = await db.rows(
    `SELECT DISTINCT ${value} AS value FROM ${parquetRelation(path)} WHERE ${usableLabel(label, type)}`,
  );
  const values = rows.map((row) => row['value'] as ClassLabel);
  return values.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}

async function readValues(
  path: string,
  label: string,
  type: ColumnType,
  classes: readonly ClassLabel[],
  counts: LabelCounts,
  signal: AbortSignal,
): Promise<Pick<Labels, 'values' | 'rows'>> {
  const isString = type === 'string';
  const indexOf = new Map<string | number, number>(
    classes.map((value, index) => [isString ? String(value) : Number(value), index]),
  );
  const values = new Float64Array(counts.usable);
  const rows = counts.usable === counts.rows ? undefined : new Uint32Array(counts.usable);
  let kept = 0;
  const column: InputColumn = { name: label, type: isString ? 'string' : 'float64' };
  for await (const chunk of readColumns(path, [column], { signal })) {
    const [read] = chunk.columns;
    if (read === undefined || (read.kind !== 'string' && read.kind !== 'number')) continue;
    for (let i = 0; i < chunk.rows; i++) {
      const raw = read.values[i] as string | number;
      const value = classes.length > 0 ? indexOf.get(raw) : Number.isFinite(raw) ? (raw as number) : undefined;
      if (value === undefined) continue;
      values[kept] = value;
      if (rows !== undefined) rows[kept] = chunk.offset + i;
      kept++;
    }
  }
  return { values, rows };
}
