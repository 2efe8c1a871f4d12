/** scores[row] += value over one leaf's rows; scores are f64. A leaf is 16 bytes: [address of rows, rows, value f64]. */
export function addLeafToScores(leaf: usize, scores: usize): void {
  const rows = <usize>load<u32>(leaf);
  const count = <usize>load<u32>(leaf, 4);
  const value = load<f64>(leaf, 8);
  for (let i: usize = 0; i < count; i++) {
    const at = scores + (<usize>load<u32>(rows + (i << 2)) << 3);
    store<f64>(at, load<f64>(at) + value);
  }
}

/**
 * Adds one tree's output to the scores of `count` row numbers, walking binned features. A node is 16 bytes:
 * [address of the feature's byte of row 0, address of its table bin → 1 for left, left child, right child]; a child
 * below zero is leaf ~child. With `rows` 0, rows `first` … `first + count − 1`.
 */
export function addTreeToScores(
  rows: usize, first: i32, count: i32, nodes: usize, leafValues: usize, scores: usize,
): void {
  for (let i: usize = 0; i < <usize>count; i++) {
    const row: usize = rows == 0 ? <usize>first + i : <usize>load<u32>(rows + (i << 2));
    let node: i32 = 0;
    do {
      const at = nodes + (<usize>node << 4);
      const bin = <usize>load<u8>(<usize>load<u32>(at) + (row << 2));
      const isLeft = <usize>load<u8>(<usize>load<u32>(at, 4) + bin);
      node = load<i32>(at + ((1 - isLeft) << 2), 8);
    } while (node >= 0);
    const score = scores + (row << 3);
    store<f64>(score, load<f64>(score) + load<f64>(leafValues + (<usize>~node << 3)));
  }
}
