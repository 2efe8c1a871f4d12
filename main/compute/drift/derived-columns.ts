import { MISSING_STRING } from '../../../shared/model/signature.ts';
import type { ScalarColumn } from '../duckdb/append-columns.ts';
import type { ColumnValues } from '../duckdb/read-columns.ts';
import { isPicture, pictureColumn, pictureFigures, pictureOf } from './picture-figures.ts';

/** Texts and pictures are compared by figures of each one: columns of numbers, named after the column they come from. */
export interface TextProfile {
  column: string;
  /** Words of the reference. */
  vocabulary: ReadonlySet<string>;
}

const maxVocabulary = 50_000;
const minimumWords = 3;
const minimumDistinct = 0.5;
const sampleRows = 1_000;

const word = /[\p{L}\p{N}]+/gu;
/** Words of a vocabulary; numbers are hardly ever the same again. */
const spelled = /\p{L}[\p{L}\p{N}]*/gu;
const letter = /\p{L}/gu;
const digit = /\p{N}/gu;

/** Whether values are texts to read, not categories: mostly different, and of several words. */
export function isText(values: readonly string[]): boolean {
  const present = values.filter((value) => value !== MISSING_STRING && value !== '').slice(0, sampleRows);
  if (present.length < 20) return false;
  const words = present.reduce((sum, value) => sum + (value.match(word)?.length ?? 0), 0);
  return words / present.length >= minimumWords && new Set(present).size / present.length >= minimumDistinct;
}

/** The words of some texts, the most frequent where there are too many. */
export function vocabularyOf(values: readonly string[]): Set<string> {
  const counts = new Map<string, number>();
  for (const value of values) {
    if (value === MISSING_STRING) continue;
    for (const found of value.match(spelled) ?? []) {
      const name = found.toLowerCase();
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
  }
  const frequent = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  return new Set(frequent.slice(0, maxVocabulary).map(([name]) => name));
}

/** Of each text: characters, words, share of words outside the vocabulary, shares of letters and digits; missing stays missing. */
export function textFigures({ column, vocabulary }: TextProfile, values: readonly string[]): ScalarColumn[] {
  const figure = (name: string, of: (text: string, words: readonly string[]) => number): ScalarColumn => ({
    name: `${column} · ${name}`,
    kind: 'number',
    values: Float64Array.from(values, (text, i) =>
      text === MISSING_STRING ? Number.NaN : of(text, wordsOf[i] as string[]),
    ),
  });
  const wordsOf = values.map((text) => text.match(word) ?? []);
  const share = (text: string, kind: RegExp) => (text.match(kind)?.length ?? 0) / Math.max(1, text.length);
  return [
    figure('length', (text) => text.length),
    figure('words', (_, words) => words.length),
    figure('unknown words', (text) => {
      const words = text.match(spelled) ?? [];
      const unknown = words.filter((name) => !vocabulary.has(name.toLowerCase())).length;
      return words.length === 0 ? 0 : unknown / words.length;
    }),
    figure('letters', (text) => share(text, letter)),
    figure('digits', (text) => share(text, digit)),
  ];
}

/**
 * Of each picture, any numbers in a row: mean (brightness), standard deviation (contrast), and mean difference of
 * neighbours (detail).
 */
export function picturesToColumns(name: string, values: ArrayLike<number>, size: number): ScalarColumn[] {
  const rows = Math.floor(values.length / size);
  const found = pictureFigures.map(() => new Float64Array(rows));
  for (let row = 0; row < rows; row++) {
    const figures = pictureOf(values, row * size, size);
    figures.forEach((value, i) => {
      (found[i] as Float64Array)[row] = value;
    });
  }
  return pictureFigures.map((figure, i) => ({
    name: pictureColumn(name, figure),
    kind: 'number',
    values: found[i] as Float64Array,
  }));
}

/** Columns of numbers in place of the texts that have a profile and of pictures; other columns as they are. */
export function withFigures(columns: readonly ColumnValues[], profiles: readonly TextProfile[]): ColumnValues[] {
  return columns.flatMap((column): ColumnValues[] => {
    if (column.kind === 'tensor') {
      const isWide = isPicture({ type: 'tensor', size: column.size });
      return isWide ? picturesToColumns(column.name, column.values, column.size) : [column];
    }
    const profile = profiles.find((candidate) => candidate.column === column.name);
    return profile === undefined || column.kind !== 'string' ? [column] : textFigures(profile, column.values);
  });
}
