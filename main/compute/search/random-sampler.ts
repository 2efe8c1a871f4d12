import type { SamplerFactory } from './sampler.ts';
import { fromModel, isActive, modelRange, type ParamValue, type SearchParameter } from './space.ts';
import { trialRandom, type Uniform } from './trial-random.ts';

/** Every parameter evenly over its range, independently. */
export const randomSampler: SamplerFactory = ({ space, seed }) => ({
  propose(number) {
    const uniform = trialRandom(seed, number);
    const params: Record<string, ParamValue> = {};
    for (const parameter of space) {
      if (isActive(parameter, params)) params[parameter.name] = drawEvenly(parameter, uniform);
    }
    return params;
  },
});

export function drawEvenly(parameter: SearchParameter, uniform: Uniform): ParamValue {
  if (parameter.type === 'categorical') {
    return parameter.choices[Math.floor(uniform() * parameter.choices.length)] as ParamValue;
  }
  const { low, high } = modelRange(parameter);
  return fromModel(parameter, low + uniform() * (high - low));
}
