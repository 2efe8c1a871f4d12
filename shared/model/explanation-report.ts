import { z } from 'zod';
import { classLabelSchema, taskSchema } from './signature.ts';

/**
 * How contributions are found: `tree` by path-dependent TreeSHAP and `linear` from the coefficients, both exact;
 * `sampling` by permutations against background rows, with a standard error.
 */
/**
 * How contributions are found: `tree` by path-dependent TreeSHAP and `linear` from the coefficients, both exact;
 * `sampling` by permutations against background rows, with a standard error.
 */
export const explainMethodSchema = z.enum(['tree', 'linear', 'sampling']);

/**
 * What the contributions add up in: log odds of a class against the rest, the logarithm of the prediction, a class's score
 * before softmax, a probability, or the prediction itself.
 */

/**
 * What the contributions add up in: log odds of a class against the rest, the logarithm of the prediction, a class's score
 * before softmax, a probability, or the prediction itself.
 */
export const scoreScaleSchema = z.enum(['log-odds', 'log', 'score', 'probability', 'prediction']);

export type ExplainMethod = z.infer<typeof explainMethodSchema>;
export type ScoreScale = z.infer<typeof scoreScaleSchema>;

const cellSchema = z.union([z.number(), z.string(), z.boolean(), z.null()]);

/** `report.json` of a `train.explain` step: what a model uses, on held-out rows. Lists are ordered, largest first. */
export const explanationReportSchema = z.object({
  type: z.literal('explanation'),
  task: taskSchema,
  label: z.string(),
  /** The class whose score is explained; null for a regression. */
  class: classLabelSchema.nullable(),
  /** Rows that were looked at. */
  rows: z.number(),
  trainer: z.string(),
  /** What shuffling a column costs, with a 95 % interval; `loss` is that of the untouched rows, in the same unit. */
  permutation: z.object({
    metric: z.enum(['logLoss', 'rmse']),
    loss: z.number(),
    repeats: z.number(),
    columns: z.array(z.object({ column: z.string(), increase: z.number(), low: z.number(), high: z.number() })),
  }),
  /** As the trainer found it while it learnt, by feature: shares that sum to 1; empty where it has none. */
  model: z.array(z.object({ feature: z.string(), value: z.number() })),
  shap: z.object({
    method: explainMethodSchema,
    scale: scoreScaleSchema,
    note: z.string().optional(),
    rows: z.number(),
    /** Mean score of the explained class. */
    base: z.number(),
    columns: z.array(
      z.object({
        column: z.string(),
        /** Mean absolute contribution. */
        mean: z.number(),
        /** More than two classes: the same for each of the first twelve. */
        byClass: z.array(z.number()).optional(),
        /** Of some rows: contribution and value; only for the columns that matter most. */
        points: z.array(z.tuple([z.number(), cellSchema])).optional(),
      }),
    ),
    classes: z.array(classLabelSchema).optional(),
  }),
  /** Mean prediction as one column changes and all else stays; `lines`: the same of single rows. */
  dependence: z.array(
    z.object({
      column: z.string(),
      numeric: z.boolean(),
      values: z.array(cellSchema),
      mean: z.array(z.number()),
      lines: z.array(z.array(z.number())),
    }),
  ),
  /** H statistic of pairs: share of what both do together that is more than what each does alone, 0 to 1. */
  interactions: z.array(z.object({ columns: z.tuple([z.string(), z.string()]), strength: z.number() })),
  warnings: z.array(z.string()),
});
export type ExplanationReport = z.infer<typeof explanationReportSchema>;

/** File of a registered `model` artifact that holds its explanation, where it was given one. */
export const explanationFile = 'explanation.json';
