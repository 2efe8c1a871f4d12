import type { Column } from '../../shared/table/schema.ts';
import type { KnownShape } from '../state/analysis-store.ts';

/** Columns that reach an input port, by name; the first shape wins where several carry the same name. */
export function columnsOf(shapes: readonly KnownShape[]): Column[] {
  const columns = new Map<string, Column>();
  for (const shape of shapes) {
    for (const column of (shape.schema ?? shape.table)?.columns ?? []) {
      if (!columns.has(column.name)) columns.set(column.name, column);
    }
  }
  return [...columns.values()];
}
