import type { ColumnType } from '../../shared/table/schema.ts';
import { t } from './text.ts';

const glyphs: Record<ColumnType, string> = {
  string: 'abc',
  int64: '123',
  float64: '1.2',
  bool: '0/1',
  timestamp: 'date',
  tensor: '[ ]',
  other: '?',
};

/** Column type in three or four characters. An unknown type reads as `other`. */
export function TypeGlyph({ type }: { type: string }) {
  const known = Object.hasOwn(glyphs, type) ? (type as ColumnType) : 'other';
  const name = t.columnTypes[known];
  return (
    <span className="type-glyph" role="img" aria-label={name} title={name}>
      {glyphs[known]}
    </span>
  );
}
