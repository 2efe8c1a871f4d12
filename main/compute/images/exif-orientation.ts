import type { DecodedImage } from './decode-image.ts';

const orientationTag = 0x0112;

/**
 * How a JPEG is to be turned for viewing, 1 to 8 as in EXIF 2.3 (4.6.4 A, Orientation); 1, as it is, where it does not say.
 */
export function exifOrientation(jpeg: Buffer): number {
  for (let at = 2; at + 4 <= jpeg.length && jpeg[at] === 0xff; ) {
    const marker = jpeg[at + 1];
    const length = jpeg.readUInt16BE(at + 2);
    if (marker === 0xda || length < 2) return 1;
    const segment = jpeg.subarray(at + 4, at + 2 + length);
    if (marker === 0xe1 && segment.toString('latin1', 0, 6) === 'Exif\0\0') return orientationOf(segment.subarray(6));
    at += 2 + length;
  }
  return 1;
}

function orientationOf(tiff: Buffer): number {
  if (tiff.length < 14) return 1;
  const isLittle = tiff.toString('latin1', 0, 2) === 'II';
  const u16 = (at: number) => (at + 2 > tiff.length ? 0 : isLittle ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at));
  const u32 = (at: number) => (at + 4 > tiff.length ? 0 : isLittle ? tiff.readUInt32LE(at) : tiff.readUInt32BE(at));
  const directory = u32(4);
  const entries = u16(directory);
  for (let entry = 0; entry < entries; entry++) {
    const at = directory + 2 + entry * 12;
    if (at + 12 > tiff.length) return 1;
    if (u16(at) === orientationTag) {
      const value = u16(at + 8);
      return value >= 1 && value <= 8 ? value : 1;
    }
  }
  return 1;
}

/** The image with its orientation undone. */
export function turned(image: DecodedImage, orientation: number): DecodedImage {
  if (orientation === 1) return image;
  const { width, height } = image;
  const isSwapped = orientation >= 5;
  const [wide, tall] = isSwapped ? [height, width] : [width, height];
  const from = new Uint32Array(image.rgba.buffer, image.rgba.byteOffset, width * height);
  const to = new Uint32Array(width * height);
  for (let y = 0; y < tall; y++) {
    for (let x = 0; x < wide; x++) {
      const [column, row] = isSwapped ? [y, x] : [x, y];
      const isMirroredX = orientation === 2 || orientation === 3 || orientation === 7 || orientation === 8;
      const isMirroredY = orientation === 3 || orientation === 4 || orientation === 6 || orientation === 7;
      const sourceX = isMirroredX ? width - 1 - column : column;
      const sourceY = isMirroredY ? height - 1 - row : row;
      to[y * wide + x] = from[sourceY * width + sourceX] ?? 0;
    }
  }
  return { width: wide, height: tall, rgba: new Uint8Array(to.buffer) };
}
