import { AppError } from '../../shared/errors/app-error.ts';

/** Deepest nesting of a request body. */
export const maxJsonDepth = 64;

const quote = 0x22;
const backslash = 0x5c;

/**
 * Parses a JSON request body given as UTF-8. Integers that a double cannot hold exactly come as bigint when
 * `exactIntegers` asks for it. Nesting is bounded before anything is parsed. Errors: `request.invalid`.
 */
export function parseJsonBody(body: Buffer, exactIntegers: (text: string) => boolean): unknown {
  if (body.length === 0) throw new AppError('request.invalid', 'The request body is empty; a JSON object is expected.');
  checkDepth(body);
  const text = body.toString('utf8');
  try {
    return exactIntegers(text) && longDigits.test(text) ? JSON.parse(text, keepExact) : JSON.parse(text);
  } catch (error) {
    const hint = /\b(NaN|-?Infinity)\b/.test(text)
      ? ' NaN and Infinity are not JSON numbers: send "NaN", "Infinity" or "-Infinity" as text.'
      : '';
    throw new AppError('request.invalid', `The request body is not valid JSON: ${reason(error)}.${hint}`);
  }
}

const longDigits = /\d{16}/;

/** 20 digits and a sign hold every 64-bit integer; longer ones stay numbers and fail the range check. */
const integerSource = /^-?\d{1,20}$/;

function keepExact(this: unknown, _key: string, value: unknown, context?: { source: string }): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value) || context === undefined) return value;
  return integerSource.test(context.source) ? BigInt(context.source) : value;
}

/** Whether there are at most `maxJsonDepth` opening brackets at all, found by the native search. */
function hasFewBrackets(body: Buffer): boolean {
  let left = maxJsonDepth;
  for (const bracket of [0x5b, 0x7b]) {
    for (let at = body.indexOf(bracket); at !== -1; at = body.indexOf(bracket, at + 1)) if (--left < 0) return false;
  }
  return true;
}

function checkDepth(body: Buffer): void {
  if (hasFewBrackets(body)) return;
  let depth = 0;
  for (let i = 0; i < body.length; i++) {
    const byte = body[i] as number;
    if (byte === quote) {
      i = endOfString(body, i + 1);
    } else if (byte === 0x5b || byte === 0x7b) {
      if (++depth > maxJsonDepth) {
        throw new AppError('request.invalid', `The request body nests deeper than ${maxJsonDepth} levels.`);
      }
    } else if (byte === 0x5d || byte === 0x7d) {
      depth--;
    }
  }
}

/** Index of the closing quote, or the length where there is none. */
function endOfString(body: Buffer, from: number): number {
  for (let i = from; i < body.length; i++) {
    const byte = body[i] as number;
    if (byte === quote) return i;
    if (byte === backslash) i++;
  }
  return body.length;
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message.slice(0, 200) : 'unreadable';
}
