/**
 * Raw scores of `count` rows, f32 sums over the trees in their order and then the base. `features` is the address of the
 * first row in the first column. A tree is 8 bytes: [address of its nodes, address of its leaf values]; without nodes the
 * first is 0. A node is 16 bytes: [bytes from the first column to its own, +1 when NaN goes left, +2 for a set of codes;
 * threshold f32, or address of the set; left child; right child]; a child below zero is leaf ~child. A set is a number of
 * codes, then a byte per code, 1 for left. Scores are [row, output]; tree t belongs to output t mod outputs.
 */
export function scoreTrees(
  features: usize, count: i32, trees: usize, treeCount: i32, outputs: i32, base: usize, scores: usize,
): void {
  const width = outputs << 2;
  memory.fill(scores, 0, count * width);
  for (let tree: i32 = 0, output: i32 = 0; tree < treeCount; tree++) {
    const nodes = <usize>load<u32>(trees + (tree << 3));
    const leaves = <usize>load<u32>(trees + (tree << 3), 4);
    const target = scores + (output << 2);
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
      const score = target + row * width;
      add(score, leaves, a);
      add(score + width, leaves, b);
      add(score + 2 * width, leaves, c);
      add(score + 3 * width, leaves, d);
    }
    for (; row < count; row++) {
      let node: i32 = nodes == 0 ? -1 : 0;
      while (node >= 0) node = childOf(nodes, node, features + (row << 2));
      add(target + row * width, leaves, node);
    }
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
  store<f32>(score, load<f32>(score) + load<f32>(leaves + (<usize>~leaf << 2)));
}
