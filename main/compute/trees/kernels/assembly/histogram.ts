// Histograms of quantised gradients. Per row: gradient i32, hessian i32. Per bin: two i64, [sum of gradients,
// count << countShift | sum of hessians]. Integer sums do not depend on the order of rows: any split of the work over
// threads gives the same bits.

// @ts-ignore: decorator
@inline
function addPair(slot: usize, pair: v128): void {
  v128.store(slot, i64x2.add(v128.load(slot), pair));
}

// @ts-ignore: decorator
@inline
function widenPair(pair: usize, one: v128): v128 {
  return i64x2.add(i64x2.extend_low_i32x4_s(v128.load64_zero(pair)), one);
}

/** Adds rows to the histograms of one block; `pairs` are their gradients, in the order of `rows`. */
function addRowsToBlock(rows: usize, pairs: usize, count: i32, block: usize, histogram: usize, countShift: i32): void {
  const bins = <usize>load<u32>(block);
  const width = load<i32>(block, 4);
  const h0 = histogram + <usize>load<u32>(block, 8);
  const h1 = histogram + <usize>load<u32>(block, 12);
  const h2 = histogram + <usize>load<u32>(block, 16);
  const h3 = histogram + <usize>load<u32>(block, 20);
  const one = i64x2.replace_lane(i64x2.splat(0), 1, (<i64>1) << <i64>countShift);
  const n = <usize>count;
  if (width == 4) {
    for (let i: usize = 0; i < n; i++) {
      const packed = load<u32>(bins + (<usize>load<u32>(rows + (i << 2)) << 2));
      const pair = widenPair(pairs + (i << 3), one);
      addPair(h0 + ((packed & 0xff) << 4), pair);
      addPair(h1 + (((packed >> 8) & 0xff) << 4), pair);
      addPair(h2 + (((packed >> 16) & 0xff) << 4), pair);
      addPair(h3 + ((packed >> 24) << 4), pair);
    }
  } else if (width == 3) {
    for (let i: usize = 0; i < n; i++) {
      const packed = load<u32>(bins + (<usize>load<u32>(rows + (i << 2)) << 2));
      const pair = widenPair(pairs + (i << 3), one);
      addPair(h0 + ((packed & 0xff) << 4), pair);
      addPair(h1 + (((packed >> 8) & 0xff) << 4), pair);
      addPair(h2 + (((packed >> 16) & 0xff) << 4), pair);
    }
  } else if (width == 2) {
    for (let i: usize = 0; i < n; i++) {
      const packed = load<u32>(bins + (<usize>load<u32>(rows + (i << 2)) << 2));
      const pair = widenPair(pairs + (i << 3), one);
      addPair(h0 + ((packed & 0xff) << 4), pair);
      addPair(h1 + (((packed >> 8) & 0xff) << 4), pair);
    }
  } else {
    for (let i: usize = 0; i < n; i++) {
      const packed = load<u32>(bins + (<usize>load<u32>(rows + (i << 2)) << 2));
      addPair(h0 + ((packed & 0xff) << 4), widenPair(pairs + (i << 3), one));
    }
  }
}

/**
 * Adds `count` rows to the histograms of `blockCount` blocks of up to 4 features whose bins are packed into one u32 per
 * row. A block is 24 bytes: [address of row 0, features, 4 × offset of the feature's bins from `histogram`].
 * `scratch` holds `count` pairs: the gradients are gathered once and stay in the cache.
 */
export function addRows(
  rows: usize, count: i32, gradients: usize, blocks: usize, blockCount: i32, histogram: usize, scratch: usize,
  countShift: i32,
): void {
  for (let i: usize = 0; i < <usize>count; i++) {
    store<u64>(scratch + (i << 3), load<u64>(gradients + (<usize>load<u32>(rows + (i << 2)) << 3)));
  }
  for (let b = 0; b < blockCount; b++) {
    addRowsToBlock(rows, scratch, count, blocks + <usize>b * 24, histogram, countShift);
  }
}

/** out = a − b over `bins` bins; `out` may be one of them. */
export function subtractHistograms(a: usize, b: usize, out: usize, bins: i32): void {
  const end = <usize>bins << 4;
  for (let at: usize = 0; at < end; at += 16) {
    v128.store(out + at, i64x2.sub(v128.load(a + at), v128.load(b + at)));
  }
}

/** into += from over `bins` bins; `from` becomes zero. */
export function drainHistogram(from: usize, into: usize, bins: i32): void {
  const end = <usize>bins << 4;
  for (let at: usize = 0; at < end; at += 16) {
    v128.store(into + at, i64x2.add(v128.load(into + at), v128.load(from + at)));
    v128.store(from + at, i64x2.splat(0));
  }
}

export function zero(address: usize, bytes: i32): void {
  memory.fill(address, 0, <usize>bytes);
}
