import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { searchRegret } from '../../../test/support/run-search.ts';
import { type SearchFunction, searchFunctions } from '../../../test/support/search-functions.ts';
import { gridSampler } from './grid-sampler.ts';
import { bracketBudgets, bracketOfTrial, hyperband } from './hyperband.ts';
import { normalQuantile, normalShareBelow } from './normal-distribution.ts';
import { type Dimension, ParzenEstimator } from './parzen-estimator.ts';
import { randomSampler } from './random-sampler.ts';
import type { SamplerFactory } from './sampler.ts';
import { Search } from './search.ts';
import { checkSpace, isActive, type ParamValue, type SearchSpace } from './space.ts';
import { successiveHalving } from './successive-halving.ts';
import { observationWeight, tpeSampler } from './tpe-sampler.ts';
import type { Trial } from './trial.ts';
import { trialRandom } from './trial-random.ts';

const anySpace: fc.Arbitrary<SearchSpace> = fc
  .tuple(
    fc.record({ low: fc.integer({ min: 1, max: 50 }), width: fc.integer({ min: 0, max: 500 }) }),
    fc.boolean(),
    fc.constantFrom('float' as const, 'int' as const),
  )
  .map(([{ low, width }, log, type]) => [
    { name: 'kind', type: 'categorical', choices: ['a', 'b', null] },
    { name: 'n', type, low, high: low + width, log },
    { name: 'inner', type: 'int', low: 0, high: 3, when: { parameter: 'kind', in: ['a', null] } },
    { name: 'deep', type: 'float', low: -1, high: 1, when: { parameter: 'inner', in: [2, 3] } },
  ]);

/** A smooth stand-in for an objective. */
function objective(params: Readonly<Record<string, ParamValue>>): number {
  return Object.values(params).reduce(
    (sum: number, value) => sum + (typeof value === 'number' ? Math.sin(value) : 1),
    0,
  );
}

function run(space: SearchSpace, sampler: SamplerFactory, seed: number, count: number, trials: Trial[] = []): Trial[] {
  const search = new Search({ space, direction: 'maximize', sampler, seed, trials });
  while (search.trials.length < count) {
    const trial = search.ask();
    if (trial === undefined) break;
    search.tell(trial.number, { state: 'complete', value: objective(trial.params) });
  }
  return [...search.trials];
}

describe.each([
  ['random', randomSampler],
  ['tpe', tpeSampler],
  ['grid', gridSampler(4)],
] as const)('%s', (_name, sampler) => {
  it('stays inside the space, gives exactly the parameters that exist, and repeats itself', () => {
    fc.assert(
      fc.property(anySpace, fc.nat(1000), (space, seed) => {
        const trials = run(space, sampler, seed, 30);
        for (const { params } of trials) {
          const expected = space.filter((parameter) => isActive(parameter, params)).map(({ name }) => name);
          expect(Object.keys(params).toSorted()).toEqual(expected.toSorted());
          for (const parameter of space) {
            const value = params[parameter.name];
            if (value === undefined) continue;
            if (parameter.type === 'categorical') expect(parameter.choices).toContain(value);
            else {
              expect(value).toBeGreaterThanOrEqual(parameter.low);
              expect(value).toBeLessThanOrEqual(parameter.high);
              if (parameter.type === 'int') expect(Number.isInteger(value)).toBe(true);
            }
          }
        }
        expect(run(space, sampler, seed, 30)).toEqual(trials);
      }),
      { seed: 5, numRuns: 25 },
    );
  });

  it('goes on from a list of trials as if it had never stopped', () => {
    fc.assert(
      fc.property(anySpace, fc.integer({ min: 0, max: 29 }), (space, stop) => {
        const whole = run(space, sampler, 3, 30);
        const kept = JSON.parse(JSON.stringify(whole.slice(0, stop))) as Trial[];
        expect(run(space, sampler, 3, 30, kept)).toEqual(whole);
      }),
      { seed: 6, numRuns: 15 },
    );
  });
});

it('tries every combination of a grid once, conditions included', () => {
  const space: SearchSpace = [
    { name: 'kind', type: 'categorical', choices: ['a', 'b'] },
    { name: 'n', type: 'int', low: 1, high: 2, when: { parameter: 'kind', in: ['a'] } },
    { name: 'x', type: 'float', low: 0.01, high: 1, log: true },
  ];
  const seen = run(space, gridSampler(3), 1, 100).map(({ params }) => JSON.stringify(params));
  expect(seen).toHaveLength(9);
  expect(new Set(seen).size).toBe(9);
  expect(seen.some((text) => text.includes('"x":0.1'))).toBe(true);
  expect(
    () =>
      new Search({
        space: space.concat(
          Array.from({ length: 12 }, (_, i) => ({ name: `y${i}`, type: 'float' as const, low: 0, high: 1 })),
        ),
        direction: 'minimize',
        sampler: gridSampler(5),
        seed: 1,
      }),
  ).toThrow(RangeError);
});

it('says what is wrong with a space', () => {
  const problems = checkSpace([
    { name: 'a', type: 'float', low: 2, high: 1 },
    { name: 'a', type: 'float', low: 0, high: 1, log: true },
    { name: 'b', type: 'int', low: 0.5, high: 3 },
    { name: 'c', type: 'categorical', choices: [] },
    { name: 'd', type: 'int', low: 0, high: 3, when: { parameter: 'z', in: [1] } },
  ]);
  expect(problems.map(({ parameter }) => parameter)).toEqual(['a', 'a', 'a', 'b', 'c', 'd']);
});

describe('the Parzen estimator', () => {
  const dimension = (values: number[], step = 0): Dimension => ({
    type: 'number',
    low: -0.5,
    high: 9.5,
    step,
    values: Float64Array.from(values),
    order: Int32Array.from(values.map((_, i) => i).toSorted((a, b) => (values[a] as number) - (values[b] as number))),
  });

  it('is a density: it integrates to 1, and draws follow it', () => {
    const estimator = new ParzenEstimator([dimension([2, 7, 2.5, 9.4])], Float64Array.of(1, 1, 0.5, 1));
    let mass = 0;
    let below = 0;
    for (let i = 0; i < 20_000; i++) {
      const x = -0.5 + (10 * (i + 0.5)) / 20_000;
      const density = Math.exp(estimator.logDensity([x])) * (10 / 20_000);
      mass += density;
      if (x < 4) below += density;
    }
    expect(mass).toBeCloseTo(1, 6);
    const uniform = trialRandom(1, 1);
    const draws = Array.from({ length: 20_000 }, () => estimator.draw(uniform)[0] as number);
    expect(draws.filter((x) => x < 4).length / draws.length).toBeCloseTo(below, 1.7);
  });

  it('gives cells and choices probabilities that sum to 1', () => {
    const estimator = new ParzenEstimator(
      [dimension([0, 9, 9, 3], 1), { type: 'choice', choices: 3, values: Int32Array.of(0, 0, 1, 0) }],
      Float64Array.of(1, 1, 1, 1),
    );
    let sum = 0;
    for (let cell = 0; cell < 10; cell++) {
      for (let choice = 0; choice < 3; choice++) sum += Math.exp(estimator.logDensity([cell, choice]));
    }
    expect(sum).toBeCloseTo(1, 9);
  });

  it('weighs old observations less', () => {
    const weights = Array.from({ length: 100 }, (_, i) => observationWeight(i, 100));
    expect(weights[0]).toBeCloseTo(0.01, 12);
    expect(weights[74]).toBe(1);
    expect(weights.slice(75).every((weight) => weight === 1)).toBe(true);
    expect(Array.from({ length: 24 }, (_, i) => observationWeight(i, 24)).every((weight) => weight === 1)).toBe(true);
  });

  it('knows the normal distribution', () => {
    // Reference values of R's pnorm.
    expect(normalShareBelow(-3)).toBeCloseTo(0.001349898031630095, 17);
    expect(normalShareBelow(0.3)).toBeCloseTo(0.617911422188953, 14);
    expect(normalShareBelow(-7) / 1.279812543885835e-12).toBeCloseTo(1, 12);
    for (const p of [1e-9, 0.01, 0.3, 0.5, 0.99]) expect(normalShareBelow(normalQuantile(p)) / p).toBeCloseTo(1, 8);
  });
});

describe('quality', () => {
  const bounds: Record<string, number> = {
    branin: 0.08,
    hartmann6: 0.4,
    rosenbrock: 10,
    conditional: 0.003,
    noisy: 0.9,
  };
  const medianRegret = (func: SearchFunction, sampler: SamplerFactory) =>
    Array.from({ length: 15 }, (_, seed) => searchRegret(func, sampler, seed, 100)).toSorted(
      (a, b) => a - b,
    )[7] as number;

  it.each(searchFunctions.map((func) => [func.name, func] as const))('finds the optimum of %s', (name, func) => {
    const found = medianRegret(func, tpeSampler);
    expect(found).toBeLessThan(bounds[name] as number);
    // What evenly drawn trials find is out of bounds.
    expect(medianRegret(func, randomSampler)).toBeGreaterThan((bounds[name] as number) * 2);
  });

  it('spreads parallel trials', () => {
    const space: SearchSpace = [{ name: 'x', type: 'float', low: 0, high: 1 }];
    const search = new Search({ space, direction: 'minimize', sampler: tpeSampler, seed: 2 });
    for (let i = 0; i < 40; i++) {
      const trial = search.ask() as Trial;
      search.tell(trial.number, { state: 'complete', value: ((trial.params['x'] as number) - 0.3) ** 2 });
    }
    const parallel = Array.from({ length: 8 }, () => (search.ask() as Trial).params['x'] as number).toSorted(
      (a, b) => a - b,
    );
    expect((parallel[7] as number) - (parallel[0] as number)).toBeGreaterThan(0.05);
    expect(new Set(parallel).size).toBe(8);
  });
});

describe('pruning', () => {
  const space: SearchSpace = [{ name: 'x', type: 'float', low: 0, high: 1 }];
  const search = (pruner: ReturnType<typeof successiveHalving>) =>
    new Search({ space, direction: 'minimize', sampler: randomSampler, pruner, seed: 1 });

  it('keeps the best quarter of each rung and never the best trial out', () => {
    const asha = search(successiveHalving({ minResource: 1, reductionFactor: 4 }));
    // Trial k reports k at every step: only the first is the best at each rung.
    const reached = Array.from({ length: 8 }, (_, k) => {
      const { number } = asha.ask() as Trial;
      for (let step = 1; step <= 16; step++) {
        if (asha.report(number, step, k)) {
          asha.tell(number, { state: 'pruned' });
          return step;
        }
      }
      asha.tell(number, { state: 'complete', value: k });
      return 16;
    });
    // Eight values at the first rung let the best two through.
    expect(reached).toEqual([16, 1, 1, 1, 1, 1, 1, 1]);
    expect(asha.best?.number).toBe(0);
    const better = asha.ask() as Trial;
    expect(asha.report(better.number, 1, -1)).toBe(false);
    expect(asha.report(better.number, 4, 5)).toBe(true);
    const second = asha.ask() as Trial;
    expect(asha.report(second.number, 1, -0.5)).toBe(false);
    expect(asha.report(second.number, 2, Number.NaN)).toBe(true);
  });

  it('waits for a complete trial before it knows the first rung', () => {
    const asha = search(successiveHalving());
    const a = asha.ask() as Trial;
    const b = asha.ask() as Trial;
    expect(asha.report(a.number, 300, 1)).toBe(false);
    expect(asha.report(b.number, 1, 9)).toBe(false);
    asha.tell(a.number, { state: 'complete', value: 1 });
    expect(asha.report(b.number, 2, 9)).toBe(false);
    expect(asha.report(b.number, 3, 9)).toBe(true);
  });

  it('spreads trials over Hyperband brackets by their budgets', () => {
    const budgets = bracketBudgets(1, 81, 3);
    // B = 5: ⌈5·81/5⌉, ⌈5·27/4⌉, ⌈5·9/3⌉, ⌈5·3/2⌉, 5.
    expect(budgets).toEqual([81, 34, 15, 8, 5]);
    const counts = [0, 0, 0, 0, 0];
    for (let number = 0; number < 5000; number++) {
      const bracket = bracketOfTrial('study', number, budgets);
      counts[bracket] = (counts[bracket] as number) + 1;
    }
    counts.forEach((count, bracket) => {
      expect(Math.abs(count / 5000 - (budgets[bracket] as number) / 143)).toBeLessThan(0.03);
    });
    const pruner = hyperband({ studyName: 'study', maxResource: 81 });
    const trials: Trial[] = Array.from({ length: 60 }, (_, number) => ({
      number,
      params: {},
      state: 'running',
      reports: [{ step: 1, value: number }],
    }));
    const early = trials.filter(({ number }) => bracketOfTrial('study', number, budgets) === 0);
    const later = trials.filter(({ number }) => bracketOfTrial('study', number, budgets) > 0);
    expect(later.some((trial) => pruner.shouldPrune(trial, trials, 'minimize'))).toBe(false);
    expect(pruner.shouldPrune(early.at(-1) as Trial, trials, 'minimize')).toBe(true);
    expect(pruner.shouldPrune(early[0] as Trial, trials, 'minimize')).toBe(false);
  });
});

it('counts a value that is not finite as failed, and what was running when it stopped', () => {
  const space: SearchSpace = [{ name: 'x', type: 'float', low: 0, high: 1 }];
  const search = new Search({ space, direction: 'minimize', sampler: tpeSampler, seed: 1 });
  const first = search.ask() as Trial;
  search.tell(first.number, { state: 'complete', value: Number.NaN });
  search.ask();
  expect(search.best).toBeUndefined();
  const resumed = new Search({ space, direction: 'minimize', sampler: tpeSampler, seed: 1, trials: search.trials });
  expect(resumed.trials.map(({ state }) => state)).toEqual(['failed', 'failed']);
  expect(() => resumed.tell(0, { state: 'failed' })).toThrow(RangeError);
});
