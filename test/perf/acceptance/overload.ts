import type { Benchmark } from '../benchmark.ts';
import { overloadRun } from './overload-run.ts';

/** A minute of twice the capacity. */
export const overload: Benchmark = {
  async measure(log) {
    const run = await overloadRun({ capacitySeconds: 15, seconds: 60, log });
    if (run.failed > 0 || run.unhealthy > 0 || !run.recovered) {
      log(`failed ${run.failed}, unhealthy ${run.unhealthy}, recovered ${run.recovered}`);
    }
    return { figures: { ...run.figures }, skipped: [] };
  },
};
