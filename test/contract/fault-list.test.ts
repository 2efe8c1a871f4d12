import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const root = new URL('../../', import.meta.url);
const lines = readFileSync(new URL('test/README.md', root), 'utf8').split('\n');
const listed = lines.flatMap((line) => {
  const found = /\| `([\w./-]+\.test\.ts)`: (.+) \|$/.exec(line);
  return found === null ? [] : [{ file: found[1] ?? '', name: found[2] ?? '' }];
});

it('lists tests', () => {
  expect(listed.length).toBeGreaterThan(40);
});

it.each(listed)('$file has “$name”', ({ file, name }) => {
  expect(readFileSync(new URL(file, root), 'utf8')).toContain(`'${name.replaceAll("'", "\\'")}`);
});
