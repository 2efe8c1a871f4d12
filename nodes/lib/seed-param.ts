import { z } from 'zod';

/** Seed of a step's random draws, a whole number below 2³¹; `doc` says what follows from it. */
export function seedParam(doc: string) {
  return z
    .number()
    .int()
    .min(0)
    .max(2 ** 31 - 1)
    .default(1)
    .describe(doc);
}
