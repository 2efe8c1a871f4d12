/** Stands for a number in a value that goes back to JSON, digit by digit. */
type RawNumber = object;

type Reviver = (key: string, value: unknown, context: { source?: string }) => unknown;
const { parse, rawJSON } = JSON as unknown as {
  parse(text: string, reviver: Reviver): unknown;
  rawJSON(text: string): RawNumber;
};

/** `JSON.stringify` writes the text as it is. */
export const rawNumber: (text: string) => RawNumber = rawJSON;

/** `JSON.parse` that keeps whole numbers beyond 2^53 for `JSON.stringify`; they cannot be read as numbers. */
export function parseExactJson(text: string): unknown {
  return parse(text, (_key, value, { source }) =>
    typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value) && source !== undefined
      ? rawJSON(source)
      : value,
  );
}
