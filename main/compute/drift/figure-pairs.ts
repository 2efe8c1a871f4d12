import type { ColumnValues } from '../duckdb/read-columns.ts';
import type { ColumnPair } from './column-test.ts';
import { summarizeValues } from './column-summary.ts';
import { isPicture } from './picture-figures.ts';
import { isText, type TextProfile, vocabularyOf, withFigures } from './derived-columns.ts';

/** Columns of a reference that are compared by figures of each text or picture. */
export interface ReadingKinds {
  texts: TextProfile[];
  pictures: string[];
}

/** Words are learned from every second row; figures of the reference are of the others, which do not know all words. */
export function readingKinds(reference: readonly ColumnValues[]): ReadingKinds {
  const texts = reference.flatMap((column) =>
    column.kind === 'string' && isText(column.values)
      ? [{ column: column.name, vocabulary: vocabularyOf(column.values.filter((_, row) => row % 2 === 0)) }]
      : [],
  );
  const pictures = reference.flatMap((column) =>
    column.kind === 'tensor' && isPicture({ type: 'tensor', size: column.size }) ? [column.name] : [],
  );
  return { texts, pictures };
}

/** The figures of texts and pictures of a reference; texts only of rows that their words were not learned from. */
export function referenceFigures(reference: readonly ColumnValues[], kinds: ReadingKinds): ColumnValues[] {
  return figuresOf(
    reference.map((column) =>
      column.kind === 'string' ? { ...column, values: column.values.filter((_, row) => row % 2 === 1) } : column,
    ),
    kinds,
  );
}

export function figuresOf(columns: readonly ColumnValues[], { texts, pictures }: ReadingKinds): ColumnValues[] {
  const read = new Set([...texts.map(({ column }) => column), ...pictures]);
  return withFigures(
    columns.filter(({ name }) => read.has(name)),
    texts,
  );
}

/** Figures of both samples, ready to be compared. */
export function figurePairs(
  reference: readonly ColumnValues[],
  current: readonly ColumnValues[],
  kinds: ReadingKinds,
): ColumnPair[] {
  const now = new Map(figuresOf(current, kinds).map((column) => [column.name, column]));
  return referenceFigures(reference, kinds).map((column): ColumnPair => {
    const other = now.get(column.name);
    return {
      column: column.name,
      type: 'float64',
      role: 'figure',
      reference: summarizeValues(column, 'float64'),
      current: other === undefined ? undefined : summarizeValues(other, 'float64'),
    };
  });
}
