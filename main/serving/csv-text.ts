import { AppError } from '../../shared/errors/app-error.ts';

/**
 * Lines of comma-separated cells as RFC 4180 has them: cells in double quotes may hold commas, line ends and doubled
 * quotes; lines end with LF or CRLF; a byte order mark and empty lines are left out. Errors: `request.invalid` naming the
 * line (a quote that is not closed or stands inside a cell), `request.too-large` for more than `maxLines`.
 */
export function parseCsv(text: string, maxLines: number): string[][] {
  const lines: string[][] = [];
  let at = text.startsWith('\uFEFF') ? 1 : 0;
  let line = 1;
  while (at < text.length) {
    const cells: string[] = [];
    for (let open = true; open; ) {
      const cell = text[at] === '"' ? quotedCell(text, at, line) : plainCell(text, at, line);
      cells.push(cell.text);
      at = cell.end;
      open = text[at] === ',';
      if (open) at++;
    }
    if (text[at] === '\r') at++;
    if (at < text.length && text[at] !== '\n') {
      throw new AppError('request.invalid', `Line ${line} of the CSV has text after a closing quote.`, {
        fix: 'Double every quote inside a quoted cell.',
      });
    }
    at++;
    line++;
    if (cells.length === 1 && cells[0] === '') continue;
    if (lines.length === maxLines) {
      throw new AppError('request.too-large', `The CSV has more than ${maxLines - 1} rows.`, {
        fix: 'Send several requests, or score a whole file with `slipway score`.',
      });
    }
    lines.push(cells);
  }
  return lines;
}

interface Cell {
  text: string;
  /** Index of what follows the cell. */
  end: number;
}

function plainCell(text: string, from: number, line: number): Cell {
  let end = from;
  while (end < text.length && text[end] !== ',' && text[end] !== '\n' && text[end] !== '\r') {
    if (text[end] === '"') {
      throw new AppError('request.invalid', `Line ${line} of the CSV has a quote inside a cell.`, {
        fix: 'Put the cell in quotes and double those inside it.',
      });
    }
    end++;
  }
  return { text: text.slice(from, end), end };
}

function quotedCell(text: string, from: number, line: number): Cell {
  let value = '';
  for (let at = from + 1; ; ) {
    const quote = text.indexOf('"', at);
    if (quote === -1)
      throw new AppError('request.invalid', `Line ${line} of the CSV has a quote that is never closed.`);
    value += text.slice(at, quote);
    if (text[quote + 1] !== '"') return { text: value, end: quote + 1 };
    value += '"';
    at = quote + 2;
  }
}
