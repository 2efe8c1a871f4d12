import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { sourceTokens } from './source-tokens.ts';

it('names keys, strings, values and comments', () => {
  const parts = sourceTokens('a.yaml', '# made here\nkind: "Job"\nspec:\n  - count: 3\n    on: true\n')
    .filter(({ kind }) => kind !== 'plain')
    .map(({ kind, text }) => `${kind} ${text.trim()}`);
  expect(parts).toEqual([
    'comment # made here',
    'key kind',
    'string "Job"',
    'key spec',
    'key - count',
    'value 3',
    'key on',
    'value true',
  ]);
  expect(sourceTokens('driver.py', 'x = "a" # b')).toContainEqual({ kind: 'string', text: '"a"' });
  expect(sourceTokens('README.md', '# a: "b"')).toEqual([{ kind: 'plain', text: '# a: "b"' }]);
});

it('joins to the text of every file of a bundle', () => {
  const dir = join(import.meta.dirname, '../../test/golden/bundles/penguins-ray');
  for (const entry of readdirSync(dir, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const text = readFileSync(join(entry.parentPath, entry.name), 'utf8');
    expect(
      sourceTokens(entry.name, text)
        .map((token) => token.text)
        .join(''),
    ).toBe(text);
  }
});
