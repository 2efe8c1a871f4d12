import { z } from 'zod';
import { classLabelSchema, taskSchema } from './signature.ts';

/** Native scorer against the fused model graph fed through the serving encoder, on held-out rows. */
export const paritySchema = z.object({
  rows: z.number(),
  /** Largest difference of a probability; regression: of a prediction, in units of max(1, RMS of the predictions). */
  maxAbsDifference: z.number(),
  labelMismatches: z.number(),
  tolerance: z.number(),
  passed: z.boolean(),
});
export type Parity = z.infer<typeof paritySchema>;

/** At most 200 points `[x, y]`, ascending x. ROC: x = false positive rate, y = recall. PR: x = recall, y = precision. */
export const curveSchema = z.object({
  /** The class against the rest. */
  label: classLabelSchema,
  /** ROC AUC or average precision. */
  area: z.number().nullable(),
  points: z.array(z.tuple([z.number(), z.number()])),
});
export type Curve = z.infer<typeof curveSchema>;

/** `report.json` of an evaluation. Parts that a task has no use for are null or empty. */
export const evaluationReportSchema = z.object({
  task: taskSchema,
  /** Held-out rows with a label. */
  rows: z.number(),
  label: z.object({ column: z.string(), type: z.string() }),
  classes: z.array(classLabelSchema),
  /** camelCase names; null where undefined on these rows. */
  metrics: z.record(z.string(), z.number().nullable()),
  /** Binary: what choosing another threshold than 0.5 would give; ascending threshold. */
  thresholds: z.array(
    z.object({
      threshold: z.number(),
      precision: z.number().nullable(),
      recall: z.number(),
      f1: z.number(),
      accuracy: z.number(),
      /** Share of rows predicted positive. */
      predictedPositive: z.number(),
    }),
  ),
  /** Binary: one curve, of the positive class; multiclass: one per class. */
  curves: z.object({ roc: z.array(curveSchema), pr: z.array(curveSchema) }),
  /** `counts[actual][predicted]`, in the order of `classes`. */
  confusion: z.object({ counts: z.array(z.array(z.number())) }).nullable(),
  /** Equal-count bins, ascending; binary: of the positive class, multiclass: of the predicted class. */
  calibration: z
    .object({
      expectedCalibrationError: z.number(),
      bins: z.array(z.object({ count: z.number(), meanPredicted: z.number(), observed: z.number() })),
    })
    .nullable(),
  /** Regression: actual − predicted. */
  residuals: z
    .object({
      mean: z.number(),
      standardDeviation: z.number(),
      bins: z.array(z.object({ from: z.number(), to: z.number(), count: z.number() })),
    })
    .nullable(),
  /** Copied from the model: largest first. */
  importance: z.array(z.object({ feature: z.string(), value: z.number() })),
  labelBalance: z.array(z.object({ label: classLabelSchema, count: z.number() })),
  parity: paritySchema,
  warnings: z.array(z.string()),
});
export type EvaluationReport = z.infer<typeof evaluationReportSchema>;
