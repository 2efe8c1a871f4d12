import type { FieldDef } from 'pg';

/** How a column travels: an SQL expression over the result on the server, and the DuckDB type of its text. */
export interface ColumnPlan {
  name: string;
  expression: string;
  type: string;
}

/** Type of a column on the server. */
export interface ServerType {
  name: string;
  /** `A` for arrays; see pg_type.typcategory. */
  category: string;
}

const widestDecimal = 38;

const plainTypes: Record<string, string> = {
  bool: 'BOOLEAN',
  int2: 'SMALLINT',
  int4: 'INTEGER',
  int8: 'BIGINT',
  oid: 'BIGINT',
  float4: 'FLOAT',
  float8: 'DOUBLE',
  date: 'DATE',
  timestamp: 'TIMESTAMP',
};

/** `column` is the quoted name of the field on the server. */
export function planColumn(
  field: Pick<FieldDef, 'name' | 'dataTypeModifier'>,
  type: ServerType,
  column: string,
): ColumnPlan {
  const { name } = field;
  const plain = plainTypes[type.name];
  if (plain !== undefined) return { name, expression: column, type: plain };
  if (type.category === 'A') return { name, expression: `array_to_json(${column})::text`, type: 'VARCHAR' };
  switch (type.name) {
    case 'numeric': {
      const decimal = decimalOf(field.dataTypeModifier);
      if (decimal === undefined) return { name, expression: column, type: 'DOUBLE' };
      return { name, expression: `nullif(${column}, 'NaN'::numeric)`, type: decimal };
    }
    case 'money':
      return { name, expression: `${column}::numeric`, type: 'DECIMAL(19,2)' };
    case 'timestamptz':
      return { name, expression: `${column} AT TIME ZONE 'UTC'`, type: 'TIMESTAMP' };
    case 'bytea':
      return { name, expression: `encode(${column}, 'hex')`, type: 'VARCHAR' };
    default:
      return { name, expression: `${column}::text`, type: 'VARCHAR' };
  }
}

/** The type modifier of numeric(p, s) is (p << 16 | s as 11 bits) + 4; -1 without a size. */
function decimalOf(modifier: number): string | undefined {
  if (modifier < 4) return undefined;
  const precision = (modifier - 4) >> 16;
  const scale = (((modifier - 4) & 0x7ff) ^ 1024) - 1024;
  if (precision > widestDecimal || scale < 0 || scale > precision) return undefined;
  return `DECIMAL(${precision},${scale})`;
}
