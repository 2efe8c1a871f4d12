import type { Readable } from 'node:stream';

/** Characters of a line that are kept, of which a process may write any number. */
const longestLine = 2000;

/** Calls `take` with each line that a process writes, without its end and shortened; a carriage return ends one too. */
export function followLines(output: Readable, take: (line: string) => void): void {
  let open = '';
  output.setEncoding('utf8');
  output.on('data', (text: string) => {
    // A carriage return may have its line feed in the next piece.
    const lines = (open + text).split(/\r?\n|\r(?=[^\n])/);
    open = (lines.pop() as string).slice(0, longestLine);
    for (const line of lines) take(line.slice(0, longestLine));
  });
  output.on('end', () => {
    if (open !== '') take(open.replace(/\r$/, ''));
  });
}
