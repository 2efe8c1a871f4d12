/** Uniform in [0, 1), a function of its arguments alone: draws do not depend on order or threads. */
export function uniformAt(seed: number, stream: number, index: number): number {
  let bits = mix((seed | 0) ^ Math.imul(stream + 1, 0x9e3779b1));
  bits = mix(bits ^ Math.imul(index + 1, 0x85ebca6b));
  return (mix(bits) >>> 0) / 2 ** 32;
}

/** Finaliser of MurmurHash3. */
function mix(bits: number): number {
  let h = bits | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/** `count` of 0 … total − 1, ascending, chosen by a hash. */
export function sampleIndices(seed: number, stream: number, total: number, count: number): number[] {
  const order = Array.from({ length: total }, (_, index) => ({ index, key: uniformAt(seed, stream, index) }));
  order.sort((a, b) => a.key - b.key || a.index - b.index);
  return order
    .slice(0, count)
    .map(({ index }) => index)
    .sort((a, b) => a - b);
}
