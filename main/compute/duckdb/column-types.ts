import type { Column, ColumnType } from '../../../shared/table/schema.ts';

const integerTypes = new Set([
  'TINYINT',
  'SMALLINT',
  'INTEGER',
  'BIGINT',
  'HUGEINT',
  'UTINYINT',
  'USMALLINT',
  'UINTEGER',
  'UBIGINT',
  'UHUGEINT',
]);
const stringTypes = new Set(['VARCHAR', 'UUID', 'JSON']);
const timeTypes = new Set([
  'DATE',
  'TIMESTAMP',
  'TIMESTAMP_S',
  'TIMESTAMP_MS',
  'TIMESTAMP_NS',
  'TIMESTAMP WITH TIME ZONE',
]);
const tensorPattern = /^(?:FLOAT|DOUBLE)\[(\d+)\]$/;

function logicalType(sqlType: string): ColumnType {
  if (sqlType === 'BOOLEAN') return 'bool';
  if (integerTypes.has(sqlType)) return 'int64';
  if (sqlType === 'FLOAT' || sqlType === 'DOUBLE' || /^DECIMAL\(\d+,\s?\d+\)$/.test(sqlType)) return 'float64';
  if (stringTypes.has(sqlType) || /^ENUM\([^]*\)$/.test(sqlType)) return 'string';
  if (timeTypes.has(sqlType)) return 'timestamp';
  return 'other';
}

/** The column of a DuckDB result or file, from its name and the text of its type. */
export function columnOf(name: string, sqlType: string): Column {
  const size = tensorPattern.exec(sqlType)?.[1];
  if (size !== undefined) return { name, type: 'tensor', sqlType, size: Number(size) };
  return { name, type: logicalType(sqlType), sqlType };
}
