/**
 * Standard normal distribution function, absolute error below 1e-15: W. J. Cody's rational Chebyshev approximations of
 * erf and erfc (Math. Comp. 23, 1969), in the ranges |x| ≤ 0.46875 and above.
 */
export function normalShareBelow(x: number): number {
  const y = Math.abs(x) * Math.SQRT1_2;
  if (y <= 0.46875) {
    const s = y * y;
    const numerator = (((erfP[0] * s + erfP[1]) * s + erfP[2]) * s + erfP[3]) * s + erfP[4];
    const denominator = (((s + erfQ[0]) * s + erfQ[1]) * s + erfQ[2]) * s + erfQ[3];
    return 0.5 + (0.5 * x * Math.SQRT1_2 * numerator) / denominator;
  }
  const upper = 0.5 * complement(y);
  return x > 0 ? 1 - upper : upper;
}

const erfP = [
  1.85777706184603153e-1, 3.1611237438705656, 1.13864154151050156e2, 3.77485237685302021e2, 3.20937758913846947e3,
] as const;
const erfQ = [2.36012909523441209e1, 2.44024637934444173e2, 1.28261652607737228e3, 2.84423683343917062e3] as const;
const middleP = [
  2.15311535474403846e-8, 5.64188496988670089e-1, 8.88314979438837594, 6.61191906371416295e1, 2.98635138197400131e2,
  8.8195222124176909e2, 1.71204761263407058e3, 2.05107837782607147e3, 1.23033935479799725e3,
];
const middleQ = [
  1.57449261107098347e1, 1.17693950891312499e2, 5.37181101862009858e2, 1.62138957456669019e3, 3.29079923573345963e3,
  4.36261909014324716e3, 3.43936767414372164e3, 1.23033935480374942e3,
];
const farP = [
  1.63153871373020978e-2, 3.05326634961232344e-1, 3.60344899949804439e-1, 1.25781726111229246e-1,
  1.60837851487422766e-2, 6.58749161529837803e-4,
];
const farQ = [
  2.56852019228982242, 1.87295284992346047, 5.27905102951428412e-1, 6.05183413124413191e-2, 2.33520497626869185e-3,
];
const inverseSqrtPi = 1 / Math.sqrt(Math.PI);

/** erfc(y) for y > 0.46875. */
function complement(y: number): number {
  if (y > 26.5) return 0;
  if (y <= 4) {
    let numerator = (middleP[0] as number) * y;
    let denominator = y;
    for (let i = 0; i < 7; i++) {
      numerator = (numerator + (middleP[i + 1] as number)) * y;
      denominator = (denominator + (middleQ[i] as number)) * y;
    }
    return (Math.exp(-y * y) * (numerator + (middleP[8] as number))) / (denominator + (middleQ[7] as number));
  }
  const s = 1 / (y * y);
  let numerator = (farP[0] as number) * s;
  let denominator = s;
  for (let i = 0; i < 4; i++) {
    numerator = (numerator + (farP[i + 1] as number)) * s;
    denominator = (denominator + (farQ[i] as number)) * s;
  }
  const tail = (s * (numerator + (farP[5] as number))) / (denominator + (farQ[4] as number));
  return (Math.exp(-y * y) * (inverseSqrtPi - tail)) / y;
}

/** Quantile of the standard normal distribution for 0 < p < 1, absolute error below 1e-9 (P. J. Acklam, one Newton step). */
export function normalQuantile(p: number): number {
  const x = acklam(p);
  // Newton's step divides by the density, which vanishes in the far tails; there the start is good enough.
  const density = Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI);
  return density < 1e-30 ? x : x - (normalShareBelow(x) - p) / density;
}

const centreA = [
  -39.69683028665376, 220.9460984245205, -275.9285104469687, 138.357751867269, -30.66479806614716, 2.506628277459239,
] as const;
const centreB = [
  -54.47609879822406, 161.5858368580409, -155.6989798598866, 66.80131188771972, -13.28068155288572,
] as const;
const tailC = [
  -0.007784894002430293, -0.3223964580411365, -2.400758277161838, -2.549732539343734, 4.374664141464968,
  2.938163982698783,
] as const;
const tailD = [0.007784695709041462, 0.3224671290700398, 2.445134137142996, 3.754408661907416] as const;

function acklam(p: number): number {
  if (p < 0.02425) return tail(Math.sqrt(-2 * Math.log(p)));
  if (p > 1 - 0.02425) return -tail(Math.sqrt(-2 * Math.log(1 - p)));
  const q = p - 0.5;
  const r = q * q;
  const numerator =
    ((((centreA[0] * r + centreA[1]) * r + centreA[2]) * r + centreA[3]) * r + centreA[4]) * r + centreA[5];
  const denominator = ((((centreB[0] * r + centreB[1]) * r + centreB[2]) * r + centreB[3]) * r + centreB[4]) * r + 1;
  return (q * numerator) / denominator;
}

function tail(q: number): number {
  const numerator = ((((tailC[0] * q + tailC[1]) * q + tailC[2]) * q + tailC[3]) * q + tailC[4]) * q + tailC[5];
  return numerator / ((((tailD[0] * q + tailD[1]) * q + tailD[2]) * q + tailD[3]) * q + 1);
}
