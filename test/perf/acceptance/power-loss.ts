import { whyNoFailingDisk } from '../../fault/failing-disk.ts';
import { losePower } from '../../fault/lose-power.ts';
import type { Benchmark } from '../benchmark.ts';

/** 50 random losses of power under an engine at work, on one disk. */
export const powerLoss: Benchmark = {
  async measure(log) {
    const missing = whyNoFailingDisk();
    if (missing !== undefined) {
      log(`No disk whose power can be cut here (${missing}).`);
      return {
        figures: {},
        skipped: ['powerCuts', 'acknowledged', 'lostAcknowledged', 'damagedFiles', 'openFailures'],
      };
    }
    return { figures: { ...(await losePower({ cuts: 50, seed: 50, log })) }, skipped: [] };
  },
};
