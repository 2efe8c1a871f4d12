import fc from 'fast-check';
import { expect, it } from 'vitest';
import { markdownBlocks } from './markdown-blocks.ts';

it('tells headings, paragraphs, lists, tables and code apart', () => {
  const text =
    '# Title\nOne line\nand its next.\n\n- a\n  goes on\n- b\n\n1. first\n\n| x | y |\n| - | - |\n| 1 | `2` |\n```\n# no heading\n```\n';
  expect(markdownBlocks(text)).toEqual([
    { type: 'heading', text: 'Title' },
    { type: 'paragraph', text: 'One line and its next.' },
    { type: 'list', ordered: false, items: ['a goes on', 'b'] },
    { type: 'list', ordered: true, items: ['first'] },
    { type: 'table', head: ['x', 'y'], body: [['1', '`2`']] },
    { type: 'code', text: '# no heading' },
  ]);
});

it('ends for any text, and loses no word of a text without marks', () => {
  const line = fc.string({ unit: fc.constantFrom('`', '#', '|', '-', '1', '.', ' ', 'a', '*') });
  fc.assert(
    fc.property(fc.array(line), (lines) => {
      markdownBlocks(lines.join('\n'));
    }),
    { seed: 7 },
  );
  fc.assert(
    fc.property(fc.array(fc.stringMatching(/^[a-z]{1,5}$/)), (words) => {
      const texts = markdownBlocks(words.join('\n')).map((block) => ('text' in block ? block.text : ''));
      expect(texts.join(' ')).toBe(words.join(' '));
    }),
    { seed: 7 },
  );
});
