import { z } from 'zod';
import { artifactTypeSchema } from '../artifact/manifest.ts';
import { wireErrorSchema } from '../errors/wire-error-schema.ts';

export const stepStatusSchema = z.enum(['executed', 'cached', 'failed', 'skipped', 'cancelled']);
export type StepStatus = z.infer<typeof stepStatusSchema>;

export const outputRefSchema = z.object({ digest: z.string(), type: artifactTypeSchema });
export type OutputRef = z.infer<typeof outputRefSchema>;

const base = { runId: z.string(), /** 1, 2, 3 … within a run. */ seq: z.number(), /** Unix ms. */ time: z.number() };

export const stepResultSchema = z.object({
  id: z.string(),
  kind: z.string(),
  status: stepStatusSchema,
  key: z.string(),
  durationMs: z.number(),
  reason: z.string().optional(),
  /** Of a step that stands beside another with the settings of a variant. */
  variant: z.object({ of: z.string(), node: z.string(), name: z.string() }).optional(),
});
export type StepResult = z.infer<typeof stepResultSchema>;

export const progressSchema = z.object({
  done: z.number(),
  total: z.number(),
  /** What is counted: `rows`, `trees`, `epochs`. */
  unit: z.string(),
  message: z.string().optional(),
});
export type Progress = z.infer<typeof progressSchema>;

export const runEventSchema = z.discriminatedUnion('type', [
  z.object({
    ...base,
    type: z.literal('run.started'),
    graphId: z.string(),
    /** `path`: of a step inside a group, the ids from the group's node down to its node. */
    steps: z.array(z.object({ id: z.string(), kind: z.string(), path: z.array(z.string()).optional() })),
  }),
  /** No attempt starts until it is resumed; those that run go on. */
  z.object({ ...base, type: z.literal('run.paused') }),
  z.object({ ...base, type: z.literal('run.resumed') }),
  z.object({ ...base, type: z.literal('step.queued'), id: z.string() }),
  z.object({ ...base, type: z.literal('step.started'), id: z.string(), attempt: z.number() }),
  z.object({ ...base, type: z.literal('step.progress'), id: z.string(), progress: progressSchema }),
  /** Partial output of a running step, e.g. `{curve: {metric, train, valid}}`. */
  z.object({ ...base, type: z.literal('step.partial'), id: z.string(), value: z.record(z.string(), z.unknown()) }),
  z.object({
    ...base,
    type: z.literal('step.log'),
    id: z.string(),
    level: z.enum(['debug', 'info', 'warn', 'error']),
    text: z.string(),
  }),
  z.object({
    ...base,
    type: z.literal('step.finished'),
    ...stepResultSchema.shape,
    /** By port name. */
    outputs: z.record(z.string(), outputRefSchema),
    error: wireErrorSchema.optional(),
  }),
  z.object({
    ...base,
    type: z.literal('run.finished'),
    status: z.enum(['succeeded', 'failed', 'cancelled']),
    steps: z.array(stepResultSchema),
    /** By `node.port`. */
    outputs: z.record(z.string(), outputRefSchema),
    /** By node id: the metrics of report artifacts. */
    metrics: z.record(z.string(), z.record(z.string(), z.number())),
  }),
]);
export type RunEvent = z.infer<typeof runEventSchema>;
export type RunFinished = Extract<RunEvent, { type: 'run.finished' }>;
