import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { InputColumn } from '../../../shared/model/signature.ts';
import type { MonitorReport, MultivariateDrift } from '../../../shared/rpc/engine-contract.ts';
import type { Column } from '../../../shared/table/schema.ts';
import { type DuckDb, withDuckDb } from '../duckdb/connection.ts';
import { fileError } from '../duckdb/file-source.ts';
import { quoteIdentifier, quotePath } from '../duckdb/quote.ts';
import { type ColumnValues, readColumns } from '../duckdb/read-columns.ts';
import { type ColumnSummary, incomparable, summarizeFile } from './column-summary.ts';
import type { ColumnPair } from './column-test.ts';
import { type AssessedColumn, assessColumn, type DriftOptions, judgeColumns } from './drift-report.ts';
import { figurePairs, readingKinds } from './figure-pairs.ts';
import { MultivariateTest } from './multivariate.ts';
import type { SampleRows } from './sample-rows.ts';
import { shiftInWords } from './shift-in-words.ts';

/** Result of `slipway drift`. */
export interface TableDrift {
  columns: {
    column: string;
    method: string;
    /** KS distance or chi² statistic; null without a verdict. */
    statistic: number | null;
    /** The statistic from which on this column counts as drifted, given all columns of the report. */
    threshold: number | null;
    pValue?: number;
    drifted: boolean;
    /** `ok`, or why there is no verdict. */
    state: string;
  }[];
  drifted: boolean;
  /** Where it was asked for and there were rows and columns enough. */
  multivariate?: MultivariateDrift;
}

/** What a page about a comparison shows beyond its verdicts. */
export interface TableDriftDetails {
  report: MonitorReport;
  /** Size of the difference per column, in [0, 1]. */
  effects: Record<string, number | null>;
  /** How each column differs. */
  words: Record<string, string>;
}

/** Values of both tables that are in memory at once. */
const groupBytes = 2 ** 28;
/** Of a very wide table: DuckDB and the rows of more columns at once take gigabytes. */
const mostGroupColumns = 500;

/** Values of one column of both tables above which they go into sketches: memory stays bounded at any number of rows. */
const maxExactRows = 20_000_000;

/** Error of a cumulative share of about 0.001 per table. */
const sketchSize = 4_096;

/** Rows that texts are read from, and that are compared as a whole. */
const sampledRows = 20_000;

export interface TableDriftOptions extends DriftOptions {
  /** Default 20,000,000. */
  maxExactRows?: number | undefined;
  /** Compares rows as a whole too. */
  multivariate?: boolean | undefined;
  signal?: AbortSignal;
}

/**
 * Compares two table files (Parquet, CSV, JSON) column by column. A column that only one of them has, or that is a
 * number in one and text in the other, has drifted.
 * Errors: `data.not-found`, `data.unreadable`, `run.cancelled`.
 */
export async function compareTables(
  referencePath: string,
  currentPath: string,
  options: TableDriftOptions,
): Promise<TableDrift & { details: TableDriftDetails }> {
  const workDir = await mkdtemp(join(tmpdir(), 'slipway-drift-'));
  try {
    const reference = await openTable(referencePath, join(workDir, 'reference.parquet'));
    const current = await openTable(currentPath, join(workDir, 'current.parquet'));
    const shared = reference.columns.filter((column) => sameKind(column, current.columns));
    const others = new Map(current.columns.map((column) => [column.name, column]));
    const rows = reference.rows + current.rows;
    const isLarge = rows > (options.maxExactRows ?? maxExactRows);
    const heldRows = isLarge ? 2 * sketchSize : rows;
    const groupColumns = Math.min(mostGroupColumns, Math.max(1, Math.floor(groupBytes / (8 * Math.max(1, heldRows)))));
    const assessed: AssessedColumn[] = [];
    const words: Record<string, string> = {};
    const take = (pair: ColumnPair) => {
      assessed.push(assessColumn(pair, options));
      if (pair.reference !== undefined && pair.current !== undefined) {
        words[pair.column] = shiftInWords(pair.reference, pair.current);
      }
    };
    const holding = (expectedRows: number) => (isLarge ? { sketchSize } : { expectedRows });
    for (let from = 0; from < shared.length; from += groupColumns) {
      const group = shared.slice(from, from + groupColumns);
      const ownOf = await summarizeFile(reference.path, inputColumns(group), options.signal, holding(reference.rows));
      const otherColumns = group.map((column) => others.get(column.name) as Column);
      const otherOf = await summarizeFile(
        current.path,
        inputColumns(otherColumns),
        options.signal,
        holding(current.rows),
      );
      for (const column of group) {
        take(pairOf(column, ownOf, otherOf));
      }
    }
    const looksInside = shared.filter(({ type }) => type === 'string' || type === 'tensor');
    const wanted = options.multivariate === true ? shared : looksInside;
    const samples =
      wanted.length === 0
        ? undefined
        : {
            reference: await sampleTable(reference, wanted, join(workDir, 'reference-sample.parquet'), options.signal),
            current: await sampleTable(current, wanted, join(workDir, 'current-sample.parquet'), options.signal),
          };
    if (samples !== undefined && options.compatible !== true) {
      const kinds = readingKinds(samples.reference);
      for (const name of kinds.texts.map(({ column }) => column)) {
        const at = assessed.findIndex(({ column }) => column === name);
        // Hardly two texts are equal: as categories they say nothing.
        if (at !== -1) assessed[at] = { ...(assessed[at] as AssessedColumn), result: 'text-column' };
      }
      for (const pair of figurePairs(samples.reference, samples.current, kinds)) take(pair);
    }
    const compared = judgeColumns(assessed, options);
    const columns: TableDrift['columns'] = compared.columns.map(
      ({ column, method, statistic, threshold, pValue, drifted, state }) => ({
        column,
        method,
        statistic,
        threshold,
        ...(pValue === null ? {} : { pValue }),
        drifted,
        state,
      }),
    );
    const changes = schemaChanges(reference.columns, current.columns);
    const multivariate =
      samples === undefined || options.multivariate !== true
        ? undefined
        : await new MultivariateTest(wholeRows(samples.reference)).test(wholeRows(samples.current), {
            alpha: options.alpha,
            signal: options.signal ?? new AbortController().signal,
          });
    const report: MonitorReport = {
      nodeId: '',
      endpointId: null,
      timeMs: Date.now(),
      referenceRows: reference.rows,
      currentRows: current.rows,
      minimumRows: options.minimumRows,
      columns: [
        ...compared.columns,
        ...changes.map((change) => ({ ...change, type: 'other', pValue: null, distribution: [] })),
      ],
      drifted: compared.drifted || changes.length > 0 || multivariate?.drifted === true,
      history: [],
      ...(multivariate === undefined ? {} : { multivariate }),
    };
    return {
      columns: [...columns, ...changes],
      drifted: report.drifted,
      ...(multivariate === undefined ? {} : { multivariate }),
      details: { report, effects: compared.effects, words },
    };
  } finally {
    await rm(workDir, { recursive: true, force: true });
  }
}

/** At most so many evenly spaced rows of some columns. */
async function sampleTable(
  table: { path: string; rows: number },
  columns: readonly Column[],
  path: string,
  signal: AbortSignal | undefined,
): Promise<ColumnValues[]> {
  const step = Math.max(1, Math.ceil(table.rows / sampledRows));
  const inputs = inputColumns(columns);
  if (step > 1) {
    const list = inputs.map(({ name }) => quoteIdentifier(name)).join(', ');
    await withDuckDb(signal === undefined ? {} : { signal }, (db) =>
      db.run(
        `COPY (SELECT ${list} FROM read_parquet(${quotePath(table.path)}, file_row_number = true)
          WHERE file_row_number % ${step} = 0) TO ${quotePath(path)} (FORMAT parquet)`,
      ),
    );
  }
  const options = { chunkRows: sampledRows, ...(signal === undefined ? {} : { signal }) };
  for await (const { columns: read } of readColumns(step > 1 ? path : table.path, inputs, options)) return read;
  return [];
}

/** Files do not say that the lists of a column are all of one length, as pictures are: the rows do. */
async function withListSizes(db: DuckDb, relation: string, columns: readonly Column[]): Promise<Column[]> {
  const lists = columns.filter(({ sqlType }) => sqlType === 'FLOAT[]' || sqlType === 'DOUBLE[]');
  if (lists.length === 0) return [...columns];
  const ends = lists.map(({ name }, i) => {
    const length = `len(${quoteIdentifier(name)})`;
    return `min(${length})::DOUBLE AS "low${i}", max(${length})::DOUBLE AS "high${i}"`;
  });
  const [found = {}] = await db.rows(`SELECT ${ends.join(', ')} FROM ${relation}`);
  return columns.map((column) => {
    const at = lists.indexOf(column);
    const size = Number(found[`low${at}`]);
    return at !== -1 && size > 0 && size === found[`high${at}`] ? { ...column, type: 'tensor', size } : column;
  });
}

function wholeRows(columns: readonly ColumnValues[]): SampleRows {
  const scalar = columns.flatMap((column) => (column.kind === 'tensor' ? [] : [column]));
  return { rows: scalar[0]?.values.length ?? 0, columns: scalar };
}

function pairOf(
  column: Column,
  reference: ReadonlyMap<string, ColumnSummary>,
  current: ReadonlyMap<string, ColumnSummary>,
): ColumnPair {
  return {
    column: column.name,
    type: column.type,
    reference: reference.get(column.name),
    current: current.get(column.name),
    skipped: incomparable(column.type),
  };
}

function schemaChanges(reference: readonly Column[], current: readonly Column[]): TableDrift['columns'] {
  const change = (column: string, state: string) => ({
    column,
    method: 'schema',
    statistic: null,
    threshold: null,
    drifted: true,
    state,
  });
  const has = (columns: readonly Column[], name: string) => columns.some((column) => column.name === name);
  return [
    ...reference
      .filter((column) => !sameKind(column, current))
      .map((column) => change(column.name, has(current, column.name) ? 'types-differ' : 'not-in-current')),
    ...current
      .filter((column) => !has(reference, column.name))
      .map((column) => change(column.name, 'not-in-reference')),
  ];
}

/** Whether the other table has the column with a type that can be compared with this one. */
export function sameKind(column: Column, others: readonly Column[]): boolean {
  const other = others.find((candidate) => candidate.name === column.name);
  if (other === undefined) return false;
  const kind = ({ type }: Column) => (type === 'int64' || type === 'float64' ? 'number' : type);
  return kind(column) === kind(other);
}

export function inputColumns(columns: readonly Column[]): InputColumn[] {
  return columns.flatMap(({ name, type, size }) =>
    type === 'other' ? [] : [{ name, type, ...(size === undefined ? {} : { size }) }],
  );
}

const readers: Readonly<Record<string, string>> = {
  '.parquet': 'read_parquet',
  '.pq': 'read_parquet',
  '.csv': 'read_csv',
  '.tsv': 'read_csv',
  '.json': 'read_json',
  '.ndjson': 'read_json',
  '.jsonl': 'read_json',
};

/** Columns of a table file and a Parquet file with its rows, which is written where it is in another format. */
async function openTable(
  path: string,
  parquetPath: string,
): Promise<{ path: string; columns: Column[]; rows: number }> {
  const reader = readers[extname(path).toLowerCase()];
  if (reader === undefined) {
    throw new AppError('data.unreadable', `${path} is not a table file.`, {
      fix: `Give a file that ends in ${Object.keys(readers).join(', ')}.`,
    });
  }
  if (!(await stat(path).catch(() => undefined))?.isFile()) {
    throw new AppError('data.not-found', `There is no file ${path}.`, { fix: 'Check the path.' });
  }
  const relation = `${reader}(${quotePath(path)})`;
  try {
    return await withDuckDb({}, async (db) => {
      const columns = await withListSizes(db, relation, await db.columnsOf(`SELECT * FROM ${relation}`));
      const [counted] = await db.rows(`SELECT count(*)::DOUBLE AS rows FROM ${relation}`);
      const rows = Number(counted?.['rows'] ?? 0);
      if (reader === 'read_parquet') return { path, columns, rows };
      await db.run(`COPY (SELECT * FROM ${relation}) TO ${quotePath(parquetPath)} (FORMAT parquet)`);
      return { path: parquetPath, columns, rows };
    });
  } catch (error) {
    throw fileError(error, path, { encoding: 'auto' });
  }
}
