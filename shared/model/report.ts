import { z } from 'zod';
import { classLabelSchema, taskSchema } from './signature.ts';

export const paritySchema = z.object({
  /** Held-out rows compared. */
  rows: z.number(),
  /**
   * Largest absolute difference of a score between native scorer and fused graph; of a regression prediction in units
   * of max(1, root mean square of the predictions).
   */
  maxAbsDifference: z.number(),
  labelMismatches: z.number(),
  tolerance: z.number(),
  passed: z.boolean(),
});
export type Parity = z.infer<typeof paritySchema>;

/**
 * File of a `report` artifact: held-out rows with what the model made of them, at most 50,000 evenly spaced ones, in
 * order. The raw inputs of the model under their names, `slipway.actual` (DOUBLE: index of the class, or the target) and
 * `slipway.score.I` (FLOAT: probability of class I; of a regression the prediction, I = 0).
 */
export const referenceScoresFile = 'reference-scores.parquet';
export const actualColumn = 'slipway.actual';
export const scoreColumn = (index: number): string => `slipway.score.${index}`;

/** A sign that training knows what it cannot know when the model serves, with the evidence. */
export const leakFindingSchema = z.discriminatedUnion('check', [
  z.object({
    check: z.literal('label-known'),
    feature: z.string(),
    measure: z.enum(['ROC AUC', 'R²']),
    score: z.number(),
    rows: z.number(),
    message: z.string(),
  }),
  z.object({
    check: z.literal('from-the-future'),
    feature: z.string(),
    rows: z.number(),
    of: z.number(),
    firstRow: z.number(),
    message: z.string(),
  }),
  z.object({ check: z.literal('rows-in-both'), rows: z.number(), of: z.number(), message: z.string() }),
]);
export type LeakFinding = z.infer<typeof leakFindingSchema>;

const calibrationStateSchema = z.object({
  logLoss: z.number(),
  brierScore: z.number(),
  expectedCalibrationError: z.number(),
  bins: z.array(z.object({ predicted: z.number(), observed: z.number(), rows: z.number() })),
});

/**
 * `report.json` inside a `report` artifact: a model measured on held-out rows. Curves carry at most 256 points, thinned
 * evenly along the curve with both ends kept. Parts that do not apply to the task are absent.
 */
export const evaluationReportSchema = z.object({
  task: taskSchema,
  rows: z.number(),
  /** The same numbers as `meta.metrics` of the artifact, by name: `rocAuc`, `averagePrecision`, `logLoss`, `rmse`, … */
  metrics: z.record(z.string(), z.number()),
  label: z.string(),
  classes: z.array(classLabelSchema),
  /** Binary. The positive class is `classes[1]`; from threshold +∞ (0, 0) to −∞ (1, 1); an infinite threshold is null. */
  roc: z
    .array(z.object({ threshold: z.number().nullable(), falsePositiveRate: z.number(), truePositiveRate: z.number() }))
    .optional(),
  /** Binary, recall ascending. */
  precisionRecall: z
    .array(z.object({ threshold: z.number().nullable(), recall: z.number(), precision: z.number() }))
    .optional(),
  /** Classification: bins of the score (of `classes[1]`, or of the predicted class where there are more than two). */
  calibration: z.array(z.object({ predicted: z.number(), observed: z.number(), rows: z.number() })).optional(),
  /** Classification: row = true class, column = predicted class, both in the order of `classes`. */
  confusion: z.array(z.array(z.number())).optional(),
  /** Regression: residual = true − predicted, equal-width bins. */
  residuals: z.array(z.object({ from: z.number(), to: z.number(), count: z.number() })).optional(),
  /** Regression: at most 500 evenly chosen rows. */
  points: z.array(z.object({ actual: z.number(), predicted: z.number() })).optional(),
  parity: paritySchema.nullable(),
  /** Binary: what choosing another threshold than 0.5 gives, ascending; `predictedPositive` is a share of the rows. */
  thresholds: z
    .array(
      z.object({
        threshold: z.number(),
        precision: z.number().nullable(),
        recall: z.number(),
        f1: z.number(),
        accuracy: z.number(),
        predictedPositive: z.number(),
      }),
    )
    .optional(),
  /** Multiclass: each class against the rest; null where the class is absent or the only one. */
  perClass: z
    .array(
      z.object({
        label: classLabelSchema,
        rows: z.number(),
        precision: z.number().nullable(),
        recall: z.number().nullable(),
        f1: z.number().nullable(),
        rocAuc: z.number().nullable(),
        averagePrecision: z.number().nullable(),
      }),
    )
    .optional(),
  /** Copied from the model, largest first. */
  importance: z.array(z.object({ feature: z.string(), value: z.number() })).optional(),
  /** Classification: held-out rows per class, in the order of `classes`. */
  labelBalance: z.array(z.object({ label: classLabelSchema, rows: z.number() })).optional(),
  /** Of `metrics`, by name: what a share of `confidence` of resamples of the rows gives. */
  intervals: z.record(z.string(), z.object({ low: z.number(), high: z.number() })).optional(),
  confidence: z.number().optional(),
  /** What always giving the most frequent class, or the mean, of these rows would reach. */
  baseline: z.object({ says: z.string(), metrics: z.record(z.string(), z.number()) }).optional(),
  /** Binary: among the share of rows with the highest scores, of all positives and against rows drawn at random. */
  lift: z.array(z.object({ share: z.number(), gain: z.number(), lift: z.number() })).optional(),
  /** Binary, where costs are given: the threshold of the lowest mean cost per row; null says that none should be positive. */
  cheapest: z
    .object({
      falsePositiveCost: z.number(),
      falseNegativeCost: z.number(),
      threshold: z.number().nullable(),
      cost: z.number(),
      costAtHalf: z.number(),
    })
    .optional(),
  /** Rows that one column sets apart, worst first: mean loss (log loss, squared error) there and on all other rows. */
  slices: z
    .array(
      z.object({
        column: z.string(),
        value: z.string(),
        rows: z.number(),
        loss: z.number(),
        otherLoss: z.number(),
        pValue: z.number(),
        worse: z.boolean(),
      }),
    )
    .optional(),
  /** Classification, where a column of groups is given: how each group fares at threshold 0.5, and the largest gaps. */
  fairness: z
    .object({
      column: z.string(),
      groups: z.array(
        z.object({
          value: z.string(),
          rows: z.number(),
          /** Share that gets the positive class; of several classes, null. */
          selected: z.number().nullable(),
          truePositiveRate: z.number().nullable(),
          falsePositiveRate: z.number().nullable(),
          accuracy: z.number(),
        }),
      ),
      /** Largest less smallest of the groups; null where it is not defined in two groups. */
      gaps: z.object({
        selected: z.number().nullable(),
        truePositiveRate: z.number().nullable(),
        falsePositiveRate: z.number().nullable(),
        accuracy: z.number().nullable(),
      }),
    })
    .optional(),
  /** Where another model was given: the same rows, the same metrics, and intervals of the difference (this − other). */
  comparison: z
    .object({
      model: z.string(),
      metrics: z.record(z.string(), z.number()),
      /** Mean loss of this model less that of the other on the same rows, with its interval; negative is better. */
      lossDifference: z.object({ mean: z.number(), low: z.number(), high: z.number() }),
    })
    .optional(),
  /** Of a calibration: log loss, Brier score and reliability on its rows, before and after; `held` of rows kept out of the fit. */
  calibrated: z
    .object({
      method: z.string(),
      rows: z.number(),
      /** Whether the figures are of folds that the correction was not fitted on. */
      held: z.boolean(),
      before: calibrationStateSchema,
      after: calibrationStateSchema,
    })
    .optional(),
  /** Of a cross-validation: `metrics` are then means over the folds, curves of all measured rows together. */
  crossValidation: z
    .object({
      method: z.string(),
      /** Searched anew in each fold. */
      nested: z.boolean(),
      confidence: z.number(),
      folds: z.array(
        z.object({ train: z.number(), validation: z.number(), metrics: z.record(z.string(), z.number()) }),
      ),
      /** By metric; an interval needs two folds on which it is defined. */
      summary: z.record(
        z.string(),
        z.object({
          mean: z.number(),
          deviation: z.number(),
          low: z.number().optional(),
          high: z.number().optional(),
        }),
      ),
    })
    .optional(),
  /** Empty when nothing was found; absent where it was not looked for. */
  leaks: z.array(leakFindingSchema).optional(),
  /** Why a metric is missing and what else to know, each a sentence. */
  warnings: z.array(z.string()).optional(),
});
export type EvaluationReport = z.infer<typeof evaluationReportSchema>;
