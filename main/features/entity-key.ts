import type { Cell } from '../compute/duckdb/read-cells.ts';
import type { KeyType } from '../../shared/features/feature-view.ts';

const tags: Record<KeyType, number> = { bool: 1, int64: 2, string: 3, timestamp: 4 };
const signBit = 1n << 63n;

/**
 * The keys of an entity as bytes: equal for equal keys, different for any other, and in the order of the keys (texts by
 * their UTF-8 bytes). Each value carries its type, so 1 and "1" differ; no value runs into the next. An entity-less view
 * has the empty key. undefined where a key is missing: such an entity is never found.
 */
export function encodeEntityKey(types: readonly KeyType[], values: readonly Cell[]): Buffer | undefined {
  const parts: Buffer[] = [];
  for (const [index, type] of types.entries()) {
    const value = values[index] ?? null;
    if (value === null) return undefined;
    parts.push(encodeKey(type, value));
  }
  return parts.length === 1 ? parts[0] : Buffer.concat(parts);
}

function encodeKey(type: KeyType, value: Exclude<Cell, null>): Buffer {
  switch (type) {
    case 'bool':
      return Buffer.from([tags.bool, value === true ? 1 : 0]);
    case 'int64':
    case 'timestamp': {
      const bytes = Buffer.allocUnsafe(9);
      bytes[0] = tags[type];
      bytes.writeBigUInt64BE(BigInt.asUintN(64, BigInt(value as bigint)) ^ signBit, 1);
      return bytes;
    }
    case 'string':
      return encodeText(String(value));
  }
}

/** Ends with 0 0; a 0 inside becomes 0 255, so that the order is that of the texts. */
function encodeText(text: string): Buffer {
  const utf8 = Buffer.from(text, 'utf8');
  if (!utf8.includes(0)) {
    const bytes = Buffer.allocUnsafe(utf8.length + 3);
    bytes[0] = tags.string;
    utf8.copy(bytes, 1);
    bytes.fill(0, utf8.length + 1);
    return bytes;
  }
  const bytes = [tags.string];
  for (const byte of utf8) {
    bytes.push(byte);
    if (byte === 0) bytes.push(255);
  }
  return Buffer.from([...bytes, 0, 0]);
}
