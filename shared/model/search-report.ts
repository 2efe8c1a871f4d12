import { z } from 'zod';

const trialSchema = z.object({
  number: z.number(),
  state: z.enum(['running', 'complete', 'pruned', 'failed']),
  params: z.record(z.string(), z.unknown()),
  /** Of a complete trial; of a pruned one its last report. */
  value: z.number().optional(),
  /** How far constraints are broken, > 0. */
  violation: z.number().optional(),
});

/** What a running search shows of itself. */
export const runningSearchSchema = z.object({
  metric: z.string(),
  direction: z.enum(['minimize', 'maximize']),
  trials: z.array(trialSchema),
});
export type RunningSearch = z.infer<typeof runningSearchSchema>;

/** `report.json` of a search. */
export const searchReportSchema = runningSearchSchema.extend({
  type: z.literal('search'),
  trainer: z.string(),
  sampler: z.string(),
  pruner: z.string(),
  space: z.array(z.looseObject({ name: z.string(), type: z.enum(['float', 'int', 'categorical']) })),
  /** 0: measured on one part of the rows. */
  folds: z.number(),
  /** Of one fold, or of the one division. */
  rows: z.object({ train: z.number(), validation: z.number() }),
  best: z.object({ trial: z.number(), value: z.number(), params: z.record(z.string(), z.unknown()) }),
  /** Share of the variation of the values that a parameter explains, largest first, sum 1; empty with few trials. */
  importance: z.array(z.object({ parameter: z.string(), value: z.number() })),
  trials: z.array(
    trialSchema.extend({ reports: z.array(z.object({ step: z.number(), value: z.number().nullable() })) }),
  ),
});
export type SearchReport = z.infer<typeof searchReportSchema>;
