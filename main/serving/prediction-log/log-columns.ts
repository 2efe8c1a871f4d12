import { requestColumns } from '../../../shared/model/request-columns.ts';
import { MISSING_STRING, MISSING_TIMESTAMP, type ModelManifest } from '../../../shared/model/signature.ts';
import { rawNumber } from '../../compute/duckdb/exact-json.ts';
import { elementCount, isBinaryOnly, type TensorSpec } from '../tensor.ts';

export type LogColumnKind = 'number' | 'integer' | 'unsigned' | 'boolean' | 'text' | 'time' | 'list';

/** One logged value per row. */
export interface LogColumn {
  side: 'input' | 'output';
  name: string;
  tensor: string;
  kind: LogColumnKind;
  /** Elements per row in the tensor. */
  width: number;
}

/** Rows of wider tensors (images) are not logged. */
const maxListWidth = 64;

/** What is logged of a model's requests; redacted columns are left out altogether. */
export function logColumns(
  inputs: readonly TensorSpec[],
  outputs: readonly TensorSpec[],
  manifest: ModelManifest | null,
  redacted: ReadonlySet<string>,
): LogColumn[] {
  const known = manifest === null ? [] : [...manifest.inputs, ...requestColumns(manifest)];
  const types = new Map(known.map(({ name, type }) => [name, type]));
  const columns: LogColumn[] = [];
  for (const [side, specs] of [['input', inputs] as const, ['output', outputs] as const]) {
    for (const spec of specs) {
      const [batch, ...rest] = spec.shape;
      const width = elementCount(rest);
      if (batch !== -1 || width < 1 || width > maxListWidth || isBinaryOnly(spec.datatype) || redacted.has(spec.name)) {
        continue;
      }
      const type = side === 'input' ? types.get(spec.name) : undefined;
      const kind = width === 1 ? kindOf(spec, type) : spec.datatype === 'BYTES' ? undefined : 'list';
      if (kind !== undefined) columns.push({ side, name: spec.name, tensor: spec.name, kind, width });
    }
  }
  return columns;
}

function kindOf({ datatype }: TensorSpec, type: ModelManifest['inputs'][number]['type'] | undefined): LogColumnKind {
  if (type === 'bool' || datatype === 'BOOL') return 'boolean';
  if (type === 'int64') return 'integer';
  if (type === 'timestamp') return 'time';
  if (datatype === 'BYTES') return 'text';
  if (datatype === 'UINT64') return 'unsigned';
  return datatype.includes('INT') ? 'integer' : 'number';
}

const sqlTypes: Readonly<Record<LogColumnKind, string>> = {
  number: 'DOUBLE',
  integer: 'BIGINT',
  unsigned: 'UBIGINT',
  boolean: 'BOOLEAN',
  text: 'VARCHAR',
  time: 'TIMESTAMP',
  list: 'DOUBLE[]',
};

/** DuckDB type of a logged column. */
export function sqlTypeOf(column: LogColumn): string {
  return sqlTypes[column.kind];
}

/** A value as `JSON.stringify` takes it, missing ones as null. */
export function loggedValue(value: string | number | bigint | undefined, kind: LogColumnKind): unknown {
  if (value === undefined) return null;
  if (typeof value === 'string') return value === MISSING_STRING ? null : value;
  if (typeof value === 'bigint') return kind === 'time' ? isoOfMicros(value) : rawNumber(String(value));
  if (Number.isNaN(value)) return null;
  if (kind === 'boolean') return value !== 0;
  return Number.isFinite(value) ? value : String(value);
}

/** Microseconds since the epoch as ISO 8601; null for missing and for years that a `Date` cannot hold. */
function isoOfMicros(micros: bigint): string | null {
  if (micros === MISSING_TIMESTAMP) return null;
  const fraction = ((micros % 1_000_000n) + 1_000_000n) % 1_000_000n;
  const date = new Date(Number((micros - fraction) / 1_000n));
  const year = date.getUTCFullYear();
  if (!(year >= 1 && year <= 9999)) return null;
  return `${date.toISOString().slice(0, 19)}.${String(fraction).padStart(6, '0')}`;
}
