import { z } from 'zod';
import { Search } from '../../../main/compute/search/search.ts';
import type { SearchSpace } from '../../../main/compute/search/space.ts';
import { tpeSampler } from '../../../main/compute/search/tpe-sampler.ts';
import { searchRegret } from '../../support/run-search.ts';
import { searchFunctions } from '../../support/search-functions.ts';
import type { Benchmark } from '../benchmark.ts';
import { median } from '../median.ts';
import { runPeer } from '../peers/run-peer.ts';
import { holmRejections, largerRankTest } from '../rank-test.ts';

const seeds = 50;
const trials = 100;
/** Below this a regret is zero for every purpose; keeps ratios finite. */
const leastRegret = 1e-6;

const peerSchema = z.object({
  regrets: z.record(z.string(), z.array(z.number())),
  version: z.string(),
  askTellMs: z.number(),
});

/** Mean of trials 1,000 … 1,019 over 10 numbers; the median of five searches. */
function askTellMs(): number {
  const space: SearchSpace = Array.from({ length: 10 }, (_, i) => ({ name: `x${i}`, type: 'float', low: -5, high: 5 }));
  const sphere = (params: Readonly<Record<string, unknown>>) =>
    Object.values(params).reduce((sum: number, value) => sum + Number(value) ** 2, 0);
  return median(
    Array.from({ length: 5 }, (_, seed) => {
      const search = new Search({ space, direction: 'minimize', sampler: tpeSampler, seed });
      const step = () => {
        const trial = search.ask();
        if (trial !== undefined) search.tell(trial.number, { state: 'complete', value: sphere(trial.params) });
      };
      for (let i = 0; i < 1000; i++) step();
      const started = performance.now();
      for (let i = 0; i < 20; i++) step();
      return (performance.now() - started) / 20;
    }),
  );
}

/** TPE: cost of a trial, and regret after 100 trials on five functions against Optuna over 50 seeds. */
export const search: Benchmark = {
  async measure(log) {
    const figures: Record<string, number> = { askTellMs: askTellMs() };
    log(`ask + tell: ${figures['askTellMs']?.toFixed(2)} ms`);
    const answer = await runPeer('optuna_search.py', [String(seeds), String(trials)], log);
    if (answer === undefined) return { figures, skipped: ['worseThanOptuna', 'regretRatio'] };
    const peer = peerSchema.parse(answer);
    log(`Optuna ${peer.version}: ask + tell ${peer.askTellMs.toFixed(2)} ms`);
    const pValues: number[] = [];
    let logRatio = 0;
    for (const func of searchFunctions) {
      const ours = Array.from({ length: seeds }, (_, seed) => searchRegret(func, tpeSampler, seed, trials));
      const theirs = peer.regrets[func.name] ?? [];
      const p = largerRankTest(ours, theirs);
      pValues.push(p);
      const ratio = Math.max(leastRegret, median(ours)) / Math.max(leastRegret, median(theirs));
      logRatio += Math.log(ratio) / searchFunctions.length;
      log(`${func.name}: median regret ${median(ours)} against ${median(theirs)}, worse with p = ${p.toFixed(3)}`);
    }
    figures['worseThanOptuna'] = holmRejections(pValues, 0.01);
    figures['regretRatio'] = Math.exp(logRatio);
    return { figures, skipped: [] };
  },
};
