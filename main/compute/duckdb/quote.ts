/** A name as a quoted SQL identifier: `a"b` → `"a""b"`. */
export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A text as an SQL string literal: `it's` → `'it''s'`. */
export function quoteLiteral(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A path as a literal for DuckDB's file functions, which read `* ? [` as glob characters unless bracketed. */
export function quotePath(path: string): string {
  return quoteLiteral(path.replace(/[*?[]/g, (character) => `[${character}]`));
}
