import type { SamplerFactory } from '../../main/compute/search/sampler.ts';
import { Search } from '../../main/compute/search/search.ts';
import { trialRandom } from '../../main/compute/search/trial-random.ts';
import type { SearchFunction } from './search-functions.ts';

/** Regret after a search: value without noise of the trial that looked best, above the minimum. */
export function searchRegret(func: SearchFunction, sampler: SamplerFactory, seed: number, trials: number): number {
  const search = new Search({ space: func.space, direction: 'minimize', sampler, seed });
  for (let i = 0; i < trials; i++) {
    const trial = search.ask();
    if (trial === undefined) break;
    const value = func.observe(trial.params, standardNormal(seed, trial.number));
    search.tell(trial.number, { state: 'complete', value });
  }
  const { best } = search;
  if (best === undefined) throw new Error('no trial was complete');
  return func.value(best.params) - func.minimum;
}

/** Box–Muller; another stream than that of the sampler. */
function standardNormal(seed: number, number: number): number {
  const uniform = trialRandom(seed ^ 0x5bd1e995, number);
  return Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}
