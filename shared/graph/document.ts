import { z } from 'zod';
import { idSchema } from './ids.ts';

export const graphFormat = 'slipway/graph';
export const graphFormatVersion = 1;

/** How often a failing step is tried (the first time counts), and the pause before the second try, doubled each time. */
export const nodeRetrySchema = z.looseObject({
  attempts: z.number().int().min(1).max(20).optional(),
  backoffMs: z.number().min(0).max(3_600_000).optional(),
});
/** Devices of a cluster, by the name its nodes offer them under. */
const nodeGpuSchema = z.looseObject({
  /** E.g. `nvidia.com/gpu`, a MIG profile `nvidia.com/mig-1g.5gb`, or a time-sliced one `nvidia.com/gpu.shared`. */
  resource: z
    .string()
    .regex(
      /^[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?\/[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/,
      'must be a name like nvidia.com/gpu',
    )
    .default('nvidia.com/gpu'),
  count: z.number().int().min(1).max(64).default(1),
});

/** What a step needs, in place of what its kind says and earlier attempts took. */
export const nodeResourcesSchema = z.looseObject({
  /** Threads. */
  cpu: z.number().positive().max(1024).optional(),
  memoryBytes: z.number().positive().optional(),
  /** In a cluster: room for temporary files. */
  ephemeralStorageBytes: z.number().positive().optional(),
  /** In a cluster: devices of the step's pod. On a workstation: as many graphics processors to itself. */
  gpu: nodeGpuSchema.optional(),
  /** In a cluster: labels of the machines the step may run on. */
  nodeSelector: z.record(z.string().min(1).max(317), z.string().max(63)).optional(),
});

/** Unknown fields are kept on every level (`looseObject`), so that opening and saving loses nothing. */
export const graphNodeSchema = z.looseObject({
  kind: z.string(),
  version: z.number().int().positive(),
  params: z.record(z.string(), z.unknown()),
  title: z.string().optional(),
  /** Keeps its result as it is, or, as a digest, that version of what it reads; it does not run again. */
  pinned: z.union([z.boolean(), z.string().regex(/^[0-9a-f]{8,64}$/, 'must be the digest of a result')]).optional(),
  variants: z.record(z.string(), z.unknown()).optional(),
  retry: nodeRetrySchema.optional(),
  timeoutMs: z.number().positive().optional(),
  resources: nodeResourcesSchema.optional(),
  device: z.string().optional(),
});
export type GraphNode = z.infer<typeof graphNodeSchema>;

export const graphEdgeSchema = z.looseObject({ from: z.string(), to: z.string() });
export type GraphEdge = z.infer<typeof graphEdgeSchema>;

export const graphParameterSchema = z.looseObject({
  type: z.enum(['string', 'number', 'integer', 'boolean']),
  default: z.unknown().optional(),
  description: z.string().optional(),
});

/** An input of a group: the input ports inside it that an edge to it leads to. */
export const groupInputSchema = z.looseObject({ to: z.array(z.string()), doc: z.string().optional() });
/** An output of a group: the output port inside it that it stands for. */
export const groupOutputSchema = z.looseObject({ from: z.string(), doc: z.string().optional() });

/** A subgraph that nodes of kind `graph.group` place into the graph, each with its own values for `parameters`. */
export const graphGroupSchema = z.looseObject({
  title: z.string().optional(),
  nodes: z.record(idSchema, graphNodeSchema),
  edges: z.array(graphEdgeSchema),
  inputs: z.record(idSchema, groupInputSchema),
  outputs: z.record(idSchema, groupOutputSchema),
  /** Used inside as `{"param": NAME}`; a node of the group gives values under the same names in its params. */
  parameters: z.record(z.string(), graphParameterSchema).optional(),
});
export type GraphGroup = z.infer<typeof graphGroupSchema>;

export const graphFrameSchema = z.looseObject({
  title: z.string(),
  x: z.number(),
  y: z.number(),
  width: z.number(),
  height: z.number(),
});

export const graphDocumentSchema = z.looseObject({
  format: z.literal(graphFormat),
  formatVersion: z.number().int().positive(),
  id: idSchema,
  name: z.string(),
  nodes: z.record(idSchema, graphNodeSchema),
  edges: z.array(graphEdgeSchema),
  parameters: z.record(z.string(), graphParameterSchema),
  groups: z.record(idSchema, graphGroupSchema),
  layout: z.looseObject({
    nodes: z.record(z.string(), z.looseObject({ x: z.number(), y: z.number() })),
    frames: z.array(graphFrameSchema),
  }),
});
/** The graph file `NAME.slipway.json`. */
export type GraphDocument = z.infer<typeof graphDocumentSchema>;
