import { stripVTControlCharacters } from 'node:util';
import { toWireError } from '../../shared/errors/app-error.ts';

/**
 * Where a command writes. With `--json`, stdout carries one JSON value per line and the last one is the result; text for
 * people goes to stdout without `--json`. Logs always go to stderr. Text for people carries no commands to a terminal: names in a
 * stranger's graph could hide, forge or write what it shows.
 */
export interface Output {
  readonly json: boolean;
  /** An event on the way (`--json` only). */
  event(value: unknown): void;
  /** The result: the JSON as last line, or the text. */
  result(value: unknown, text: string): void;
  /** A line for people (without `--json` only). */
  line(text: string): void;
  /** A log line on stderr. */
  log(text: string): void;
  error(error: unknown): void;
}

export function createOutput(json: boolean): Output {
  const write = (text: string): void => {
    process.stdout.write(`${text}\n`);
  };
  return {
    json,
    event(value) {
      if (json) write(JSON.stringify(value));
    },
    result(value, text) {
      write(json ? JSON.stringify(value) : plainText(text));
    },
    line(text) {
      if (!json) write(plainText(text));
    },
    log(text) {
      process.stderr.write(`${plainText(text)}\n`);
    },
    error(error) {
      const wire = toWireError(error);
      const where = wire.nodeId === undefined ? '' : `${wire.nodeId}: `;
      process.stderr.write(
        `${plainText(`${where}${wire.message}${wire.fix === undefined ? '' : `\n  ${wire.fix}`}`)}\n`,
      );
      if (wire.category === 'bug' && error instanceof Error && error.stack)
        process.stderr.write(`${plainText(error.stack)}\n`);
      if (json) write(JSON.stringify({ type: 'error', error: wire }));
    },
  };
}

/** Control characters but line ends and tabs. */
const controls = /(?![\n\t])\p{Cc}/gu;

function plainText(text: string): string {
  return stripVTControlCharacters(text).replace(controls, '');
}

/** An output whose events and lines go to stderr: for a run that is only a means. */
export function logOnly(output: Output): Output {
  return { ...output, event: () => undefined, line: (text) => output.log(text) };
}

/** Rows as aligned columns. */
export function textTable(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, i) => {
      widths[i] = Math.max(widths[i] ?? 0, cell.length);
    });
  }
  return rows
    .map((row) => row.map((cell, i) => (i === row.length - 1 ? cell : cell.padEnd(widths[i] ?? 0))).join('  '))
    .join('\n');
}
