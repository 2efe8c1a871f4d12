import { z } from 'zod';
import { secretNamePattern } from './secret-name.ts';

/**
 * A param that names a secret in place of holding it. Graphs, plans and keys carry the reference only; a runner asks its
 * context for the value.
 */
export const secretReferenceSchema = z.strictObject({
  secret: z.string().regex(secretNamePattern, 'must be upper-case letters, digits and _, such as PG_PASSWORD'),
});

/** Names of `{"secret": NAME}` anywhere below a value. */
export function secretNames(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  const own = 'secret' in value && typeof value.secret === 'string' ? [value.secret] : [];
  return [...new Set([...own, ...Object.values(value).flatMap(secretNames)])];
}
