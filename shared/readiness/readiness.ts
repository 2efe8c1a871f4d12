import { z } from 'zod';

/** What the app can do at a click; everything else an action says in words. */
const readinessStepSchema = z.discriminatedUnion('type', [
  /** Adds a node of a kind, tied to a port: it takes `from`, or is put between `from` and what that port feeds. */
  z.object({
    type: z.literal('add'),
    kind: z.string(),
    from: z.string().optional(),
    between: z.boolean().optional(),
  }),
  /** Shows a node, at a setting. */
  z.object({ type: z.literal('show'), node: z.string(), field: z.string().optional() }),
  /** Runs the graph, up to a node. */
  z.object({ type: z.literal('run'), to: z.string().optional() }),
  /** Opens a version of a registered model, at where its aliases pointed or at a tag of its card. */
  z.object({
    type: z.literal('model'),
    name: z.string(),
    version: z.number().int(),
    at: z.enum(['aliases', 'owner', 'runbook']),
  }),
]);

export const readinessItemSchema = z.object({
  /** Stable, e.g. `model.parity`; with the node where there is one for each: `data.expect/flights`. */
  id: z.string(),
  title: z.string(),
  /** `stale`: there is evidence, but of an earlier state of the graph. `waived`: the graph says why it does not apply. */
  state: z.enum(['met', 'missing', 'stale', 'waived']),
  /** What was found, and when it came about (ms since 1970), where that is known. */
  evidence: z.object({ text: z.string(), timeMs: z.number().optional() }).optional(),
  /** Why it matters, one sentence. */
  why: z.string(),
  /** What mends it; null when nothing has to be done. */
  action: z.object({ label: z.string(), step: readinessStepSchema.optional() }).nullable(),
});
export type ReadinessItem = z.infer<typeof readinessItemSchema>;

export const readinessReportSchema = z.object({
  /** Share of the items that are met, in percent, rounded down; waived ones are not counted. */
  score: z.number(),
  met: z.number(),
  total: z.number(),
  items: z.array(readinessItemSchema),
});
/** What stands between a graph and production. */
export type ReadinessReport = z.infer<typeof readinessReportSchema>;
