import { z } from 'zod';

/** What endpoints and trainings on a machine do about a graphics processor that both want. */
export const deviceSharingSchema = z.object({
  /** Who goes first; `nobody`: neither waits for the other. */
  first: z.enum(['serving', 'training', 'nobody']),
  /** Memory of the graphics processor that all may take together, MiB; null: no bound. */
  memoryMiB: z.number().int().min(1).max(1e7).nullable(),
});
export type DeviceSharing = z.output<typeof deviceSharingSchema>;

/** A process that has a model on a graphics processor. */
export const deviceUseSchema = z.object({
  role: z.enum(['serving', 'training']),
  /** What holds it, for a person: `model delays`. */
  what: z.string(),
  provider: z.string(),
  /** Memory it is expected to take there. */
  bytes: z.number(),
  sinceMs: z.number(),
  /** Time it has waited for the other role. */
  waitedMs: z.number(),
  /** Of the last run on the device. */
  usedMs: z.number(),
});
export type DeviceUse = z.output<typeof deviceUseSchema>;
