import type { Benchmark } from '../benchmark.ts';
import { soakFor } from './soak-engine.ts';

/** An hour of endpoints, monitors and runs in one engine. */
export const soak: Benchmark = {
  async measure(log) {
    return { figures: { ...(await soakFor({ minutes: 60, warmUpMinutes: 10, seed: 1, log })) }, skipped: [] };
  },
};
