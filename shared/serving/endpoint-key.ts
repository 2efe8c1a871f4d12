import { z } from 'zod';

/**
 * What a key opens: `infer` inference, feedback and reading features; `read` metadata, statistics and metrics; `write`
 * pushing features; `admin` loading, traffic and settings, and all of the above.
 */
export const keyScopes = ['infer', 'read', 'write', 'admin'] as const;
export type KeyScope = (typeof keyScopes)[number];

/** A key of endpoints as it may be shown: neither its secret nor its hash. */
export const endpointKeySchema = z.object({
  /** Names the key without opening anything. */
  id: z.string(),
  name: z.string(),
  scopes: z.array(z.enum(keyScopes)),
  createdMs: z.number(),
  /** Null: never. */
  expiresMs: z.number().nullable(),
  /** Per endpoint; null: no bound. */
  ratePerSecond: z.number().nullable(),
  /** Per endpoint and UTC day; null: no bound. */
  requestsPerDay: z.number().nullable(),
});
export type EndpointKey = z.output<typeof endpointKeySchema>;

export const newEndpointKeySchema = z.object({
  name: z.string().trim().min(1).max(100),
  scopes: z.array(z.enum(keyScopes)).min(1),
  expiresMs: z.number().int().positive().nullable(),
  ratePerSecond: z.number().positive().max(1e9).nullable(),
  requestsPerDay: z.number().int().positive().max(1e12).nullable(),
});
export type NewEndpointKey = z.output<typeof newEndpointKeySchema>;
