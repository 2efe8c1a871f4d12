import { z } from 'zod';

export const experimentSchema = z.object({
  id: z.number().int(),
  name: z.string(),
  /** Trainings that are not deleted. */
  trainings: z.number().int(),
  updatedMs: z.number(),
});
export type Experiment = z.infer<typeof experimentSchema>;

/** One training of an experiment: of a train node, of a search's trial, or logged from outside. */
export const trainingSchema = z.object({
  id: z.string(),
  name: z.string(),
  status: z.enum(['RUNNING', 'SCHEDULED', 'FINISHED', 'FAILED', 'KILLED']),
  startMs: z.number(),
  endMs: z.number().nullable(),
  /** Run and node it comes from; null when logged from outside. */
  runId: z.string().nullable(),
  nodeId: z.string().nullable(),
  modelDigest: z.string().nullable(),
  /** Of the columns asked for. */
  params: z.record(z.string(), z.string()),
  /** Latest value; null for NaN and infinite ones, which JSON cannot carry. */
  metrics: z.record(z.string(), z.number().nullable()),
  note: z.string(),
});
export type Training = z.infer<typeof trainingSchema>;

export const trainingQuerySchema = z.object({
  experiment: z.number().int(),
  /** Such as `metrics.rocAuc > 0.7 and params.rounds = '100'`; the grammar is MLflow's. */
  filter: z.string().max(10_000).optional(),
  orderBy: z.object({ column: z.string().max(300), descending: z.boolean() }).optional(),
  offset: z.number().int().min(0),
  limit: z.number().int().min(1).max(500),
  params: z.array(z.string()).max(100),
  metrics: z.array(z.string()).max(100),
});

/** Values of one metric over its steps, thinned to its extremes. */
export const metricCurveSchema = z.object({
  training: z.string(),
  steps: z.array(z.number()),
  values: z.array(z.number()),
});
