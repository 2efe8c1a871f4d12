import type { DuckDb } from '../../main/compute/duckdb/connection.ts';
import { quoteIdentifier, quoteLiteral } from '../../main/compute/duckdb/quote.ts';
import { writeArrowFile } from '../../main/compute/arrow/write-arrow-file.ts';
import type { Column } from '../../shared/table/schema.ts';
import { paramError } from './table-step.ts';

export interface ExportFormat {
  format: 'csv' | 'parquet' | 'json' | 'ndjson' | 'arrow';
  compression: 'none' | 'gzip' | 'zstd';
  delimiter: string;
  header: boolean;
}

interface ExportParams {
  format: 'auto' | 'csv' | 'tsv' | 'parquet' | 'json' | 'ndjson' | 'arrow';
  compression: 'auto' | 'none' | 'gzip' | 'zstd';
  delimiter: string;
  header: boolean;
}

const byExtension: readonly [RegExp, Exclude<ExportParams['format'], 'auto'>][] = [
  [/\.(?:csv|txt)(?:\.gz|\.zst)?$/i, 'csv'],
  [/\.(?:tsv|tab)(?:\.gz|\.zst)?$/i, 'tsv'],
  [/\.(?:parquet|pq)$/i, 'parquet'],
  [/\.(?:ndjson|jsonl)(?:\.gz|\.zst)?$/i, 'ndjson'],
  [/\.json(?:\.gz|\.zst)?$/i, 'json'],
  [/\.(?:arrow|feather|ipc)$/i, 'arrow'],
];

/** What a file of that name and these params is. Errors: `params.invalid`. */
export function exportFormat(path: string, params: ExportParams): ExportFormat {
  const named = params.format === 'auto' ? byExtension.find(([pattern]) => pattern.test(path))?.[1] : params.format;
  if (named === undefined) {
    throw paramError('format', `The format of “${path}” cannot be told from its name.`, 'Set format.');
  }
  const format = named === 'tsv' ? 'csv' : named;
  const byName = /\.gz$/i.test(path) ? 'gzip' : /\.zst$/i.test(path) ? 'zstd' : 'none';
  const natural = format === 'parquet' ? 'zstd' : byName;
  const compression = params.compression === 'auto' ? natural : params.compression;
  if (format === 'arrow' && compression !== 'none') {
    throw paramError('compression', 'Arrow files are written without compression.', 'Set compression to auto.');
  }
  return { format, compression, delimiter: named === 'tsv' ? '\t' : params.delimiter, header: params.header };
}

/** Writes the rows of a relation, in their order, to a file. DuckDB's errors pass through. */
export async function exportTable(
  db: DuckDb,
  relation: string,
  path: string,
  { format, compression, delimiter, header }: ExportFormat,
  table: { columns: readonly Column[]; memoryBytes: number },
): Promise<void> {
  if (format === 'arrow') return writeArrowFile(db, relation, path, table);
  const options = {
    csv: `FORMAT csv, DELIMITER ${quoteLiteral(delimiter)}, HEADER ${header}, COMPRESSION ${compression}`,
    json: `FORMAT json, ARRAY true, COMPRESSION ${compression}`,
    ndjson: `FORMAT json, ARRAY false, COMPRESSION ${compression}`,
    parquet: `FORMAT parquet, COMPRESSION ${compression === 'none' ? 'uncompressed' : compression}`,
  }[format];
  // Nested values and bytes are text in CSV, and times end in Z in JSON.
  const items = table.columns.map((column) => {
    const name = quoteIdentifier(column.name);
    if (format === 'csv' && (column.type === 'other' || column.type === 'tensor') && /[\])]/.test(column.sqlType)) {
      return `CAST(to_json(${name}) AS VARCHAR) AS ${name}`;
    }
    if (format !== 'parquet' && column.type === 'timestamp' && column.sqlType !== 'DATE') {
      return `strftime(CAST(${name} AS TIMESTAMP), '%Y-%m-%dT%H:%M:%S.%fZ') AS ${name}`;
    }
    return name;
  });
  await db.run(`COPY (SELECT ${items.join(', ')} FROM ${relation}) TO ${quoteLiteral(path)} (${options})`);
}
