import type { ColumnType } from '../../shared/table/schema.ts';

const words: Record<ColumnType, { glyph: string; name: string }> = {
  string: { glyph: 'abc', name: 'text' },
  int64: { glyph: '123', name: 'whole number' },
  float64: { glyph: '1.2', name: 'number' },
  bool: { glyph: '0/1', name: 'yes or no' },
  timestamp: { glyph: 'date', name: 'date and time' },
  tensor: { glyph: '[ ]', name: 'numbers in a list' },
  other: { glyph: '?', name: 'other type' },
};

/** Column type in three or four characters. An unknown type reads as `other`. */
export function TypeGlyph({ type }: { type: string }) {
  const word = words[type as ColumnType] ?? words.other;
  return (
    <span className="type-glyph" role="img" aria-label={word.name} title={word.name}>
      {word.glyph}
    </span>
  );
}
