import { z } from 'zod';
import { idSchema } from './ids.ts';

export const graphFormat = 'slipway/graph';
export const graphFormatVersion = 1;

/** Unknown fields are kept on every level (`looseObject`), so that opening and saving loses nothing. */
export const graphNodeSchema = z.looseObject({
  kind: z.string(),
  version: z.number().int().positive(),
  params: z.record(z.string(), z.unknown()),
  title: z.string().optional(),
  pinned: z.boolean().optional(),
  variants: z.record(z.string(), z.unknown()).optional(),
  retry: z.record(z.string(), z.unknown()).optional(),
  timeoutMs: z.number().positive().optional(),
  resources: z.record(z.string(), z.unknown()).optional(),
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
