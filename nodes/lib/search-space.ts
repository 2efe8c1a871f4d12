import { z } from 'zod';

const when = z
  .object({ parameter: z.string(), in: z.array(z.unknown()).min(1) })
  .optional()
  .describe('Searched only in trials where another parameter, earlier in the list, has one of these values.');

/** One searched parameter of a trainer, by its name there. */
export const spaceEntrySchema = z.discriminatedUnion('type', [
  z.object({
    name: z.string(),
    type: z.enum(['float', 'int']),
    low: z.number(),
    high: z.number(),
    log: z.boolean().optional(),
    when,
  }),
  z.object({ name: z.string(), type: z.literal('categorical'), choices: z.array(z.unknown()).min(1), when }),
]);
export type SpaceEntry = z.infer<typeof spaceEntrySchema>;
