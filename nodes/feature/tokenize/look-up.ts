import { attribute, type GraphBuilder, mlDomain } from '../../../main/compute/onnx/graph-builder.ts';

/** What a table has for each element of a tensor, `other` for those not in it. Numbers are INT64, texts BYTES. */
export function lookUp<K extends string | number, V extends string | number>(
  row: GraphBuilder,
  keys: string,
  table: ReadonlyMap<K, V>,
  other: V,
): string {
  const values = [...table.values()];
  // LabelEncoder refuses a table of nothing.
  if (values.length === 0) return row.node('Expand', [constant(row, other), row.node('Shape', [keys])]);
  return row.node(
    'LabelEncoder',
    [keys],
    {
      ...listOf('keys', [...table.keys()]),
      ...listOf('values', values),
      ...(typeof other === 'string'
        ? { default_string: attribute.string(other) }
        : { default_int64: attribute.int(other) }),
    },
    { domain: mlDomain },
  );
}

function listOf(name: 'keys' | 'values', list: readonly (string | number)[]) {
  return typeof list[0] === 'string'
    ? { [`${name}_strings`]: attribute.strings(list as string[]) }
    : { [`${name}_int64s`]: attribute.ints(list as number[]) };
}

function constant(row: GraphBuilder, value: string | number): string {
  return typeof value === 'string' ? row.initializer('BYTES', [value], []) : row.int64(value);
}
