// exp and log from IEEE-754 basic operations only: the same bits on every machine, unlike a platform's libm.

const log2e: f64 = 1.4426950408889634;
const ln2High: f64 = 6.93147180369123816490e-1;
const ln2Low: f64 = 1.90821492927058770002e-10;

/** a + b · x */
// @ts-ignore: decorator
@inline
function linear(a: f64, b: f64, x: v128): v128 {
  return f64x2.add(f64x2.splat(a), f64x2.mul(f64x2.splat(b), x));
}

/** a + b · x */
// @ts-ignore: decorator
@inline
function combine(a: v128, b: v128, x: v128): v128 {
  return f64x2.add(a, f64x2.mul(b, x));
}

/** eˣ of two lanes, relative error below 1e-13; x is clamped to ±700. */
// @ts-ignore: decorator
@inline
export function exp2Lanes(x: v128): v128 {
  x = f64x2.min(f64x2.max(x, f64x2.splat(-700)), f64x2.splat(700));
  const k = f64x2.nearest(f64x2.mul(x, f64x2.splat(log2e)));
  const r = f64x2.sub(f64x2.sub(x, f64x2.mul(k, f64x2.splat(ln2High))), f64x2.mul(k, f64x2.splat(ln2Low)));
  // Taylor to degree 11 on |r| ≤ ln 2 / 2 (first dropped term 7e-15), by Estrin's scheme: short chains run in parallel.
  const r2 = f64x2.mul(r, r);
  const r4 = f64x2.mul(r2, r2);
  const p0 = combine(linear(1.0, 1.0, r), linear(0.5, 1.0 / 6.0, r), r2);
  const p4 = combine(linear(1.0 / 24.0, 1.0 / 120.0, r), linear(1.0 / 720.0, 1.0 / 5040.0, r), r2);
  const p8 = combine(
    linear(1.0 / 40320.0, 1.0 / 362880.0, r), linear(1.0 / 3628800.0, 1.0 / 39916800.0, r), r2,
  );
  const p = combine(combine(p0, p4, r4), p8, f64x2.mul(r4, r4));
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

/** ln(1 + e) of two lanes for 0 ≤ e ≤ 1, absolute error below 1e-9: 2 artanh(z), z = e / (2 + e) ≤ ⅓. */
// @ts-ignore: decorator
@inline
export function log1pLanes(e: v128): v128 {
  const z = f64x2.div(e, f64x2.add(e, f64x2.splat(2.0)));
  const q = f64x2.mul(z, z);
  const q2 = f64x2.mul(q, q);
  const p0 = combine(linear(1.0, 1.0 / 3.0, q), linear(1.0 / 5.0, 1.0 / 7.0, q), q2);
  const p4 = combine(linear(1.0 / 9.0, 1.0 / 11.0, q), linear(1.0 / 13.0, 1.0 / 15.0, q), q2);
  return f64x2.mul(f64x2.mul(z, combine(p0, p4, f64x2.mul(q2, q2))), f64x2.splat(2.0));
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
