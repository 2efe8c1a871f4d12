import { z } from 'zod';
import { digestSchema } from '../artifact/manifest.ts';
import { featureServiceSchema } from '../features/feature-service.ts';
import { featureViewSchema } from '../features/feature-view.ts';

/** A feature view as it was made last, as it is online, and who uses it. */
export const catalogViewSchema = z.object({
  view: featureViewSchema,
  /** The artifact made last; null for a view that was only pushed to. */
  made: z
    .object({
      digest: digestSchema,
      rows: z.number().nullable(),
      graphId: z.string(),
      nodeId: z.string(),
      /** Unix ms of the run that made it, or used it again, last. */
      usedMs: z.number(),
    })
    .nullable(),
  online: z
    .object({
      rows: z.number(),
      newestEventMs: z.number().nullable(),
      materializedMs: z.number().nullable(),
      /** Whether the rows are those of the artifact made last. */
      upToDate: z.boolean(),
    })
    .nullable(),
  /** Registered models that were trained on it, and the features they use. */
  models: z.array(
    z.object({ name: z.string(), version: z.number(), aliases: z.array(z.string()), features: z.array(z.string()) }),
  ),
});
export type FeatureCatalogView = z.infer<typeof catalogViewSchema>;

/** A version of a feature service, and who uses it. */
export const catalogServiceSchema = z.object({
  service: featureServiceSchema,
  graphId: z.string(),
  nodeId: z.string(),
  /** Unix ms. */
  createdMs: z.number(),
  updatedMs: z.number(),
  /** Registered models that were trained on it. */
  models: z.array(z.object({ name: z.string(), version: z.number(), aliases: z.array(z.string()) })),
});
export type CatalogService = z.infer<typeof catalogServiceSchema>;

/** Values of a feature over the event times of its view, in equal spans of time; at most 60. */
export const featureHistorySchema = z.object({
  spans: z.array(
    z.object({
      fromMs: z.number(),
      rows: z.number(),
      /** Share without a value. */
      missing: z.number(),
      /** Quantiles of numbers; null for other types and spans without values. */
      low: z.number().nullable(),
      middle: z.number().nullable(),
      high: z.number().nullable(),
      /** Different values. */
      distinct: z.number(),
    }),
  ),
});
export type FeatureHistory = z.infer<typeof featureHistorySchema>;

/** Logged requests of an endpoint, their features computed again as of their time. */
export const featureSkewSchema = z.object({
  view: z.string(),
  /** `GRAPH/NODE` */
  endpoint: z.string(),
  model: z.object({ name: z.string(), version: z.number() }),
  features: z.array(
    z.object({
      feature: z.string(),
      /** Requests compared, and those with the same value. */
      rows: z.number(),
      equal: z.number(),
      /** Of numbers; null where none differ or none are there. */
      largestDifference: z.number().nullable(),
    }),
  ),
});
export type FeatureSkew = z.infer<typeof featureSkewSchema>;
