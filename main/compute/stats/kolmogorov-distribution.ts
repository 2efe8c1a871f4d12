import { logGamma } from './special-functions.ts';

/**
 * P(Dₙ ≥ d) of the two-sided one-sample Kolmogorov–Smirnov statistic, n ≥ 1, to a relative error of about 1e-5 or
 * better. Method by region as in Simard & L'Ecuyer (2011): twice the one-sided tail where both sides cannot matter,
 * the matrix for small n, else the series.
 */
export function kolmogorovSurvival(d: number, n: number): number {
  if (!(d > 0.5 / n)) return 1;
  if (d >= 1) return 0;
  if (n * d * d >= 2.2 || d >= 0.5) return Math.min(1, 2 * smirnovSurvival(d, n));
  return 1 - (n <= 140 || n * d ** 1.5 <= 1.4 ? matrixDistribution(d, n) : seriesDistribution(d, n));
}

/** The d with P(Dₙ ≥ d) ≈ p for p ≤ 0.1 (relative error of p about 1e-3): the one-sided limit, inverted and doubled. */
export function kolmogorovCriticalValue(p: number, n: number): number {
  return Math.min(1, (Math.sqrt(-18 * n * Math.log(p / 2)) - 1) / (6 * n));
}

/** One-sided P(Dₙ⁺ ≥ d): the Birnbaum–Tingey sum, all of whose terms are positive; its limit for n > 100,000. */
function smirnovSurvival(d: number, n: number): number {
  if (n > 100_000) return Math.exp(-((6 * n * d + 1) ** 2) / (18 * n));
  let sum = 0;
  const logFactorial = logGamma(n + 1);
  for (let j = 0; j <= Math.floor(n * (1 - d)); j++) {
    const rest = 1 - d - j / n;
    if (rest <= 0) continue;
    const logChoose = logFactorial - logGamma(j + 1) - logGamma(n - j + 1);
    sum += Math.exp(logChoose + (n - j) * Math.log(rest) + (j - 1) * Math.log(d + j / n));
  }
  return d * sum;
}

/** P(Dₙ < d) by the matrix of Marsaglia, Tsang & Wang (2003), of order 2⌈n·d⌉ − 1. */
function matrixDistribution(d: number, n: number): number {
  const k = Math.floor(n * d) + 1;
  const order = 2 * k - 1;
  const h = k - n * d;
  const matrix = new Float64Array(order * order);
  for (let i = 0; i < order; i++) for (let j = 0; j <= Math.min(i + 1, order - 1); j++) matrix[i * order + j] = 1;
  const at = (i: number, j: number) => i * order + j;
  for (let i = 0; i < order; i++) {
    matrix[at(i, 0)] = (matrix[at(i, 0)] as number) - h ** (i + 1);
    matrix[at(order - 1, i)] = (matrix[at(order - 1, i)] as number) - h ** (order - i);
  }
  matrix[at(order - 1, 0)] = (matrix[at(order - 1, 0)] as number) + (2 * h - 1 > 0 ? (2 * h - 1) ** order : 0);
  for (let i = 0; i < order; i++) {
    for (let j = 0; j <= Math.min(i + 1, order - 1); j++) {
      for (let g = 2; g <= i - j + 1; g++) matrix[at(i, j)] = (matrix[at(i, j)] as number) / g;
    }
  }
  const power = matrixPower(matrix, order, n, at(k - 1, k - 1));
  let value = power.matrix[at(k - 1, k - 1)] as number;
  let exponent = power.exponent;
  for (let i = 1; i <= n; i++) {
    value = (value * i) / n;
    if (value < 1e-140) {
      value *= 1e140;
      exponent -= 140;
    }
  }
  return value * 10 ** exponent;
}

/** matrixⁿ · 10^−exponent; the exponent keeps the entry at `pivot` in range. */
function matrixPower(
  matrix: Float64Array,
  order: number,
  n: number,
  pivot: number,
): { matrix: Float64Array; exponent: number } {
  if (n === 1) return { matrix, exponent: 0 };
  const half = matrixPower(matrix, order, Math.floor(n / 2), pivot);
  let result = multiply(half.matrix, half.matrix, order);
  let exponent = 2 * half.exponent;
  if (n % 2 === 1) result = multiply(result, matrix, order);
  if ((result[pivot] as number) > 1e140) {
    result = result.map((value) => value * 1e-140);
    exponent += 140;
  }
  return { matrix: result, exponent };
}

function multiply(a: Float64Array, b: Float64Array, order: number): Float64Array {
  const product = new Float64Array(order * order);
  for (let i = 0; i < order; i++) {
    for (let k = 0; k < order; k++) {
      const factor = a[i * order + k] as number;
      if (factor === 0) continue;
      for (let j = 0; j < order; j++) {
        product[i * order + j] = (product[i * order + j] as number) + factor * (b[k * order + j] as number);
      }
    }
  }
  return product;
}

/** P(Dₙ < d) by the expansion of Pelz & Good (1976) to the term in n^−3/2, for n·d² < 2.2. */
function seriesDistribution(d: number, n: number): number {
  const z = d * Math.sqrt(n);
  const z2 = z * z;
  const z4 = z2 * z2;
  const z6 = z4 * z2;
  let k0 = 0;
  let k1 = 0;
  let k2 = 0;
  let k2Even = 0;
  let k3 = 0;
  let k3Even = 0;
  for (let k = 0; k < 30; k++) {
    const odd = (Math.PI * (k + 0.5)) ** 2;
    const weight = Math.exp(-odd / (2 * z2));
    k0 += weight;
    k1 += (odd - z2) * weight;
    k2 += (6 * z6 + 2 * z4 + odd * (2 * z4 - 5 * z2) + odd * odd * (1 - 2 * z2)) * weight;
    k3 +=
      (-30 * z6 -
        90 * z4 * z4 +
        odd * (135 * z4 - 96 * z6) +
        odd * odd * (212 * z4 - 60 * z2) +
        odd ** 3 * (5 - 30 * z2)) *
      weight;
    const even = (Math.PI * k) ** 2;
    const evenWeight = Math.exp(-even / (2 * z2));
    k2Even += even * evenWeight;
    k3Even += (3 * even * z2 - even * even) * evenWeight;
  }
  // Sums over all integers are twice those over k ≥ 0: k + ½ is symmetric, and the even terms vanish at 0.
  const scale = 2 * Math.sqrt(Math.PI / 2);
  const first = k0 / z;
  const second = k1 / (6 * z4);
  const third = k2 / (72 * z6 * z) - k2Even / (36 * z2 * z);
  const fourth = k3 / (6480 * z6 * z4) + k3Even / (216 * z6);
  return scale * (first + second / Math.sqrt(n) + third / n + fourth / n ** 1.5);
}
