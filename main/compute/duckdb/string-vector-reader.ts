import { endianness } from 'node:os';
import { duckdbBindings } from './duckdb-library.ts';

/** `duckdb_string_t`: 4 bytes length, then up to 12 bytes in place, or 4 bytes prefix and an 8-byte pointer. */
const wordsPerString = 4;
const bytesPerString = 16;
const longestInPlace = 12;
const slots = 4096;

if (endianness() !== 'LE') throw new Error('Slipway runs on little-endian machines only.');

/**
 * Reads the strings of VARCHAR vectors without missing values. Short strings are kept in a small direct-mapped table,
 * so that columns of few distinct values give the same string objects without decoding them again.
 */
export class StringVectorReader {
  readonly #duckdb = duckdbBindings();
  readonly #decoder = new TextDecoder();
  readonly #keys = new Uint32Array(slots * wordsPerString).fill(0xffff_ffff);
  readonly #strings = new Array<string>(slots).fill('');
  #bytes = new Uint8Array(0);
  #words = new Uint32Array(0);

  /** Reads from these bytes from now on; they are only valid while their vector lives. */
  over(bytes: Uint8Array<ArrayBuffer>): this {
    this.#bytes = bytes;
    this.#words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
    return this;
  }

  at(row: number): string {
    const words = this.#words;
    const at = row * wordsPerString;
    const length = words[at] ?? 0;
    if (length > longestInPlace) {
      const pointerOffset = this.#bytes.byteOffset + row * bytesPerString + 8;
      return this.#decoder.decode(this.#duckdb.get_data_from_pointer(this.#bytes.buffer, pointerOffset, length));
    }
    const a = words[at + 1] ?? 0;
    const b = words[at + 2] ?? 0;
    const c = words[at + 3] ?? 0;
    const slot =
      ((Math.imul(length ^ a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca6b) ^ Math.imul(c, 0xc2b2ae35)) >>> 20) % slots;
    const key = slot * wordsPerString;
    const keys = this.#keys;
    if (keys[key] !== length || keys[key + 1] !== a || keys[key + 2] !== b || keys[key + 3] !== c) {
      const start = row * bytesPerString + 4;
      this.#strings[slot] = this.#decoder.decode(this.#bytes.subarray(start, start + length));
      keys[key] = length;
      keys[key + 1] = a;
      keys[key + 2] = b;
      keys[key + 3] = c;
    }
    return this.#strings[slot] ?? '';
  }
}
