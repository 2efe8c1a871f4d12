/** Uniform draws in [0, 1). */
export type Uniform = () => number;

/**
 * Draws of one trial, a function of seed and number alone: a resumed search goes on as if it had never stopped.
 * splitmix32 finaliser over a counter (the constants of MurmurHash3), two words per draw for 53 bits.
 */
export function trialRandom(seed: number, number: number): Uniform {
  let counter = mix(mix(seed | 0) ^ Math.imul(number + 1, 0x9e3779b1));
  const word = () => {
    counter = (counter + 0x9e3779b9) | 0;
    return mix(counter) >>> 0;
  };
  return () => (word() * 2 ** 21 + (word() >>> 11)) / 2 ** 53;
}

function mix(bits: number): number {
  let h = bits | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
