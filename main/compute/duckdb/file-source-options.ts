import type { CsvEncoding } from './csv-head.ts';

export type FileFormat = 'csv' | 'tsv' | 'parquet' | 'json' | 'ndjson' | 'arrow';

export interface FileSourceOptions {
  /** Undefined: by the extension of the first file. */
  format?: FileFormat | undefined;
  /** CSV; undefined: found by looking at the file. */
  delimiter?: string | undefined;
  header?: boolean | undefined;
  quote?: string | undefined;
  encoding: CsvEncoding | 'auto';
  /** CSV: texts that stand for a missing value. */
  nullValues: readonly string[];
  /** Column → DuckDB type, in place of the one found. */
  types: Readonly<Record<string, string>>;
  /** JSON: column → DuckDB type of the only columns to read; empty: found by looking at the file. */
  columns: Readonly<Record<string, string>>;
  /** JSON: largest object, in bytes. */
  maximumObjectSize: number;
  /** Adds the column `filename`. */
  filename: boolean;
  /** CSV: character before the fraction of numbers; default `.`. */
  decimal?: '.' | ',';
  /** Adds a column for each `name=value` folder; default false. */
  partitions?: boolean;
}

export interface SourceWarning {
  /** Parameter it is about. */
  field?: string;
  message: string;
  fix: string;
}

export interface FileSource {
  /** SELECT over the files, rows in file order. */
  query: string;
  warnings: SourceWarning[];
}
