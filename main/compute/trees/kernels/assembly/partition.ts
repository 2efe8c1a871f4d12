/**
 * Stable partition of `count` row numbers in place by a table of 256 bytes, bin → 1 for left. `bins` is the address of
 * the feature's byte of row 0, rows 4 bytes apart. `scratch` holds `count` u32. Stores the number of rows on the left at `leftCount`.
 */
export function partition(
  rows: usize, count: i32, bins: usize, goesLeft: usize, scratch: usize, leftCount: usize,
): void {
  let left: usize = rows;
  let right: usize = scratch;
  const end = rows + (<usize>count << 2);
  for (let at = rows; at < end; at += 4) {
    const row = load<u32>(at);
    const isLeft = <usize>load<u8>(goesLeft + <usize>load<u8>(bins + (<usize>row << 2)));
    // Both are written: the one that is not wanted is overwritten by the next row. `left` never passes `at`.
    store<u32>(left, row);
    store<u32>(right, row);
    left += isLeft << 2;
    right += 4 - (isLeft << 2);
  }
  memory.copy(left, scratch, right - scratch);
  store<u32>(leftCount, <u32>((left - rows) >> 2));
}

/**
 * Moves a partitioned run of `count` row numbers to its places in another array. `part` is 12 bytes: [rows on the left,
 * address for them, address for the others].
 */
export function moveParts(rows: usize, count: i32, part: usize): void {
  const left = <usize>load<u32>(part) << 2;
  memory.copy(<usize>load<u32>(part, 4), rows, left);
  memory.copy(<usize>load<u32>(part, 8), rows + left, (<usize>count << 2) - left);
}
