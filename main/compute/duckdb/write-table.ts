import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { JoinedView } from '../../../shared/features/joined-view.ts';
import type { Lineage } from '../../../shared/graph/port-types.ts';
import type { ArtifactDraft } from '../../../shared/node/runner.ts';
import { canonicalJson } from '../../../shared/plan/canonical-json.ts';
import type { PixelColumns } from '../../../shared/table/pixel-columns.ts';
import type { Column } from '../../../shared/table/schema.ts';
import { columnOf } from './column-types.ts';
import type { DuckDb } from './connection.ts';
import { quoteIdentifier, quoteLiteral } from './quote.ts';
import { tableDigest } from './table-digest.ts';

/** Name of the file of a table artifact. */
export const tableFile = 'data.parquet';

/** Rows per Parquet row group: the unit that readers take in parallel and skip by its statistics. */
const mostGroupRows = 122_880;
/** A row group is in memory as a whole while it is written, so one of many columns has fewer rows. */
const mostGroupCells = 2 ** 22;
/** DuckDB's own unit of rows. */
const vectorRows = 2048;

export interface WriteTableOptions {
  workDir: string;
  /** File name in `workDir`; default `data.parquet`. */
  file?: string;
  lineage?: Lineage;
  /** Views that columns were joined from. */
  joined?: readonly JoinedView[];
  /** Columns that were made of images; those the table does not have are left out. */
  pixels?: PixelColumns;
}

/** Path a table is going to be written to, to allow it before access to files is restricted. */
export function tablePath(options: WriteTableOptions): string {
  return join(options.workDir, options.file ?? tableFile);
}

/**
 * Writes the rows of a query, in its order, as the `data.parquet` of a table artifact. Types that Parquet cannot hold
 * are turned into the nearest it can: wide integers to BIGINT (out of range is an error), enums to text, timestamps of
 * other precision to microseconds. DuckDB's errors pass through; `duckDbError` gives them a code.
 */
export async function writeTable(db: DuckDb, query: string, options: WriteTableOptions): Promise<ArtifactDraft> {
  const path = tablePath(options);
  const declared = await db.columnsOf(query);
  const casts = declared.flatMap((column) => {
    const type = storedType(column.sqlType);
    const name = quoteIdentifier(column.name);
    return type === column.sqlType ? [] : [`CAST(${name} AS ${type}) AS ${name}`];
  });
  const source = casts.length === 0 ? query : `SELECT * REPLACE (${casts.join(', ')}) FROM (${query})`;
  await db.run(
    `COPY (${source}) TO ${quoteLiteral(path)} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE ${groupRows(declared.length)})`,
  );
  return describeTable(db, path, declared, options);
}

function groupRows(columns: number): number {
  const rows = Math.min(mostGroupRows, mostGroupCells / Math.max(1, columns));
  return Math.max(1, Math.floor(rows / vectorRows)) * vectorRows;
}

/** Draft of a table artifact around a Parquet file: schema, row count and content digest. */
async function describeTable(
  db: DuckDb,
  path: string,
  declared: readonly Column[],
  { lineage, joined = [], pixels: given = {} }: Pick<WriteTableOptions, 'lineage' | 'joined' | 'pixels'>,
): Promise<ArtifactDraft> {
  const stored = await db.columnsOf(`SELECT * FROM read_parquet(${quoteLiteral(path)})`);
  const columns = stored.map((column, index) => {
    const original = declared[index];
    return original?.type === 'tensor' ? { ...original, name: column.name } : column;
  });
  const [counted] = await db.rows(
    `SELECT CAST(num_rows AS VARCHAR) AS n FROM parquet_file_metadata(${quoteLiteral(path)})`,
  );
  const rowCount = Number(counted?.['n'] ?? 0);
  const rows = await tableDigest(db, path, columns);
  // The same rows with another origin are another table: an endpoint reads what they were joined from.
  const pixels = presentPixels(given, columns);
  const ofImages = pixels === undefined ? rows : originDigest('slipway/pixels/1', rows, pixels);
  const contentDigest = joined.length === 0 ? ofImages : originDigest('slipway/joined/1', ofImages, joined);
  const { size } = await stat(path);
  return {
    type: 'table',
    files: { [tableFile]: path },
    schema: { columns },
    rowCount,
    contentDigest,
    meta: {
      columns: columns.length,
      bytes: size,
      ...(joined.length === 0 ? {} : { joined }),
      ...(pixels === undefined ? {} : { pixels }),
    },
    ...(lineage === undefined ? {} : { lineage }),
  };
}

function originDigest(form: string, rows: string, origin: readonly JoinedView[] | PixelColumns): string {
  return createHash('sha256')
    .update(canonicalJson([form, rows, origin]))
    .digest('hex');
}

function presentPixels(pixels: PixelColumns, columns: readonly Column[]): PixelColumns | undefined {
  const present = Object.entries(pixels).filter(([name, { width, height, channels }]) =>
    columns.some((column) => column.name === name && column.size === width * height * channels),
  );
  return present.length === 0 ? undefined : Object.fromEntries(present);
}

/** The column as it will be described after `writeTable`. */
export function storedColumn(column: Column): Column {
  return column.type === 'tensor' ? column : columnOf(column.name, storedType(column.sqlType));
}

function storedType(sqlType: string): string {
  if (sqlType === 'HUGEINT' || sqlType === 'UHUGEINT' || sqlType === 'UBIGINT') return 'BIGINT';
  if (sqlType.startsWith('ENUM(') || sqlType === 'BIT') return 'VARCHAR';
  if (sqlType === 'TIMESTAMP_S' || sqlType === 'TIMESTAMP_MS' || sqlType === 'TIMESTAMP_NS') return 'TIMESTAMP';
  return sqlType;
}
