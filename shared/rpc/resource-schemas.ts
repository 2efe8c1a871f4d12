import { z } from 'zod';

/** How busy the machine of the engine was at one moment of a run. */
export const resourceSampleSchema = z.object({
  /** Unix ms. */
  timeMs: z.number(),
  /** Of all cores, 0 … 100. */
  cpuPercent: z.number(),
  memoryBytes: z.number(),
  /** 0 … 100; null where no driver tells. */
  gpuPercent: z.number().nullable(),
  gpuMemoryBytes: z.number().nullable(),
});

export type ResourceSample = z.infer<typeof resourceSampleSchema>;
