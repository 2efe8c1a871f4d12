import { attribute, type GraphBuilder, mlDomain } from '../../../main/compute/onnx/graph-builder.ts';

/** The numbers of strings, `other` for those not in the table: INT64 of their shape. */
export function lookUp(row: GraphBuilder, keys: string, table: ReadonlyMap<string, number>, other: number): string {
  return row.node(
    'LabelEncoder',
    [keys],
    {
      keys_strings: attribute.strings([...table.keys()]),
      values_int64s: attribute.ints([...table.values()]),
      default_int64: attribute.int(other),
    },
    { domain: mlDomain },
  );
}
