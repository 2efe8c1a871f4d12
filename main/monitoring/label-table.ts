import { AppError } from '../../shared/errors/app-error.ts';
import type { ClassLabel, ModelManifest } from '../../shared/model/signature.ts';
import type { Column } from '../../shared/table/schema.ts';
import { appendColumns, type ScalarColumn } from '../compute/duckdb/append-columns.ts';
import { withDuckDb } from '../compute/duckdb/connection.ts';
import { quoteIdentifier, quotePath } from '../compute/duckdb/quote.ts';
import type { LabelledLog } from './labelled-log.ts';

export interface LabelTable {
  /** Parquet file. */
  path: string;
  /** `id` is the id of the answer; any other is a raw input of the model with the same name. */
  keys: readonly string[];
  /** Empty: named as the label the model was trained on. */
  column: string;
}

/** Key that stands for the id of an answer. */
const idKey = 'id';
const positionColumn = 'slipway position';

/**
 * Joins a table of labels with the logged requests; gives how many requests it labelled anew or otherwise than before. Of
 * several rows with the same keys the last one counts; rows with a missing key or label count as none. Errors:
 * `data.column-missing`, those of DuckDB for keys that cannot be compared.
 */
export async function joinLabels(
  log: LabelledLog,
  manifest: Pick<ModelManifest, 'label'>,
  table: LabelTable,
  signal?: AbortSignal,
): Promise<number> {
  const rows = log.rows(log.start, log.end);
  if (rows.rows === 0) return 0;
  const label = table.column === '' ? manifest.label.column : table.column;
  const relation = `read_parquet(${quotePath(table.path)}, file_row_number = true)`;
  const found = await withDuckDb(signal === undefined ? {} : { signal }, async (db) => {
    const columns = await db.columnsOf(`SELECT * FROM ${relation}`);
    const names = new Set(columns.map(({ name }) => name));
    for (const name of [...table.keys, label]) {
      if (names.has(name)) continue;
      throw new AppError('data.column-missing', `The table of labels has no column “${name}”.`, {
        fix: `It has ${[...names].filter((other) => other !== 'file_row_number').join(', ')}.`,
      });
    }
    const keys = table.keys.map((key): ScalarColumn => {
      if (key === idKey) return { name: key, kind: 'string', values: log.idsAt(rows.positions) };
      const column = rows.columns.find(({ name }) => name === key);
      if (column !== undefined) return column;
      throw new AppError(
        'data.column-missing',
        `“${key}” is no input of the model, so no request can be found by it.`,
        {
          fix: `Use ${idKey} or one of ${rows.columns.map(({ name }) => name).join(', ')}.`,
        },
      );
    });
    await appendColumns(db, 'requests', [{ name: positionColumn, kind: 'number', values: rows.positions }, ...keys]);
    const position = quoteIdentifier(positionColumn);
    const value = labelExpression(columns.find(({ name }) => name === label) as Column, 'l');
    const on = table.keys.map((key) => `r.${quoteIdentifier(key)} = l.${quoteIdentifier(key)}`).join(' AND ');
    return db.rows(
      `SELECT r.${position} AS position, arg_max(${value}, l.file_row_number) AS label
       FROM requests AS r JOIN ${relation} AS l ON ${on}
       WHERE ${value} IS NOT NULL GROUP BY r.${position}`,
    );
  });
  return found.reduce(
    (count, row) => count + (log.labelAt(Number(row['position']), row['label'] as ClassLabel) ? 1 : 0),
    0,
  );
}

/** The label as DuckDB hands over truth values, numbers and texts: large integers would come as text. */
export function labelExpression({ name, type, sqlType }: Column, relation: string): string {
  const column = `${relation}.${quoteIdentifier(name)}`;
  if (type === 'bool') return column;
  const isNumber = type === 'int64' || type === 'float64' || /^(DECIMAL|U?HUGEINT|UBIGINT)/.test(sqlType);
  return `CAST(${column} AS ${isNumber ? 'DOUBLE' : 'VARCHAR'})`;
}
