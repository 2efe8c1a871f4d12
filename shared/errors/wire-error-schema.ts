import { z } from 'zod';
import type { WireError } from './app-error.ts';

export const wireErrorSchema: z.ZodType<WireError> = z.object({
  code: z.string(),
  category: z.enum(['user', 'environment', 'node', 'protocol', 'cancelled', 'bug']),
  /** What happened. */
  message: z.string(),
  /** What to do about it, one sentence. */
  fix: z.string().optional(),
  nodeId: z.string().optional(),
  details: z.record(z.string(), z.unknown()).optional(),
});
