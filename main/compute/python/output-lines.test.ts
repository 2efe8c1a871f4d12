import { PassThrough } from 'node:stream';
import { finished } from 'node:stream/promises';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { followLines } from './output-lines.ts';

async function linesOf(pieces: readonly string[]): Promise<string[]> {
  const lines: string[] = [];
  const output = new PassThrough();
  followLines(output, (line) => lines.push(line));
  for (const piece of pieces) output.write(piece);
  output.end();
  await finished(output);
  return lines;
}

it('gives the same lines in whatever pieces they come', async () => {
  const text = fc.array(fc.constantFrom('a', 'ä€', '\r', '\n', '\r\n')).map((parts) => parts.join(''));
  await fc.assert(
    fc.asyncProperty(text, fc.array(fc.nat(40)), async (whole, cuts) => {
      const ends = [...cuts.filter((cut) => cut < whole.length).toSorted((a, b) => a - b), whole.length];
      const pieces = ends.map((end, i) => whole.slice(ends[i - 1] ?? 0, end));
      const expected = whole.replace(/\r\n?/g, '\n').split('\n');
      if (expected.at(-1) === '') expected.pop();
      expect(await linesOf(pieces.filter((piece) => piece !== ''))).toEqual(expected);
    }),
    { seed: 7, numRuns: 200 },
  );
});

it('keeps the start of a line without an end', async () => {
  const lines = await linesOf([...Array.from({ length: 50 }, () => 'x'.repeat(60_000)), '\nnext']);
  expect(lines).toEqual(['x'.repeat(2000), 'next']);
});
