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

export const graphGroupSchema = z.looseObject({
  nodes: z.record(idSchema, graphNodeSchema),
  edges: z.array(graphEdgeSchema),
  inputs: z.record(z.string(), z.unknown()),
  outputs: z.record(z.string(), z.unknown()),
});

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
