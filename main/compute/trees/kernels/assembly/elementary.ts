// exp and log from IEEE-754 basic operations only: the same bits on every machine, unlike a platform's libm.

const log2e: f64 = 1.4426950408889634;
const ln2High: f64 = 6.93147180369123816490e-1;
const ln2Low: f64 = 1.90821492927058770002e-10;

// @ts-ignore: decorator
@inline
function fma2(a: v128, b: v128, c: f64): v128 {
  return f64x2.add(f64x2.mul(a, b), f64x2.splat(c));
}

/** eˣ of two lanes, relative error below 1e-15; x is clamped to ±700. */
// @ts-ignore: decorator
@inline
export function exp2Lanes(x: v128): v128 {
  x = f64x2.min(f64x2.max(x, f64x2.splat(-700)), f64x2.splat(700));
  const k = f64x2.nearest(f64x2.mul(x, f64x2.splat(log2e)));
  const r = f64x2.sub(f64x2.sub(x, f64x2.mul(k, f64x2.splat(ln2High))), f64x2.mul(k, f64x2.splat(ln2Low)));
  // Taylor to degree 12 on |r| ≤ ln 2 / 2: the first dropped term is 2e-16.
  let p = f64x2.splat(1.0 / 479001600.0);
  p = fma2(p, r, 1.0 / 39916800.0);
  p = fma2(p, r, 1.0 / 3628800.0);
  p = fma2(p, r, 1.0 / 362880.0);
  p = fma2(p, r, 1.0 / 40320.0);
  p = fma2(p, r, 1.0 / 5040.0);
  p = fma2(p, r, 1.0 / 720.0);
  p = fma2(p, r, 1.0 / 120.0);
  p = fma2(p, r, 1.0 / 24.0);
  p = fma2(p, r, 1.0 / 6.0);
  p = fma2(p, r, 0.5);
  p = fma2(p, r, 1.0);
  p = fma2(p, r, 1.0);
  // 2^k through the exponent bits: k + 2^52 + 2^51 leaves k in the low bits of the mantissa.
  const bits = i64x2.shl(i64x2.add(f64x2.add(k, f64x2.splat(6755399441055744.0)), i64x2.splat(1023)), 52);
  return f64x2.mul(p, bits);
}

/** eˣ of one number. */
// @ts-ignore: decorator
@inline
export function expOne(x: f64): f64 {
  return f64x2.extract_lane(exp2Lanes(f64x2.splat(x)), 0);
}

/** ln(1 + e) of two lanes for 0 ≤ e ≤ 1, absolute error below 1e-12: 2 artanh(e / (2 + e)). */
// @ts-ignore: decorator
@inline
export function log1pLanes(e: v128): v128 {
  const z = f64x2.div(e, f64x2.add(e, f64x2.splat(2.0)));
  const q = f64x2.mul(z, z);
  let p = f64x2.splat(1.0 / 21.0);
  p = fma2(p, q, 1.0 / 19.0);
  p = fma2(p, q, 1.0 / 17.0);
  p = fma2(p, q, 1.0 / 15.0);
  p = fma2(p, q, 1.0 / 13.0);
  p = fma2(p, q, 1.0 / 11.0);
  p = fma2(p, q, 1.0 / 9.0);
  p = fma2(p, q, 1.0 / 7.0);
  p = fma2(p, q, 1.0 / 5.0);
  p = fma2(p, q, 1.0 / 3.0);
  p = fma2(p, q, 1.0);
  return f64x2.mul(f64x2.mul(z, p), f64x2.splat(2.0));
}

/** ln x for normal x ≥ 1. */
// @ts-ignore: decorator
@inline
export function logOne(x: f64): f64 {
  const bits = reinterpret<u64>(x);
  const exponent = <f64>(<i64>(bits >> 52) - 1023);
  const mantissa = reinterpret<f64>((bits & 0xfffffffffffff) | 0x3ff0000000000000);
  return exponent * 0.6931471805599453 + f64x2.extract_lane(log1pLanes(f64x2.splat(mantissa - 1.0)), 0);
}
