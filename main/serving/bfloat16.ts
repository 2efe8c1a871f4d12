/** Prefix of widened inputs and outputs; the nodes keep the names they know. */
const prefix = 'fp32:';

/** Name of a widened input or output in the new model. */
export function widenedName(name: string): string {
  return prefix + name;
}

/** FP32 numbers of BF16 bits. */
export function floatsOfBfloat16(bits: Uint16Array): Float32Array<ArrayBuffer> {
  const words = new Uint32Array(bits.length);
  for (let i = 0; i < bits.length; i++) words[i] = (bits[i] as number) << 16;
  return new Float32Array(words.buffer);
}

/** BF16 bits of FP32 numbers that are BF16 already. */
export function bfloat16OfFloats(values: Float32Array): Uint16Array<ArrayBuffer> {
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const bits = new Uint16Array(values.length);
  for (let i = 0; i < bits.length; i++) bits[i] = (words[i] as number) >>> 16;
  return bits;
}
