import type { Benchmark } from '../benchmark.ts';
import { killDuringRuns } from './kill-during-runs.ts';

/** 200 random `kill -9` of the engine or a step worker during runs in one data directory. */
export const kill200: Benchmark = {
  async measure(log) {
    return { figures: { ...(await killDuringRuns({ kills: 200, seed: 200, log })) }, skipped: [] };
  },
};
