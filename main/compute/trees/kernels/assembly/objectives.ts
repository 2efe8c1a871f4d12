// Loss and quantised gradients over a range of rows. `weights` is 0 or the address of f32 weights. Scores are f64,
// targets f32, gradients pairs of i32 (nearest(gradient · gradientScale), nearest(hessian · hessianScale)). With
// `gradients` 0 only the loss is computed. Every function stores the weighted sum of losses of its range at `out`.
import { exp2Lanes, expOne, log1pLanes, logOne } from './elementary';

// @ts-ignore: decorator
@inline
function weightPair(weights: usize, row: usize, isPair: bool): v128 {
  if (weights == 0) return f64x2.splat(1.0);
  if (isPair) return f64x2.promote_low_f32x4(v128.load64_zero(weights + (row << 2)));
  return f64x2.splat(<f64>load<f32>(weights + (row << 2)));
}

// @ts-ignore: decorator
@inline
function quantise(value: v128, scale: f64): v128 {
  return i32x4.trunc_sat_f64x2_s_zero(f64x2.nearest(f64x2.mul(value, f64x2.splat(scale))));
}

/** Binary cross-entropy of logits; targets 0 or 1. */
export function logisticLoss(
  start: i32, end: i32, scores: usize, targets: usize, weights: usize, gradients: usize, gradientScale: f64,
  hessianScale: f64, out: usize,
): void {
  const one = f64x2.splat(1.0);
  const zeros = f64x2.splat(0.0);
  let sum = f64x2.splat(0.0);
  const last = <usize>end;
  for (let row = <usize>start; row < last; row += 2) {
    const isPair = row + 1 < last;
    let s: v128;
    let y: v128;
    if (isPair) {
      s = v128.load(scores + (row << 3));
      y = f64x2.promote_low_f32x4(v128.load64_zero(targets + (row << 2)));
    } else {
      s = f64x2.splat(load<f64>(scores + (row << 3)));
      y = f64x2.splat(<f64>load<f32>(targets + (row << 2)));
    }
    const w = weightPair(weights, row, isPair);
    const e = exp2Lanes(f64x2.neg(f64x2.abs(s)));
    const q = f64x2.div(one, f64x2.add(one, e));
    const isNegative = f64x2.lt(s, zeros);
    const p = v128.bitselect(f64x2.mul(e, q), q, isNegative);
    // max(s, 0) − s·y + ln(1 + e^−|s|)
    let loss = f64x2.add(f64x2.sub(f64x2.max(s, zeros), f64x2.mul(s, y)), log1pLanes(e));
    loss = f64x2.mul(loss, w);
    if (!isPair) loss = f64x2.replace_lane(loss, 1, 0.0);
    sum = f64x2.add(sum, loss);
    if (gradients != 0) {
      const g = quantise(f64x2.mul(f64x2.sub(p, y), w), gradientScale);
      const h = quantise(f64x2.mul(f64x2.mul(f64x2.mul(e, q), q), w), hessianScale);
      const pairs = i8x16.shuffle(g, h, 0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23);
      if (isPair) v128.store(gradients + (row << 3), pairs);
      else v128.store64_lane(gradients + (row << 3), pairs, 0);
    }
  }
  store<f64>(out, f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1));
}

/** Half the squared error: gradient s − y, hessian 1. */
export function squaredLoss(
  start: i32, end: i32, scores: usize, targets: usize, weights: usize, gradients: usize, gradientScale: f64,
  hessianScale: f64, out: usize,
): void {
  let sum: f64 = 0;
  for (let row = <usize>start; row < <usize>end; row++) {
    const residual = load<f64>(scores + (row << 3)) - <f64>load<f32>(targets + (row << 2));
    const w: f64 = weights == 0 ? 1.0 : <f64>load<f32>(weights + (row << 2));
    sum += w * residual * residual;
    if (gradients != 0) {
      store<i32>(gradients + (row << 3), <i32>nearest(residual * w * gradientScale));
      store<i32>(gradients + (row << 3), <i32>nearest(w * hessianScale), 4);
    }
  }
  store<f64>(out, 0.5 * sum);
}

/** Stores the largest |weight · (score − target)| at `out`: the scale of the gradients of `squaredLoss`. */
export function largestResidual(
  start: i32, end: i32, scores: usize, targets: usize, weights: usize, out: usize,
): void {
  let largest: f64 = 0;
  for (let row = <usize>start; row < <usize>end; row++) {
    const w: f64 = weights == 0 ? 1.0 : <f64>load<f32>(weights + (row << 2));
    largest = max(largest, abs(w * (load<f64>(scores + (row << 3)) - <f64>load<f32>(targets + (row << 2)))));
  }
  store<f64>(out, largest);
}

/**
 * Cross-entropy of a softmax over `classes` scores per row; scores and gradients are class-major, their strides
 * in rows.
 * Hessian K / (K − 1) · p (1 − p) (Friedman 2001). `scratch` holds `classes` f64.
 */
export function softmaxLoss(
  start: i32, end: i32, scores: usize, targets: usize, weights: usize, gradients: usize, gradientScale: f64,
  hessianScale: f64, out: usize, classes: i32, scoreStride: i32, gradientStride: i32, scratch: usize,
): void {
  let total: f64 = 0;
  const factor = <f64>classes / <f64>(classes - 1);
  const step = <usize>scoreStride << 3;
  const gradientStep = <usize>gradientStride << 3;
  for (let row = <usize>start; row < <usize>end; row++) {
    const target = <i32>load<f32>(targets + (row << 2));
    const w: f64 = weights == 0 ? 1.0 : <f64>load<f32>(weights + (row << 2));
    let at = scores + (row << 3);
    let largest = load<f64>(at);
    for (let k = 1; k < classes; k++) largest = max(largest, load<f64>(at + <usize>k * step));
    let sum: f64 = 0;
    for (let k = 0; k < classes; k++) {
      const e = expOne(load<f64>(at + <usize>k * step) - largest);
      store<f64>(scratch + (<usize>k << 3), e);
      sum += e;
    }
    total += w * (logOne(sum) + largest - load<f64>(at + <usize>target * step));
    if (gradients != 0) {
      at = gradients + (row << 3);
      for (let k = 0; k < classes; k++) {
        const p = load<f64>(scratch + (<usize>k << 3)) / sum;
        const y: f64 = k == target ? 1.0 : 0.0;
        store<i32>(at, <i32>nearest((p - y) * w * gradientScale));
        store<i32>(at, <i32>nearest(factor * p * (1.0 - p) * w * hessianScale), 4);
        at += gradientStep;
      }
    }
  }
  store<f64>(out, total);
}

/** Pinball loss at `level`: gradient 1 − level above the target and −level below it, hessian 1. */
export function quantileLoss(
  start: i32, end: i32, scores: usize, targets: usize, weights: usize, gradients: usize, gradientScale: f64,
  hessianScale: f64, out: usize, level: f64,
): void {
  let sum: f64 = 0;
  for (let row = <usize>start; row < <usize>end; row++) {
    const residual = load<f64>(scores + (row << 3)) - <f64>load<f32>(targets + (row << 2));
    const w: f64 = weights == 0 ? 1.0 : <f64>load<f32>(weights + (row << 2));
    const slope = residual >= 0 ? 1.0 - level : -level;
    sum += w * slope * residual;
    if (gradients != 0) {
      store<i32>(gradients + (row << 3), <i32>nearest(slope * w * gradientScale));
      store<i32>(gradients + (row << 3), <i32>nearest(w * hessianScale), 4);
    }
  }
  store<f64>(out, sum);
}

/** Poisson likelihood of a log rate, without its constant: gradient eˢ − y; the hessian eˢ is raised by `factor`. */
export function poissonLoss(
  start: i32, end: i32, scores: usize, targets: usize, weights: usize, gradients: usize, gradientScale: f64,
  hessianScale: f64, out: usize, factor: f64,
): void {
  let sum: f64 = 0;
  for (let row = <usize>start; row < <usize>end; row++) {
    const s = load<f64>(scores + (row << 3));
    const y = <f64>load<f32>(targets + (row << 2));
    const w: f64 = weights == 0 ? 1.0 : <f64>load<f32>(weights + (row << 2));
    const rate = expOne(s);
    sum += w * (rate - y * s);
    if (gradients != 0) {
      store<i32>(gradients + (row << 3), <i32>nearest((rate - y) * w * gradientScale));
      store<i32>(gradients + (row << 3), <i32>nearest(rate * factor * w * hessianScale), 4);
    }
  }
  store<f64>(out, sum);
}

/** Stores the largest score at `out`: with it the scale of the gradients of `poissonLoss`. */
export function largestScore(start: i32, end: i32, scores: usize, out: usize): void {
  let largest: f64 = -Infinity;
  for (let row = <usize>start; row < <usize>end; row++) largest = max(largest, load<f64>(scores + (row << 3)));
  store<f64>(out, largest);
}
