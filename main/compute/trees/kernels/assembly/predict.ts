/**
 * Raw scores of `count` rows, f32 sums over the trees in their order and then the base. `features` is the address of the
 * first row in the first column. A tree is 12 bytes: [address of its nodes; of its leaf values; of its tests, or 0]. Scores
 * are [row, output]; tree t belongs to output t mod outputs.
 *
 * A tree with tests is not walked: every test strikes out the leaves that a row cannot reach, and the first that is left is
 * the one it reaches (QuickScorer, Lucchese et al. 2015). Tests are [count of those where a missing value goes right; where
 * it goes left; categories; 0], then of each number 12 bytes [bytes from the first column to its own; threshold f32; leaves
 * that stay, or leaves struck out], then of each category 8 bytes [bytes from the first code to its own; address of the leaves
 * that stay, u32 by code]. A category is 8 bytes [bytes from the first column to its own; codes]; `codes` has room for a u32 per row
 * and category, first row first: the code, `codes` for another value, `codes` + 1 for a missing one.
 *
 * A tree without tests has nodes of 16 bytes, or none at 0: [bytes from the first column to its own, +1 when NaN goes left, +2
 * for a set of codes; threshold f32, or address of the set; left child; right child]; a child below zero is leaf ~child. A
 * set is a number of codes, then a byte per code, 1 for left.
 */
export function scoreTrees(
  features: usize, count: i32, trees: usize, treeCount: i32, outputs: i32, base: usize, scores: usize,
  categories: usize, categoryCount: i32, codeColumn: i32, codes: usize,
): void {
  const width = outputs << 2;
  memory.fill(scores, 0, count * width);
  for (let category: i32 = 0; category < categoryCount; category++) {
    const at = categories + (category << 3);
    writeCodes(features + load<u32>(at), count, load<u32>(at, 4), codes + category * codeColumn);
  }
  for (let tree: i32 = 0, output: i32 = 0; tree < treeCount; tree++) {
    const at = trees + tree * 12;
    const nodes = <usize>load<u32>(at);
    const leaves = <usize>load<u32>(at, 4);
    const tests = <usize>load<u32>(at, 8);
    const target = scores + (output << 2);
    if (tests != 0) testTree(features, codes, count, tests, leaves, target, width);
    else walkTree(features, count, nodes, leaves, target, width);
    output++;
    if (output == outputs) output = 0;
  }
  for (let row: i32 = 0; row < count; row++) {
    for (let output: i32 = 0; output < outputs; output++) {
      const at = scores + row * width + (output << 2);
      store<f32>(at, load<f32>(at) + load<f32>(base + (output << 2)));
    }
  }
}

function writeCodes(values: usize, count: i32, size: u32, out: usize): void {
  for (let row: i32 = 0; row < count; row++) {
    const value = load<f32>(values + (row << 2));
    let code = size;
    if (value != value) {
      code = size + 1;
    } else if (value >= 0 && value < <f32>size) {
      // Within the codes first: what is beyond 32 bits cannot be turned into a whole number.
      const whole = <u32>value;
      if (<f32>whole == value) code = whole;
    }
    store<u32>(out + (row << 2), code);
  }
}

/** Sixteen rows at a time; those behind the last are tested too, and not added. */
function testTree(
  features: usize, codes: usize, count: i32, tests: usize, leaves: usize, scores: usize, width: i32,
): void {
  const rights = tests + 16;
  const lefts = rights + load<u32>(tests) * 12;
  const sets = lefts + load<u32>(tests, 4) * 12;
  const end = sets + (load<u32>(tests, 8) << 3);
  for (let row: i32 = 0; row < count; row += 16) {
    const at = features + (row << 2);
    let a = i32x4.splat(-1), b = i32x4.splat(-1), c = i32x4.splat(-1), d = i32x4.splat(-1);
    for (let test = rights; test < lefts; test += 12) {
      const column = at + load<u32>(test);
      const threshold = v128.load32_splat(test, 4);
      const stay = v128.load32_splat(test, 8);
      a = v128.and(a, v128.or(f32x4.le(v128.load(column), threshold), stay));
      b = v128.and(b, v128.or(f32x4.le(v128.load(column, 16), threshold), stay));
      c = v128.and(c, v128.or(f32x4.le(v128.load(column, 32), threshold), stay));
      d = v128.and(d, v128.or(f32x4.le(v128.load(column, 48), threshold), stay));
    }
    for (let test = lefts; test < sets; test += 12) {
      const column = at + load<u32>(test);
      const threshold = v128.load32_splat(test, 4);
      const out = v128.load32_splat(test, 8);
      a = v128.andnot(a, v128.and(f32x4.gt(v128.load(column), threshold), out));
      b = v128.andnot(b, v128.and(f32x4.gt(v128.load(column, 16), threshold), out));
      c = v128.andnot(c, v128.and(f32x4.gt(v128.load(column, 32), threshold), out));
      d = v128.andnot(d, v128.and(f32x4.gt(v128.load(column, 48), threshold), out));
    }
    for (let test = sets; test < end; test += 8) {
      const column = codes + (row << 2) + load<u32>(test);
      const stay = <usize>load<u32>(test, 4);
      a = v128.and(a, staying(column, stay));
      b = v128.and(b, staying(column + 16, stay));
      c = v128.and(c, staying(column + 32, stay));
      d = v128.and(d, staying(column + 48, stay));
    }
    const left = count - row;
    const score = scores + row * width;
    addReached(score, width, leaves, a, left);
    addReached(score + 4 * width, width, leaves, b, left - 4);
    addReached(score + 8 * width, width, leaves, c, left - 8);
    addReached(score + 12 * width, width, leaves, d, left - 12);
  }
}

// @ts-ignore: decorator
@inline
function staying(codes: usize, stay: usize): v128 {
  const first = v128.load32_zero(stay + (<usize>load<u32>(codes) << 2));
  const second = v128.load32_lane(stay + (<usize>load<u32>(codes, 4) << 2), first, 1);
  const third = v128.load32_lane(stay + (<usize>load<u32>(codes, 8) << 2), second, 2);
  return v128.load32_lane(stay + (<usize>load<u32>(codes, 12) << 2), third, 3);
}

// @ts-ignore: decorator
@inline
function addReached(score: usize, width: i32, leaves: usize, staying: v128, rows: i32): void {
  if (rows > 0) add(score, leaves, ctz(i32x4.extract_lane(staying, 0)));
  if (rows > 1) add(score + width, leaves, ctz(i32x4.extract_lane(staying, 1)));
  if (rows > 2) add(score + 2 * width, leaves, ctz(i32x4.extract_lane(staying, 2)));
  if (rows > 3) add(score + 3 * width, leaves, ctz(i32x4.extract_lane(staying, 3)));
}

function walkTree(features: usize, count: i32, nodes: usize, leaves: usize, scores: usize, width: i32): void {
  let row: i32 = 0;
  // Four walks at a time: each waits for memory on its own.
  for (; row + 4 <= count && nodes != 0; row += 4) {
    const at = features + (row << 2);
    let a: i32 = 0, b: i32 = 0, c: i32 = 0, d: i32 = 0;
    do {
      if (a >= 0) a = childOf(nodes, a, at);
      if (b >= 0) b = childOf(nodes, b, at + 4);
      if (c >= 0) c = childOf(nodes, c, at + 8);
      if (d >= 0) d = childOf(nodes, d, at + 12);
    } while ((a & b & c & d) >= 0);
    const score = scores + row * width;
    add(score, leaves, ~a);
    add(score + width, leaves, ~b);
    add(score + 2 * width, leaves, ~c);
    add(score + 3 * width, leaves, ~d);
  }
  for (; row < count; row++) {
    let node: i32 = nodes == 0 ? -1 : 0;
    while (node >= 0) node = childOf(nodes, node, features + (row << 2));
    add(scores + row * width, leaves, ~node);
  }
}

// @ts-ignore: decorator
@inline
function childOf(nodes: usize, node: i32, row: usize): i32 {
  const at = nodes + (<usize>node << 4);
  const word = load<u32>(at);
  const value = load<f32>(row + (word & ~3));
  let isLeft: bool;
  if (value != value) {
    isLeft = (word & 1) != 0;
  } else if ((word & 2) == 0) {
    isLeft = value <= load<f32>(at, 4);
  } else {
    const set = <usize>load<u32>(at, 4);
    isLeft = false;
    // Within the set first: what is beyond 32 bits cannot be turned into a whole number.
    if (value >= 0 && value < <f32>load<u32>(set)) {
      const code = <u32>value;
      isLeft = <f32>code == value && load<u8>(set + <usize>code, 4) != 0;
    }
  }
  return load<i32>(at + (isLeft ? 0 : 4), 8);
}

// @ts-ignore: decorator
@inline
function add(score: usize, leaves: usize, leaf: i32): void {
  store<f32>(score, load<f32>(score) + load<f32>(leaves + (<usize>leaf << 2)));
}
