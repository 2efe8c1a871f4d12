import { z } from 'zod';
import { longestKey } from '../../tracking/tracking-store.ts';
import { MlflowError } from './mlflow-error.ts';

/** proto3-JSON writes int64 as text; MLflow itself sends numbers. */
export const integer = z.union([
  z.number().int(),
  z
    .string()
    .regex(/^-?\d{1,16}$/)
    .transform(Number),
]);

/** A number, or one of the values JSON has no number for. */
export const double = z.union([
  z.number(),
  z.enum(['NaN', 'Infinity', '-Infinity']).transform(Number),
  z
    .string()
    .regex(/^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$/)
    .transform(Number),
]);

export const key = z
  .string()
  .min(1)
  .max(longestKey, `must be at most ${longestKey} characters`)
  .regex(/^(?!\/)[^\p{Cc}]+$/u, 'must not start with “/” or hold control characters');

/** Values of params and tags. */
export const text = z.string().max(8000);

export const tag = z.object({ key, value: text });
export const param = z.object({ key, value: text });
export const metric = z.object({ key, value: double, timestamp: integer, step: integer.default(0) });

/** A list that comes once or repeated in a query string. */
export const list = <T extends z.ZodType>(item: T) =>
  z.preprocess((value) => (value === undefined || Array.isArray(value) ? value : [value]), z.array(item).optional());

export function parseFields<T extends z.ZodType>(schema: T, input: unknown): z.output<T> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const name = issue?.path.join('.') ?? '';
  throw new MlflowError('INVALID_PARAMETER_VALUE', `Invalid value for parameter '${name}': ${issue?.message ?? ''}.`);
}

/** Offsets as page tokens. */
export function readPageToken(token: string | undefined): number {
  if (token === undefined || token === '') return 0;
  const offset = Number(Buffer.from(token, 'base64url').toString('utf8'));
  if (Number.isSafeInteger(offset) && offset >= 0) return offset;
  throw new MlflowError('INVALID_PARAMETER_VALUE', `Invalid page token “${token}”.`);
}

export function nextPageToken(offset: number, returned: number, total: number): { next_page_token?: string } {
  const next = offset + returned;
  return returned > 0 && next < total ? { next_page_token: Buffer.from(String(next)).toString('base64url') } : {};
}

/** NaN and infinities as MLflow writes them. */
export function writeDouble(value: number): number | string {
  return Number.isFinite(value) ? value : String(value);
}
