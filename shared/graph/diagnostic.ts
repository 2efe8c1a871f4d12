import { z } from 'zod';

export const diagnosticSchema = z.object({
  /** JSON pointer into the document, e.g. `/nodes/clean/params/query`. */
  path: z.string(),
  /** A node of the graph; for a node inside a group its step id. */
  node: z.string().optional(),
  /** Of a node inside a group: the ids from the group's node down to it. */
  groupPath: z.array(z.string()).optional(),
  /** Parameter or port name. */
  field: z.string().optional(),
  code: z.string(),
  severity: z.enum(['error', 'warning', 'info']),
  message: z.string(),
  fix: z.string().optional(),
});
/** One problem of a graph; problems are returned, never thrown. */
export type Diagnostic = z.infer<typeof diagnosticSchema>;
