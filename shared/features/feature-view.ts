import { z } from 'zod';

/** Types an entity key can have: those with one exact form. */
export const keyTypeSchema = z.enum(['bool', 'int64', 'string', 'timestamp']);
export type KeyType = z.infer<typeof keyTypeSchema>;

export const featureTypeSchema = z.enum(['bool', 'int64', 'float64', 'string', 'timestamp', 'tensor']);
export type FeatureType = z.infer<typeof featureTypeSchema>;

export const viewFeatureSchema = z.object({
  name: z.string(),
  type: featureTypeSchema,
  /** Elements per row; only for `tensor`. */
  size: z.number().int().positive().optional(),
});
export type ViewFeature = z.infer<typeof viewFeatureSchema>;

/** Joined to the names of a view and a feature where both are given: `VIEW:FEATURE`. So no view has it in its name. */
export const referenceSeparator = ':';
export const viewNamePattern = /^[A-Za-z][A-Za-z0-9_-]{0,62}$/;

/**
 * What a table of feature values means: a row says that from `eventTimestamp` on the entity with these keys had these
 * feature values, and that this became known at `createdTimestamp`. It stands under `meta.view` of a table artifact whose
 * columns are the keys, the timestamps and the features, by these names. Later rows win ties, so their order matters.
 */
export const featureViewSchema = z.object({
  name: z.string().regex(viewNamePattern),
  /** Columns that name the entity together; none: there is one entity only. */
  keys: z.array(z.object({ name: z.string(), type: keyTypeSchema })),
  eventTimestamp: z.string(),
  /** null: a row is known from its event time on. */
  createdTimestamp: z.string().nullable(),
  /** How long after its event a row may be used, in seconds; 0: for ever. */
  ttlSeconds: z.number().int().min(0).max(1e11),
  features: z.array(viewFeatureSchema).min(1),
  description: z.string(),
  owner: z.string(),
});
export type FeatureView = z.infer<typeof featureViewSchema>;
