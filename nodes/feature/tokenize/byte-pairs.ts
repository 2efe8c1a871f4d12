/** What byte-level BPE needs to know. */
export interface BytePairs {
  type: 'byte-pairs';
  /** Numbers of the tokens of the bytes 0 … 255. */
  bytes: readonly number[];
  /** Ranks of pairs of tokens, the lowest first, by left · `tokens` + right. */
  ranks: ReadonlyMap<number, number>;
  /** What a pair becomes, by rank. */
  merged: readonly number[];
  /** Above the number of any token. */
  tokens: number;
  /** Class and UTF-8 of characters; see `packCharacter`. */
  characters: ReadonlyMap<string, number>;
  /** Whether a text gets a space before it. */
  prefixSpace: boolean;
  /** Numbers of the special tokens around a text. */
  start: number | undefined;
  end: number | undefined;
  pad: number;
}

/** As GPT-2's pattern divides words. */
export const characterClasses = { letter: 0, number: 1, space: 2, other: 3 } as const;

const encoder = new TextEncoder();

/** Class + 4 · the bytes of UTF-8, the first one in the lowest places. */
function packCharacter(char: string): number {
  const bytes = encoder.encode(char);
  return classOf(char) + 4 * bytes.reduceRight((packed, byte) => packed * 256 + byte, 0);
}

function classOf(char: string): number {
  if (/^\p{L}$/u.test(char)) return characterClasses.letter;
  if (/^\p{N}$/u.test(char)) return characterClasses.number;
  return /^\p{White_Space}$/u.test(char) ? characterClasses.space : characterClasses.other;
}

/** Of characters that Unicode has not assigned. */
export const unknownCharacter = packCharacter('\ufffd');

/** Planes with characters, private ones but those of the first left out. */
const planes = [
  { from: 0, to: 0x33fff },
  { from: 0xe0000, to: 0xe01ef },
];

let packed: Map<string, number> | undefined;

/** Every character of Unicode, made once. */
export function packedCharacters(): ReadonlyMap<string, number> {
  if (packed !== undefined) return packed;
  packed = new Map();
  for (const { from, to } of planes) {
    for (let code = from; code <= to; code++) {
      const char = String.fromCodePoint(code);
      if (!/^[\p{Cn}\p{Cs}]$/u.test(char)) packed.set(char, packCharacter(char));
    }
  }
  return packed;
}

/** How the files of such tokenizers write bytes: printable ones as they are, the others from U+0100 on. */
export function byteNames(): string[] {
  const isPrinted = (byte: number) => (byte >= 33 && byte <= 126) || (byte >= 161 && byte !== 173);
  let next = 256;
  return Array.from({ length: 256 }, (_, byte) => String.fromCodePoint(isPrinted(byte) ? byte : next++));
}
