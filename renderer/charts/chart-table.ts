export type ChartCell = string | number | boolean | null;

/** The numbers behind a chart, for its table view and CSV. */
export interface ChartTable {
  columns: readonly string[];
  rows: readonly (readonly ChartCell[])[];
}

function csvCell(cell: ChartCell): string {
  const text = cell === null ? '' : String(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** RFC 4180 with a header line; missing is empty, numbers keep full precision. */
export function chartCsv(table: ChartTable): string {
  return [table.columns, ...table.rows].map((row) => `${row.map(csvCell).join(',')}\r\n`).join('');
}

/** A file name from a title: `ROC curve (test)` → `roc-curve-test`. */
export function chartFileName(title: string): string {
  const name = title
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '');
  return name === '' ? 'chart' : name;
}
