import { z } from 'zod';

/** Prefix of the environment variables that hold secrets: secret `PG_PASSWORD` is `SLIPWAY_SECRET_PG_PASSWORD`. */
export const secretVariablePrefix = 'SLIPWAY_SECRET_';

/**
 * A param that names a secret in place of holding it. Graphs, plans and keys carry the reference only; a runner asks its
 * context for the value.
 */
export const secretReferenceSchema = z.strictObject({
  secret: z.string().regex(/^[A-Z][A-Z0-9_]{0,62}$/, 'must be upper-case letters, digits and _, such as PG_PASSWORD'),
});
