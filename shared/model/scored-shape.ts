import type { PortShape } from '../node/define-node.ts';

/** Shape of the table features were fitted on, with further columns; undefined while it is not known. */
export function scoredShape(
  inputs: Record<string, PortShape[]>,
  added: readonly { name: string; type: 'int64' | 'float64' | 'bool' }[],
): PortShape | undefined {
  const features = inputs['features']?.find((shape) => shape.type === 'features');
  if (features === undefined) return undefined;
  const sqlTypes = { int64: 'BIGINT', float64: 'DOUBLE', bool: 'BOOLEAN' };
  const columns = added.map(({ name, type }) => ({ name, type, sqlType: sqlTypes[type] }));
  return {
    type: 'table',
    schema: { columns: [...features.table.columns, ...columns] },
    ...(features.lineage === undefined ? {} : { lineage: features.lineage }),
  };
}
