import { z } from 'zod';

/** One finding about the machine that the engine runs on. */
export const machineCheckSchema = z.object({
  id: z.string(),
  state: z.enum(['ok', 'warning', 'error']),
  message: z.string(),
  fix: z.string().optional(),
  /** What the product itself can do about it, once a person agrees. */
  action: z.enum(['install-cuda']).optional(),
});
export type MachineCheck = z.output<typeof machineCheckSchema>;
