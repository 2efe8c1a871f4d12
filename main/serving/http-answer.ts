import { toAppError } from '../../shared/errors/app-error.ts';
import { errorCodes } from '../../shared/errors/codes.ts';
import type { LogLevel } from './server-settings.ts';

export interface Answer {
  status: number;
  contentType: string;
  body: string | Buffer;
  headers?: Record<string, string | number>;
}

export function json(status: number, body: unknown): Answer {
  return { status, contentType: 'application/json', body: JSON.stringify(body) };
}

/** Success without a body, as Triton's repository extension has it. */
export function emptyAnswer(): Answer {
  return { status: 200, contentType: 'application/json', body: '' };
}

export function errorAnswer(status: number, message: string): Answer {
  return json(status, { error: message });
}

/** An error as `{"error": text}` with the status of its code; bugs are logged, their stacks stay here. */
export function answerOfError(error: unknown, log: (level: LogLevel, text: string) => void): Answer {
  const e = toAppError(error);
  if (e.code === 'internal.bug') log('error', e.stack ?? e.message);
  const { httpStatus } = errorCodes[e.code];
  const answer = errorAnswer(httpStatus, e.fix === undefined ? e.message : `${e.message} ${e.fix}`);
  if (httpStatus === 503 || httpStatus === 429) return { ...answer, headers: { 'retry-after': 1 } };
  if (httpStatus === 401) return { ...answer, headers: { 'www-authenticate': 'Bearer' } };
  return answer;
}
