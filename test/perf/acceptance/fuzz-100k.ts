import type { Benchmark } from '../benchmark.ts';
import { fuzzRun } from './fuzz-run.ts';

/** A hundred thousand fuzzed requests. */
export const fuzz100k: Benchmark = {
  async measure(log) {
    const run = await fuzzRun({ cases: 100_000, warmUp: 10_000, seed: 100, log });
    log(`answers by status: ${JSON.stringify(run.statuses)}`);
    for (const bug of run.bugs) log(`bug: ${bug}`);
    for (const text of run.unanswered) log(`unanswered: ${text}`);
    return { figures: { ...run.figures }, skipped: [] };
  },
};
