import { crc32 } from 'node:zlib';

/** Zip's earliest time, 1980-01-01 00:00, for all entries: equal content gives equal bytes. */
const dosTime = 0;
const dosDate = (1 << 5) | 1;
const version = 20;
/** File names are UTF-8. */
const utf8Flag = 0x0800;

/**
 * A zip archive (APPNOTE 6.3, entries stored without compression), in the order given. Entries of 4 GiB and more are not
 * supported and throw `RangeError`.
 */
export function zipArchive(entries: readonly { name: string; bytes: Uint8Array }[]): Uint8Array {
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let offset = 0;
  for (const { name, bytes } of entries) {
    const encoded = new TextEncoder().encode(name);
    const shared = Buffer.alloc(26);
    shared.writeUInt16LE(version, 0);
    shared.writeUInt16LE(utf8Flag, 2);
    shared.writeUInt16LE(dosTime, 6);
    shared.writeUInt16LE(dosDate, 8);
    shared.writeUInt32LE(crc32(bytes), 10);
    shared.writeUInt32LE(bytes.byteLength, 14);
    shared.writeUInt32LE(bytes.byteLength, 18);
    shared.writeUInt16LE(encoded.byteLength, 22);
    parts.push(signature(0x04034b50), shared, encoded, bytes);
    const madeBy = Buffer.alloc(2);
    madeBy.writeUInt16LE(version);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(offset, 10);
    directory.push(signature(0x02014b50), madeBy, shared, rest, encoded);
    offset += 4 + shared.byteLength + encoded.byteLength + bytes.byteLength;
  }
  const directoryBytes = directory.reduce((sum, part) => sum + part.byteLength, 0);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(entries.length, 4);
  end.writeUInt16LE(entries.length, 6);
  end.writeUInt32LE(directoryBytes, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...parts, ...directory, signature(0x06054b50), end]);
}

function signature(value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
