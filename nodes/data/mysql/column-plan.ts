import type { FieldPacket } from 'mysql2';

/** How a column of text from the server becomes a typed one: SQL over `value`, the quoted name of the text. */
export interface ColumnPlan {
  name: string;
  /** DuckDB type. */
  type: string;
  /** Bytes, which travel as hexadecimal text. */
  isBinary: boolean;
  sql(value: string): string;
}

/** Column types of the protocol (MySQL: enum_field_types). */
const types = {
  decimal: 0,
  tiny: 1,
  short: 2,
  long: 3,
  float: 4,
  double: 5,
  timestamp: 7,
  longlong: 8,
  int24: 9,
  date: 10,
  datetime: 12,
  year: 13,
  bit: 16,
  newDecimal: 246,
  tinyBlob: 249,
  mediumBlob: 250,
  longBlob: 251,
  blob: 252,
  varString: 253,
  string: 254,
  geometry: 255,
};
const unsignedFlag = 32;
const binaryCharset = 63;
const widestDecimal = 38;

type Field = Pick<FieldPacket, 'name' | 'columnType' | 'columnLength' | 'decimals' | 'flags' | 'characterSet'>;

export function planColumn(field: Field): ColumnPlan {
  const { name } = field;
  const cast = (type: string): ColumnPlan => ({
    name,
    type,
    isBinary: false,
    sql: (value) => `CAST(${value} AS ${type})`,
  });
  const isUnsigned = (Number(field.flags) & unsignedFlag) !== 0;
  switch (field.columnType ?? -1) {
    case types.tiny:
    case types.short:
    case types.long:
    case types.int24:
    case types.year:
      return cast('BIGINT');
    case types.longlong:
      return cast(isUnsigned ? 'DECIMAL(20,0)' : 'BIGINT');
    case types.float:
      return cast('FLOAT');
    case types.double:
      return cast('DOUBLE');
    case types.decimal:
    case types.newDecimal: {
      const scale = field.decimals;
      // The length counts the sign and the point.
      const precision = (field.columnLength ?? 0) - (isUnsigned ? 0 : 1) - (scale > 0 ? 1 : 0);
      const fits = precision >= 1 && precision <= widestDecimal && scale <= precision;
      return cast(fits ? `DECIMAL(${precision},${scale})` : 'DOUBLE');
    }
    case types.date:
    case types.datetime:
    case types.timestamp: {
      const type = field.columnType === types.date ? 'DATE' : 'TIMESTAMP';
      const sql = (value: string) => `CAST(CASE WHEN ${value} LIKE '0000-%' THEN NULL ELSE ${value} END AS ${type})`;
      return { name, type, isBinary: false, sql };
    }
    case types.bit:
    case types.geometry:
      return { name, type: 'VARCHAR', isBinary: true, sql: (value) => value };
    case types.tinyBlob:
    case types.mediumBlob:
    case types.longBlob:
    case types.blob:
    case types.varString:
    case types.string:
      return { name, type: 'VARCHAR', isBinary: field.characterSet === binaryCharset, sql: (value) => value };
    default:
      return { name, type: 'VARCHAR', isBinary: false, sql: (value) => value };
  }
}
