/**
 * Draws a class for a row from its chances and sets it in `labels`, one-hot.
 * @param chances [rows × classes], each row adding up to 1
 * @param labels [rows × classes], zeros in this row
 * @param random uniform in [0, 1)
 */
export function drawLabel(
  chances: ArrayLike<number>,
  labels: Float64Array,
  { row, classes }: { row: number; classes: number },
  random: () => number,
): void {
  let rest = random();
  let c = 0;
  while (c < classes - 1 && rest >= (chances[row * classes + c] as number)) {
    rest -= chances[row * classes + c] as number;
    c++;
  }
  labels[row * classes + c] = 1;
}
