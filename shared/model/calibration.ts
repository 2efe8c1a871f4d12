import { z } from 'zod';

const curveSchema = z.object({
  /** Logits, ascending. */
  x: z.array(z.number()),
  /** Probabilities, not descending. */
  y: z.array(z.number()),
});

/**
 * Correction of class probabilities. Of two classes, `curves` and `lines` have one entry, for the second class; else one
 * for each class against the rest, after which each row is scaled to a sum of 1.
 */
export const calibrationSchema = z.discriminatedUnion('method', [
  /** Linear between the knots, constant beyond. */
  z.object({ method: z.literal('isotonic'), classes: z.number(), curves: z.array(curveSchema) }),
  /** 1 / (1 + exp(−(slope · logit + offset))). */
  z.object({
    method: z.literal('sigmoid'),
    classes: z.number(),
    lines: z.array(z.object({ slope: z.number(), offset: z.number() })),
  }),
  /** Softmax of the logarithms divided by the temperature. */
  z.object({ method: z.literal('temperature'), classes: z.number(), temperature: z.number() }),
]);
export type Calibration = z.infer<typeof calibrationSchema>;
