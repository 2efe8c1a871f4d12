/**
 * Bins of `count` f32 values into the bytes at `out`, 4 bytes apart: the number of `edges` below the value, NaN →
 * `missingBin`. `edges` are 255 ascending f32, padded with +Infinity.
 */
export function binNumbers(values: usize, count: i32, edges: usize, missingBin: i32, out: usize): void {
  for (let i: usize = 0; i < <usize>count; i++) {
    const value = load<f32>(values + (i << 2));
    let bin: usize = 0;
    for (let step: usize = 128; step > 0; step >>= 1) {
      bin += select<usize>(step, 0, load<f32>(edges + ((bin + step - 1) << 2)) < value);
    }
    store<u8>(out + (i << 2), select<u8>(<u8>missingBin, <u8>bin, value != value));
  }
}

/**
 * Bins of category codes: `table` holds one byte per code 0 … codes − 1; NaN → `missingBin`, any other value →
 * `otherBin`.
 */
export function binCodes(
  values: usize, count: i32, table: usize, codes: i32, otherBin: i32, missingBin: i32, out: usize,
): void {
  for (let i: usize = 0; i < <usize>count; i++) {
    const value = load<f32>(values + (i << 2));
    let bin = <u8>otherBin;
    if (value != value) bin = <u8>missingBin;
    else if (value >= 0 && value < <f32>codes && floor(value) == value) bin = load<u8>(table + <usize>value);
    store<u8>(out + (i << 2), bin);
  }
}
