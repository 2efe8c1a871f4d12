import type { ParamValues, SearchSpace } from './space.ts';
import type { Direction, Trial } from './trial.ts';

export interface SamplerContext {
  space: SearchSpace;
  direction: Direction;
  seed: number;
}

/** Proposes the parameters of trials. What it proposes is a function of the context, the number and the trials so far. */
export interface Sampler {
  /** Parameters of trial `number`; undefined when nothing is left to try. */
  propose(number: number, trials: readonly Trial[]): ParamValues | undefined;
  /** Told of every trial that ends, once, in the order they end; also of those of a resumed search. */
  observe?(trial: Trial): void;
}

export type SamplerFactory = (context: SamplerContext) => Sampler;
