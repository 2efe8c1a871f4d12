import type { ParamValues, SearchSpace } from '../../main/compute/search/space.ts';

/** A function to minimise. */
export interface SearchFunction {
  name: string;
  space: SearchSpace;
  /** Smallest value (of a noisy function, without the noise). */
  minimum: number;
  /** Observed value; `noise` is a standard normal draw of the trial. */
  observe(params: ParamValues, noise: number): number;
  /** Value without noise, by which a search is judged. */
  value(params: ParamValues): number;
}

const number = (params: ParamValues, name: string): number => Number(params[name]);

function branin(x: number, y: number): number {
  const bowl = y - (5.1 * x * x) / (4 * Math.PI ** 2) + (5 * x) / Math.PI - 6;
  return bowl * bowl + 10 * (1 - 1 / (8 * Math.PI)) * Math.cos(x) + 10;
}

const hartmannWeights = [1, 1.2, 3, 3.2];
const hartmannA = [
  [10, 3, 17, 3.5, 1.7, 8],
  [0.05, 10, 17, 0.1, 8, 14],
  [3, 3.5, 1.7, 10, 17, 8],
  [17, 8, 0.05, 10, 0.1, 14],
];
const hartmannP = [
  [0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886],
  [0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991],
  [0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.665],
  [0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381],
];

function hartmann(x: readonly number[]): number {
  return -hartmannWeights.reduce((sum, weight, i) => {
    const distance = x.reduce(
      (inner, value, j) => inner + (hartmannA[i]?.[j] as number) * (value - (hartmannP[i]?.[j] as number)) ** 2,
      0,
    );
    return sum + weight * Math.exp(-distance);
  }, 0);
}

function rosenbrock(x: readonly number[]): number {
  return x.slice(1).reduce((sum, next, i) => {
    const value = x[i] as number;
    return sum + 100 * (next - value * value) ** 2 + (1 - value) ** 2;
  }, 0);
}

const floats = (names: readonly string[], low: number, high: number): SearchSpace =>
  names.map((name) => ({ name, type: 'float', low, high }));
const noiseless = (value: (params: ParamValues) => number) => ({ value, observe: value });
const six = ['x0', 'x1', 'x2', 'x3', 'x4', 'x5'];

/** Which model is chosen decides which parameters there are; the best is a deep one with a small step. */
function conditional(params: ParamValues): number {
  if (params['model'] === 'linear') return 1 + Math.log10(number(params, 'penalty')) ** 2 / 4;
  const depth = (number(params, 'depth') - 6) ** 2 / 20;
  return depth + (Math.log10(number(params, 'rate')) + 2) ** 2;
}

/** The five functions samplers are compared on. */
export const searchFunctions: readonly SearchFunction[] = [
  {
    name: 'branin',
    space: [
      { name: 'x', type: 'float', low: -5, high: 10 },
      { name: 'y', type: 'float', low: 0, high: 15 },
    ],
    minimum: 0.39788735772973816,
    ...noiseless((params) => branin(number(params, 'x'), number(params, 'y'))),
  },
  {
    name: 'hartmann6',
    space: floats(six, 0, 1),
    minimum: -3.32236801141551,
    ...noiseless((params) => hartmann(six.map((name) => number(params, name)))),
  },
  {
    name: 'rosenbrock',
    space: floats(['x0', 'x1', 'x2', 'x3'], -2, 2),
    minimum: 0,
    ...noiseless((params) => rosenbrock(['x0', 'x1', 'x2', 'x3'].map((name) => number(params, name)))),
  },
  {
    name: 'conditional',
    space: [
      { name: 'model', type: 'categorical', choices: ['linear', 'trees'] },
      { name: 'penalty', type: 'float', low: 1e-4, high: 1e4, log: true, when: { parameter: 'model', in: ['linear'] } },
      { name: 'depth', type: 'int', low: 1, high: 16, when: { parameter: 'model', in: ['trees'] } },
      { name: 'rate', type: 'float', low: 1e-5, high: 1, log: true, when: { parameter: 'model', in: ['trees'] } },
    ],
    minimum: 0,
    ...noiseless(conditional),
  },
  {
    name: 'noisy',
    space: floats(['x0', 'x1', 'x2'], -5, 5),
    minimum: 0,
    value: (params) => ['x0', 'x1', 'x2'].reduce((sum, name, i) => sum + (number(params, name) - i) ** 2, 0),
    observe: (params, noise) =>
      ['x0', 'x1', 'x2'].reduce((sum, name, i) => sum + (number(params, name) - i) ** 2, 0) + noise,
  },
];
