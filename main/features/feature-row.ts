import type { ViewFeature } from '../../shared/features/feature-view.ts';
import type { Cell } from '../compute/duckdb/read-cells.ts';

/**
 * The feature values of one row of a view as bytes: a bit per feature that is set where there is a value, then the values
 * in the order of the view, little-endian. bool 1 byte; int64, timestamp, float64 8 bytes; text its length in bytes
 * (uint32) and UTF-8; tensor `size` float32.
 */
export function encodeFeatureRow(features: readonly ViewFeature[], values: readonly Cell[]): Buffer {
  const maskBytes = (features.length + 7) >> 3;
  let length = maskBytes;
  for (const [index, feature] of features.entries()) length += encodedLength(feature, values[index] ?? null);
  const bytes = Buffer.allocUnsafe(length);
  bytes.fill(0, 0, maskBytes);
  let at = maskBytes;
  for (const [index, feature] of features.entries()) {
    const value = values[index] ?? null;
    if (value === null) continue;
    bytes[index >> 3] = (bytes[index >> 3] ?? 0) | (1 << (index & 7));
    at = write(bytes, at, feature, value);
  }
  return bytes;
}

function encodedLength(feature: ViewFeature, value: Cell): number {
  if (value === null) return 0;
  switch (feature.type) {
    case 'bool':
      return 1;
    case 'int64':
    case 'timestamp':
    case 'float64':
      return 8;
    case 'string':
      return 4 + Buffer.byteLength(value as string, 'utf8');
    case 'tensor':
      return 4 * (feature.size ?? 1);
  }
}

function write(bytes: Buffer, at: number, feature: ViewFeature, value: Exclude<Cell, null>): number {
  switch (feature.type) {
    case 'bool':
      return bytes.writeUInt8(value === true ? 1 : 0, at);
    case 'int64':
    case 'timestamp':
      return bytes.writeBigInt64LE(value as bigint, at);
    case 'float64':
      return bytes.writeDoubleLE(value as number, at);
    case 'string': {
      const length = bytes.write(value as string, at + 4, 'utf8');
      bytes.writeUInt32LE(length, at);
      return at + 4 + length;
    }
    case 'tensor': {
      const tensor = value as Float32Array;
      let next = at;
      for (let i = 0; i < (feature.size ?? 1); i++) next = bytes.writeFloatLE(tensor[i] ?? Number.NaN, next);
      return next;
    }
  }
}

/** The values of a row, in the order of the features it was encoded with. */
export function decodeFeatureRow(features: readonly ViewFeature[], bytes: Buffer): Cell[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = (features.length + 7) >> 3;
  return features.map((feature, index): Cell => {
    if (((bytes[index >> 3] ?? 0) & (1 << (index & 7))) === 0) return null;
    const start = at;
    switch (feature.type) {
      case 'bool':
        at += 1;
        return bytes[start] === 1;
      case 'int64':
      case 'timestamp':
        at += 8;
        return view.getBigInt64(start, true);
      case 'float64':
        at += 8;
        return view.getFloat64(start, true);
      case 'string': {
        at += 4 + view.getUint32(start, true);
        return bytes.toString('utf8', start + 4, at);
      }
      case 'tensor': {
        const size = feature.size ?? 1;
        at += 4 * size;
        return Float32Array.from({ length: size }, (_, i) => view.getFloat32(start + 4 * i, true));
      }
    }
  });
}
