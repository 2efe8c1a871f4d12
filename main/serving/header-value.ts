/**
 * Any text as the value of a header, as the HTTP binding of CloudEvents writes it: all but printable ASCII, and quotes and
 * percent signs, as UTF-8 in %XX.
 */
export function headerValue(text: string): string {
  return text.replace(/[^\x21-\x7e]|["%]/gu, (char) =>
    [...Buffer.from(char)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join(''),
  );
}
