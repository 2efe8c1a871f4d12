// What a search needs of a leaf, and what it found: 8-byte f64 fields at the offsets below. Sums are in stored units.
const totalGradient: usize = 0;
const totalHessian: usize = 8;
const totalCount: usize = 16;
const gradientUnit: usize = 24;
const hessianUnit: usize = 32;
const l1: usize = 40;
const l2: usize = 48;
const minRows: usize = 56;
const minHessian: usize = 64;
/** Score a candidate must beat; raised to that of the best one. */
const bar: usize = 72;
const bestBin: usize = 80;
/** −1 nothing known, 0 right, 1 left. */
const bestMissing: usize = 88;
const bestGradient: usize = 96;
const bestHessian: usize = 104;
const bestCount: usize = 112;

// @ts-ignore: decorator
@inline
function score(gradient: f64, hessian: f64, leaf: usize): f64 {
  const g = max(abs(gradient * load<f64>(leaf + gradientUnit)) - load<f64>(leaf + l1), 0.0);
  return (g * g) / (hessian * load<f64>(leaf + hessianUnit) + load<f64>(leaf + l2));
}

/** Tries bins 0 … t against the rest for t < `ends`; the start values are on the left from the beginning. */
function scan(
  bins: usize, ends: i32, countShift: i64, leaf: usize, missing: f64, startGradient: f64, startHessian: f64,
  startCount: i64,
): bool {
  const hessianMask = ((<i64>1) << countShift) - 1;
  const allGradient = load<f64>(leaf + totalGradient);
  const allHessian = load<f64>(leaf + totalHessian);
  const allCount = <i64>load<f64>(leaf + totalCount);
  const leastCount = <i64>load<f64>(leaf + minRows);
  const leastHessian = load<f64>(leaf + minHessian);
  let best = load<f64>(leaf + bar);
  let g = startGradient;
  let h = startHessian;
  let n = startCount;
  let isFound = false;
  for (let bin = 0; bin < ends; bin++) {
    const at = bins + (<usize>bin << 4);
    const packed = load<i64>(at, 8);
    // An empty bin gives the candidate before it again.
    if (packed == 0) continue;
    g += <f64>load<i64>(at);
    h += <f64>(packed & hessianMask);
    n += packed >> countShift;
    if (n < leastCount || h < leastHessian) continue;
    if (allCount - n < leastCount || allHessian - h < leastHessian) break;
    const candidate = score(g, h, leaf) + score(allGradient - g, allHessian - h, leaf);
    if (candidate <= best) continue;
    best = candidate;
    isFound = true;
    store<f64>(leaf + bar, candidate);
    store<f64>(leaf + bestBin, <f64>bin);
    store<f64>(leaf + bestMissing, missing);
    store<f64>(leaf + bestGradient, g);
    store<f64>(leaf + bestHessian, h);
    store<f64>(leaf + bestCount, <f64>n);
  }
  return isFound;
}

/**
 * Best threshold over the histogram of a numeric feature with `count` bins of values and then one of missing values.
 * Returns 1 and fills the fields of `leaf` when a candidate beats the bar. Ties go to the earlier bin.
 */
export function findThreshold(bins: usize, count: i32, countShift: i32, leaf: usize): i32 {
  const shift = <i64>countShift;
  const at = bins + (<usize>count << 4);
  const packed = load<i64>(at, 8);
  if (packed == 0) return i32(scan(bins, count, shift, leaf, -1, 0, 0, 0));
  const isFound = scan(bins, count, shift, leaf, 0, 0, 0, 0);
  const hessian = <f64>(packed & (((<i64>1) << shift) - 1));
  return i32(scan(bins, count - 1, shift, leaf, 1, <f64>load<i64>(at), hessian, packed >> shift)) | i32(isFound);
}
