import { z } from 'zod';

/** Where a step's input comes from: an output of another step of the plan. */
export const stepInputSchema = z.object({ step: z.string(), port: z.string() });

/** A step that stands beside step `of`, with the settings that variant `name` of node `node` has. */
export const stepVariantSchema = z.object({ of: z.string(), node: z.string(), name: z.string() });

export const planStepSchema = z.object({
  id: z.string(),
  kind: z.string(),
  version: z.number(),
  title: z.string(),
  /** Of a step inside a group: the ids from the group's node down to its node. */
  path: z.array(z.string()).optional(),
  variant: stepVariantSchema.optional(),
  /** Parsed params with defaults; graph parameters substituted. */
  params: z.record(z.string(), z.unknown()),
  /** By input port, in edge order. */
  inputs: z.record(z.string(), z.array(stepInputSchema)),
  outputs: z.array(z.string()),
  /** Tries after the first, and the pause before the first of them, doubled each time. */
  retry: z.object({ limit: z.number(), backoffMs: z.number() }).optional(),
  timeoutMs: z.number().optional(),
  /** As in the graph: true keeps the last result, a digest that version of a source. */
  pinned: z.union([z.literal(true), z.string()]).optional(),
  resources: z
    .object({
      cpu: z.number().optional(),
      memoryBytes: z.number().optional(),
      ephemeralStorageBytes: z.number().optional(),
      gpu: z.object({ resource: z.string(), count: z.number() }).optional(),
      nodeSelector: z.record(z.string(), z.string()).optional(),
    })
    .optional(),
  device: z.string().optional(),
});
export type PlanStep = z.infer<typeof planStepSchema>;

/** A node that opens something long-lived (endpoint, monitor) instead of running once. */
export type PlanService = PlanStep;

/**
 * What will be executed: a pure function of the graph and the catalog, serialisable, invariant under node order,
 * titles of other nodes and layout. Steps are in topological order.
 */
export const planSchema = z.object({
  format: z.literal('slipway/plan'),
  formatVersion: z.literal(1),
  graph: z.object({ id: z.string(), name: z.string() }),
  steps: z.array(planStepSchema),
  services: z.array(planStepSchema),
});
export type Plan = z.infer<typeof planSchema>;

/** The parts of a step's key, kept with every result so that a miss can name the part that differs. */
export const keyPartsSchema = z.object({
  kind: z.string(),
  version: z.number(),
  code: z.string(),
  params: z.record(z.string(), z.unknown()),
  /** By input port: content digests. */
  inputs: z.record(z.string(), z.array(z.string())),
  /** Probe of an external source; empty otherwise. */
  source: z.string(),
  environment: z.string(),
});
export type KeyParts = z.infer<typeof keyPartsSchema>;

export const stepStateSchema = z.object({
  id: z.string(),
  kind: z.string(),
  /** As in `PlanStep`. */
  path: z.array(z.string()).optional(),
  /** Null while an upstream step must run first. */
  key: z.string().nullable(),
  hit: z.boolean(),
  /** Why it runs or that it is up to date, each a short sentence: `params.learningRate 0.1 → 0.05`. */
  reasons: z.array(z.string()),
  /** Parts of the key that differ from the last result: `kind`, `code`, `params`, `inputs`, `environment`, `source`. */
  changed: z.array(z.string()),
  /** Set when some earlier result of this node exists. */
  ranBefore: z.boolean(),
  /** From earlier results of the node, else from its kind; `outputBytes`: what its results took the last time. */
  estimate: z.object({
    seconds: z.number().nullable(),
    memoryBytes: z.number().nullable(),
    outputBytes: z.number().nullable(),
  }),
  /** Its result is kept whatever changed above; `reasons` say what the key would differ in. */
  pinned: z.boolean().optional(),
  /** It needs more memory than this machine gives to steps, in bytes. */
  willNotFit: z.object({ neededBytes: z.number(), availableBytes: z.number() }).optional(),
  /** It asks for more graphics processors than work here. */
  missingGpus: z.object({ needed: z.number(), available: z.number() }).optional(),
  /** Results when `hit`: by port. */
  outputs: z.record(z.string(), z.object({ digest: z.string(), type: z.string() })),
  /** The run the result comes from. */
  fromRun: z.string().optional(),
  durationMs: z.number().optional(),
});
/** Hit or miss of one step before anything runs. */
export type StepState = z.infer<typeof stepStateSchema>;
