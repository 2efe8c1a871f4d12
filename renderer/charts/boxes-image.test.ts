import { describe, expect, it } from 'vitest';
import { linesOf, type PlacedText } from './boxes-image.ts';

/** Characters 10 px wide and 12 px high in lines 16 px apart, as a browser places them. */
function placed(...lines: string[]): PlacedText[] {
  return lines.flatMap((line, row) =>
    Array.from(line, (text, at) => ({
      text,
      left: at * 10,
      right: at * 10 + 10,
      top: row * 16,
      bottom: row * 16 + 12,
    })),
  );
}

describe('linesOf', () => {
  it('keeps a text on the lines it is broken into, without the space at the break', () => {
    expect(linesOf(placed('body mass ', 'in grams'))).toEqual([
      { text: 'body mass', left: 0, right: 100, top: 0, bottom: 12 },
      { text: 'in grams', left: 0, right: 80, top: 16, bottom: 28 },
    ]);
  });

  it('keeps a smaller character beside a larger one on its line', () => {
    const [a, b] = placed('m²');
    if (!a || !b) throw new Error('two characters');
    expect(linesOf([a, { ...b, top: -3, bottom: 6 }]).map(({ text }) => text)).toEqual(['m²']);
  });

  it('leaves out white space that is collapsed', () => {
    const gone = { text: '\n', left: 10, right: 10, top: 0, bottom: 12 };
    const [a, b] = placed('ab');
    if (!a || !b) throw new Error('two characters');
    expect(linesOf([gone, a, gone, gone, b])).toEqual([{ text: 'ab', left: 0, right: 20, top: 0, bottom: 12 }]);
    expect(linesOf([])).toEqual([]);
  });
});
