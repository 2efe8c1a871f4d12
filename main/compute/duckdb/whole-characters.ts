/** Half of a character, as JSON may write it. */
const mayHaveHalf = /\\u[dD][89a-fA-F]/;
/** A character of two halves, half of one, any other escape. */
const escapes = /\\u[dD][89abAB]..\\u[dD][c-fC-F]..|(\\u[dD][89a-fA-F]..)|\\./g;

/**
 * JSON without halves of characters, in texts and names: U+FFFD takes their place. JavaScript reads and writes such halves;
 * DuckDB refuses the whole file for one.
 */
export function wholeCharacters(json: string): string {
  if (!mayHaveHalf.test(json)) return json;
  return json.replaceAll(escapes, (escape, half: string | undefined) => (half === undefined ? escape : '\ufffd'));
}
