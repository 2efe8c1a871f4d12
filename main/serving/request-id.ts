import { AppError } from '../../shared/errors/app-error.ts';

/** Of an answer whose body has no place for the id. */
export const requestIdHeader = 'x-slipway-request-id';

/** Each row of a request is logged with its id. */
export const maxIdCharacters = 1_000;

/** The id that a request names; undefined without one. Errors: `request.invalid`. */
export function readRequestId(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'string') {
    const shown = typeof value === 'object' && value !== null ? 'no text' : String(value).slice(0, 60);
    throw new AppError('request.invalid', `"id" is ${shown}; expected text.`);
  }
  if (value.length <= maxIdCharacters) return value;
  throw new AppError('request.invalid', `"id" has ${value.length} characters; expected at most ${maxIdCharacters}.`);
}
