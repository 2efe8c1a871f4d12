import type { Json } from '@duckdb/node-api';
import type { ColumnProfile, TableCorrelation } from '../../../shared/rpc/engine-contract.ts';
import type { Column } from '../../../shared/table/schema.ts';
import { type DuckDb, type DuckDbOptions, withDuckDb } from './connection.ts';
import { duckDbError } from './duckdb-error.ts';
import { numberedParquetRelation } from './numbered-relation.ts';
import { cell, cellExpression } from './page.ts';
import { quoteIdentifier, quotePath } from './quote.ts';

const bins = 20;
const mostTopValues = 10;
const longestTopValue = 200;
const mostCorrelated = 40;
const sampleRows = 1_000_000;
/** Each pair of columns is a pass over these. */
const correlatedRows = 200_000;

export interface ProfileOptions extends DuckDbOptions {
  /** Tables with more rows are sampled: every k-th row; default 1,000,000. */
  exactUpToRows?: number;
}

/**
 * Statistics of each column: exact up to a number of rows, of an even sample of rows beyond it. NaN counts as missing,
 * infinities are left out of mean, deviation and histogram. Bins of times are in milliseconds since the epoch.
 */
export async function profileTable(
  path: string,
  columns: readonly Column[],
  options: ProfileOptions = {},
): Promise<ColumnProfile[]> {
  return withDuckDb(options, async (db) => {
    try {
      const [counted] = await db.rows(
        `SELECT CAST(num_rows AS VARCHAR) AS n FROM parquet_file_metadata(${quotePath(path)})`,
      );
      const rows = Number(counted?.['n'] ?? 0);
      const every = Math.max(1, Math.ceil(rows / (options.exactUpToRows ?? sampleRows)));
      const { relation, ordinal } = numberedParquetRelation(path, columns);
      const copy = (some: readonly Column[]) => {
        const items = some.map((column) => `${sampled(column)} AS ${quoteIdentifier(column.name)}`);
        return db.run(
          `CREATE OR REPLACE TEMP TABLE "the sample" AS SELECT ${items.length === 0 ? 'NULL AS nothing' : items.join(', ')}
           FROM ${relation}${every === 1 ? '' : ` WHERE ${ordinal} % ${every} = 0`}`,
        );
      };
      // Of many rows one column at a time is copied: all of them would take the memory of the table.
      const large = rows / every > sampleRows;
      if (!large) await copy(columns);
      const profiles: ColumnProfile[] = [];
      for (const column of columns) {
        if (large) await copy([column]);
        profiles.push(await profileColumn(db, column, rows));
      }
      return profiles;
    } catch (error) {
      throw duckDbError(error, { code: 'data.unreadable', doing: 'The table cannot be profiled' });
    }
  });
}

/**
 * How far each two numeric columns go together: Pearson's r over the rows where both are finite, null where one of them
 * does not vary. Of the first 40 such columns; of an even sample of a large table unless all its rows are asked for.
 */
export async function correlateTable(
  path: string,
  columns: readonly Column[],
  { exact = false, ...options }: DuckDbOptions & { exact?: boolean } = {},
): Promise<TableCorrelation> {
  const numeric = columns.filter(({ type }) => type === 'int64' || type === 'float64' || type === 'bool');
  const chosen = numeric.slice(0, mostCorrelated);
  return withDuckDb(options, async (db) => {
    try {
      const [counted] = await db.rows(
        `SELECT CAST(num_rows AS VARCHAR) AS n FROM parquet_file_metadata(${quotePath(path)})`,
      );
      const rows = Number(counted?.['n'] ?? 0);
      const every = exact ? 1 : Math.max(1, Math.ceil(rows / correlatedRows));
      const { relation, ordinal } = numberedParquetRelation(path, columns);
      const items = chosen.map(({ name }, at) => {
        const value = `CAST(${quoteIdentifier(name)} AS DOUBLE)`;
        return `CASE WHEN isfinite(${value}) THEN ${value} END AS c${at}`;
      });
      const pairs = chosen.flatMap((_, a) => chosen.slice(a + 1).map((__, b) => [a, a + 1 + b] as const));
      // A column that does not vary over the pairs has no correlation; DuckDB's would be NaN.
      const sums = pairs.map(([a, b]) => `corr(c${a}, c${b}) AS r${a}_${b}`);
      const [found] = await db.rows(
        `SELECT ${['CAST(count(*) AS DOUBLE) AS n', ...sums].join(', ')} FROM (SELECT ${[ordinal, ...items].join(', ')}
         FROM ${relation}${every === 1 ? '' : ` WHERE ${ordinal} % ${every} = 0`})`,
      );
      const values = chosen.map((_, a) =>
        chosen.map((__, b) => (a === b ? 1 : numberOf(found?.[`r${Math.min(a, b)}_${Math.max(a, b)}`]))),
      );
      return {
        columns: chosen.map(({ name }) => name),
        values,
        rows,
        sampled: numberOf(found?.['n']) ?? 0,
        leftOut: numeric.length - chosen.length,
      };
    } catch (error) {
      throw duckDbError(error, { code: 'data.unreadable', doing: 'The columns cannot be compared' });
    }
  });
}

/** What of a column is looked at: all of a scalar, the start of the text of anything else. */
function sampled(column: Column): string {
  const name = quoteIdentifier(column.name);
  if (column.type === 'float64') return `CASE WHEN NOT isnan(CAST(${name} AS DOUBLE)) THEN CAST(${name} AS DOUBLE) END`;
  if (column.type !== 'tensor' && column.type !== 'other') return name;
  return `CAST(${name} AS VARCHAR)[:${longestTopValue}]`;
}

/** The value as a number to bin; undefined where a column has no such. */
function position(column: Column): string | undefined {
  const name = quoteIdentifier(column.name);
  if (column.type === 'timestamp') return `epoch_us(CAST(${name} AS TIMESTAMP)) / 1000.0`;
  return column.type === 'int64' || column.type === 'float64' ? `CAST(${name} AS DOUBLE)` : undefined;
}

async function profileColumn(db: DuckDb, column: Column, rows: number): Promise<ColumnProfile> {
  const name = quoteIdentifier(column.name);
  const at = position(column);
  const numeric = column.type === 'int64' || column.type === 'float64';
  const shown: Column = column.type === 'tensor' || column.type === 'other' ? { ...column, type: 'string' } : column;
  const finite = at === undefined ? 'false' : `isfinite(${at})`;
  const value = cellExpression(shown);
  const [facts] = await db.rows(
    `SELECT CAST(count(*) AS DOUBLE) AS n, CAST(count(*) - count(${name}) AS DOUBLE) AS missing,
       CAST(count(DISTINCT ${name}) AS DOUBLE) AS "distinct",
       ${numeric ? `avg(${at}) FILTER (${finite})` : 'NULL'} AS mean,
       ${numeric ? `stddev_samp(${at}) FILTER (${finite})` : 'NULL'} AS sd,
       ${at === undefined ? 'NULL' : `min(${at}) FILTER (${finite})`} AS "from",
       ${at === undefined ? 'NULL' : `max(${at}) FILTER (${finite})`} AS "to"
     FROM "the sample"`,
  );
  const [extremes] =
    at === undefined
      ? []
      : await db.rows(
          `SELECT ${value} AS low, ${value.replaceAll(name, 'highest')} AS high
           FROM (SELECT min(${name}) AS ${name}, max(${name}) AS highest FROM "the sample")`,
        );
  return {
    column,
    rows,
    missing: numberOf(facts?.['missing']) ?? 0,
    distinct: numberOf(facts?.['distinct']) ?? 0,
    min: cell(column, extremes?.['low'] ?? null),
    max: cell(column, extremes?.['high'] ?? null),
    mean: numberOf(facts?.['mean']),
    sd: numberOf(facts?.['sd']),
    histogram: at === undefined ? [] : await histogram(db, at, numberOf(facts?.['from']), numberOf(facts?.['to'])),
    top: at === undefined ? await topValues(db, shown, value) : [],
    sampled: numberOf(facts?.['n']) ?? 0,
  };
}

async function histogram(
  db: DuckDb,
  at: string,
  from: number | null,
  to: number | null,
): Promise<ColumnProfile['histogram']> {
  if (from === null || to === null) return [];
  const width = (to - from) / bins;
  if (!(width > 0) || !Number.isFinite(width)) {
    const [all] = await db.rows(`SELECT CAST(count(*) AS DOUBLE) AS n FROM "the sample" WHERE isfinite(${at})`);
    return [{ from, to, count: numberOf(all?.['n']) ?? 0 }];
  }
  const counted = await db.rows(
    `SELECT CAST(least(floor((${at} - ${from}::DOUBLE) / ${width}::DOUBLE), ${bins - 1}) AS INTEGER) AS bin,
       CAST(count(*) AS DOUBLE) AS n FROM "the sample" WHERE isfinite(${at}) GROUP BY ALL`,
  );
  const counts = new Map(counted.map((row) => [Number(row['bin']), Number(row['n'])]));
  return Array.from({ length: bins }, (_, bin) => ({
    from: from + bin * width,
    to: bin === bins - 1 ? to : from + (bin + 1) * width,
    count: counts.get(bin) ?? 0,
  }));
}

async function topValues(db: DuckDb, column: Column, value: string): Promise<ColumnProfile['top']> {
  const name = quoteIdentifier(column.name);
  const rows = await db.rows(
    `SELECT ${value} AS value, CAST(count(*) AS DOUBLE) AS n FROM "the sample" WHERE ${name} IS NOT NULL
     GROUP BY ${name} ORDER BY n DESC, ${name} LIMIT ${mostTopValues}`,
  );
  return rows.map((row) => ({ value: shortened(cell(column, row['value'] ?? null)), count: Number(row['n']) }));
}

function shortened(value: Json): Json {
  return typeof value === 'string' && value.length > longestTopValue ? `${value.slice(0, longestTopValue)}…` : value;
}

function numberOf(value: Json | undefined): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}
