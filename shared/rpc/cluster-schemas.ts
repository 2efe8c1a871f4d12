import { z } from 'zod';

export const clusterContextSchema = z.object({
  name: z.string(),
  cluster: z.string(),
  server: z.string(),
  namespace: z.string().nullable(),
  current: z.boolean(),
});
export type ClusterContext = z.infer<typeof clusterContextSchema>;

/** What is applied: a graph as it is, or a folder that `slipway export` wrote (with its overlay). */
export const bundleSourceSchema = z.union([
  z.object({
    document: z.record(z.string(), z.unknown()),
    /** The graph's file, where it has one: a graph from elsewhere is not applied before it is trusted. */
    path: z.string().optional(),
    target: z.string(),
    /** Of the engine, as the cluster can pull it: `registry/name:tag` or `…@sha256:…`. */
    image: z.string().min(1),
    /** Object storage that results go to (`s3://BUCKET/PREFIX`); absent: a volume of the cluster. */
    store: z.string().startsWith('s3://').optional(),
  }),
  z.object({ dir: z.string().min(1) }),
]);
export type BundleSource = z.infer<typeof bundleSourceSchema>;

/** Where to; without a context the current one of the kubeconfig, without a namespace that of the bundle. */
export const clusterPlaceSchema = z.object({ context: z.string().optional(), namespace: z.string().optional() });

export const clusterPreflightSchema = z.object({
  context: z.string(),
  server: z.string(),
  namespace: z.string(),
  checks: z.array(
    z.object({
      id: z.string(),
      state: z.enum(['ok', 'warning', 'error']),
      message: z.string(),
      fix: z.string().optional(),
    }),
  ),
  targets: z.array(z.object({ id: z.string(), usable: z.boolean(), missing: z.array(z.string()) })),
});

const objectNameSchema = z.object({
  apiVersion: z.string(),
  kind: z.string(),
  name: z.string(),
  namespace: z.string().nullable(),
});

export const applyResultSchema = z.object({
  bundle: z.string(),
  namespace: z.string(),
  dryRun: z.boolean(),
  applied: z.array(
    objectNameSchema.extend({
      action: z.enum(['created', 'changed', 'unchanged']),
      changes: z.array(z.object({ path: z.string(), before: z.unknown(), after: z.unknown() })),
    }),
  ),
  conflicts: z.array(objectNameSchema.extend({ field: z.string(), manager: z.string() })),
  pruned: z.array(objectNameSchema),
});
export type ApplyResult = z.infer<typeof applyResultSchema>;

export const deleteResultSchema = z.object({
  bundle: z.string(),
  namespace: z.string(),
  deleted: z.array(objectNameSchema),
});

const clusterStepSchema = z.object({
  id: z.string(),
  state: z.enum(['pending', 'scheduling', 'pulling', 'running', 'done', 'failed', 'skipped']),
  reason: z.string().nullable(),
  fix: z.string().nullable(),
  pod: z.string().nullable(),
  container: z.string().nullable(),
  attempts: z.number(),
  startedMs: z.number().nullable(),
  finishedMs: z.number().nullable(),
  warnings: z.array(z.object({ reason: z.string(), message: z.string(), count: z.number() })),
});
export type ClusterStep = z.infer<typeof clusterStepSchema>;

/** All that is known of an applied bundle at one moment. */
export const clusterStatusSchema = z.object({
  namespace: z.string(),
  /** False while the connection to the cluster is lost; the rest is what was seen last. */
  connected: z.boolean(),
  run: z
    .object({ state: z.enum(['pending', 'running', 'succeeded', 'failed', 'gone']), reason: z.string().nullable() })
    .nullable(),
  steps: z.array(clusterStepSchema),
  endpoints: z.array(
    z.object({ name: z.string(), ready: z.number(), wanted: z.number(), reason: z.string().nullable() }),
  ),
});
export type ClusterStatus = z.infer<typeof clusterStatusSchema>;

export const runEstimateSchema = z.object({
  /** One step after another. */
  localSeconds: z.number(),
  /** When every pod finds room at once. */
  clusterSeconds: z.number(),
  /** Cores, and GiB of memory, that pods ask for, times how long they keep them. */
  coreHours: z.number(),
  memoryGibHours: z.number(),
  /** Steps to run of which nobody knows how long they take; they count as nothing. */
  unknownSteps: z.number(),
});
export type RunEstimate = z.infer<typeof runEstimateSchema>;

/** What an applied run gave. */
export const clusterResultsSchema = z.object({
  /** By node; of the steps whose pods are still there. */
  metrics: z.record(z.string(), z.record(z.string(), z.number())),
  /** Run of this engine that now has the results, with history and registry; null where they stay in the cluster. */
  runId: z.string().nullable(),
  /** Why they stay there; null where they came. */
  reason: z.enum(['volume', 'folder', 'pods-gone', 'other-version']).nullable(),
});
export type ClusterResults = z.infer<typeof clusterResultsSchema>;

/** A model behind a forwarded port that takes rows by column name, and an example of one. */
export const forwardedModelSchema = z.object({ name: z.string(), example: z.record(z.string(), z.unknown()) });
export type ForwardedModel = z.infer<typeof forwardedModelSchema>;
