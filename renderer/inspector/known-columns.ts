import { answerNames } from '../../shared/expression/answer-names.ts';
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

/**
 * What a formula over an input port may name: its columns, and behind the port of a model what the model answers. A column wins
 * over an answer of the same name.
 */
export function formulaNamesOf(shapes: readonly KnownShape[]): { name: string; type: string }[] {
  const columns = columnsOf(shapes);
  if (columns.length === 0 || !shapes.some(({ type }) => type === 'model')) return columns;
  const taken = new Set(columns.map(({ name }) => name));
  const answers = answerNames.filter((name) => !taken.has(name)).map((name) => ({ name, type: 'float64' }));
  return [...answers, ...columns];
}
