import type { Benchmark } from '../benchmark.ts';
import { swapsUnderLoad } from './swaps-under-load.ts';

/** Ten minutes of 80 % load with a model swap every ten seconds. */
export const swap10min: Benchmark = {
  async measure(log) {
    const { figures } = await swapsUnderLoad({
      capacitySeconds: 10,
      seconds: 600,
      swapEverySeconds: 10,
      settledAfterSeconds: 120,
      log,
    });
    return { figures: { ...figures }, skipped: [] };
  },
};
