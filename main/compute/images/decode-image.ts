import { inflateSync } from 'node:zlib';
import { decode as decodeJpeg } from 'jpeg-js';
import { AppError } from '../../../shared/errors/app-error.ts';
import { exifOrientation, turned } from './exif-orientation.ts';

/** Pixels row by row from the top left, four bytes each: red, green, blue, alpha. */
export interface DecodedImage {
  width: number;
  height: number;
  rgba: Uint8Array;
}

/** Larger images are refused before memory is taken for them. */
const mostPixels = 50_000_000;
const pngSignature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
/** Chunks that pixels depend on; others may be compressed without end. */
const pngChunks = new Set(['IHDR', 'PLTE', 'tRNS', 'IDAT', 'IEND']);
const samplesOfColour: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

/**
 * Decodes a PNG or JPEG, told by its first bytes; a JPEG is turned as its EXIF says. Errors: `data.unreadable` for another
 * format, broken bytes, or more than `most` pixels.
 */
export async function decodeImage(bytes: Buffer, most = mostPixels): Promise<DecodedImage> {
  if (bytes.subarray(0, 8).equals(pngSignature)) return decodePng(bytes, most);
  if (bytes[0] === 0xff && bytes[1] === 0xd8) return decodeJpegBytes(bytes, most);
  throw unreadable(bytes.length === 0 ? 'it is empty' : 'it is neither PNG nor JPEG');
}

function decodeJpegBytes(bytes: Buffer, most: number): DecodedImage {
  try {
    const { width, height, data } = decodeJpeg(bytes, {
      useTArray: true,
      maxResolutionInMP: most / 1e6,
      maxMemoryUsageInMB: 1024,
      tolerantDecoding: false,
    });
    return turned({ width, height, rgba: data }, exifOrientation(bytes));
  } catch (error) {
    throw unreadable(error instanceof Error ? error.message : String(error), error);
  }
}

async function decodePng(bytes: Buffer, most: number): Promise<DecodedImage> {
  const { png, width, height } = essentialPng(bytes, most);
  const { convertIndexedToRgb, decode } = await import('fast-png');
  try {
    const decoded = decode(png, { checkCrc: true });
    const isIndexed = decoded.palette !== undefined;
    const data = isIndexed ? convertIndexedToRgb(decoded) : decoded.data;
    const channels = isIndexed ? (decoded.palette?.[0]?.length ?? 3) : decoded.channels;
    const rgba = toRgba(data, { width, height, channels, depth: isIndexed ? 8 : decoded.depth }, decoded.transparency);
    return { width, height, rgba };
  } catch (error) {
    throw unreadable(error instanceof Error ? error.message : String(error), error);
  }
}

/** The file without what pixels do not need, after a check that its pixels are as many as it says. */
function essentialPng(bytes: Buffer, mostPixels: number): { png: Buffer; width: number; height: number } {
  const kept: Buffer[] = [pngSignature];
  const data: Buffer[] = [];
  let header: Buffer | undefined;
  for (let at = pngSignature.length; at + 12 <= bytes.length; ) {
    const end = at + 12 + bytes.readUInt32BE(at);
    const type = bytes.toString('latin1', at + 4, at + 8);
    if (end > bytes.length) break;
    if (type === 'IHDR') header = bytes.subarray(at + 8, end - 4);
    if (type === 'IDAT') data.push(bytes.subarray(at + 8, end - 4));
    if (pngChunks.has(type)) kept.push(bytes.subarray(at, end));
    at = end;
    if (type === 'IEND') break;
  }
  if (header === undefined || header.length < 13) throw unreadable('its header is broken');
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  if (width === 0 || height === 0) throw unreadable(`it has ${width} × ${height} pixels`);
  if (width * height > mostPixels) throw unreadable(`it has ${width} × ${height} pixels, more than ${mostPixels}`);
  const bitsOfPixel = (header[8] ?? 8) * (samplesOfColour[header[9] ?? 6] ?? 4);
  // Interlaced images have up to seven rows' ends for one.
  const most = Math.ceil((width * bitsOfPixel) / 8 + 16) * height * 2 + 1024;
  try {
    inflateSync(Buffer.concat(data), { maxOutputLength: most });
  } catch (error) {
    throw unreadable('its pixels are broken', error);
  }
  return { png: Buffer.concat(kept), width, height };
}

/** Bytes of any samples; one or two of them are grey and alpha. `transparent` names the samples of the clear colour. */
function toRgba(
  data: ArrayLike<number>,
  { width, height, channels, depth }: { width: number; height: number; channels: number; depth: number },
  transparent: ArrayLike<number> | undefined,
): Uint8Array {
  const pixels = width * height;
  const rgba = new Uint8Array(pixels * 4);
  const scale = depth === 16 ? 1 / 257 : 255 / (2 ** depth - 1);
  const samples = depth < 8 ? unpacked(data, width, height, depth) : data;
  const isGrey = channels < 3;
  const hasAlpha = channels === 2 || channels === 4;
  for (let pixel = 0; pixel < pixels; pixel++) {
    const from = pixel * channels;
    const to = pixel * 4;
    for (let c = 0; c < 3; c++) rgba[to + c] = Math.round((samples[from + (isGrey ? 0 : c)] ?? 0) * scale);
    const isClear =
      transparent !== undefined &&
      transparent.length >= (isGrey ? 1 : 3) &&
      (isGrey ? samples[from] === transparent[0] : [0, 1, 2].every((c) => samples[from + c] === transparent[c]));
    rgba[to + 3] = isClear ? 0 : hasAlpha ? Math.round((samples[from + channels - 1] ?? 0) * scale) : 255;
  }
  return rgba;
}

/** Samples of 1, 2 or 4 bits, of which rows are packed into whole bytes. */
function unpacked(data: ArrayLike<number>, width: number, height: number, depth: number): Uint8Array {
  const perByte = 8 / depth;
  const rowBytes = Math.ceil(width / perByte);
  const samples = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const byte = data[y * rowBytes + Math.floor(x / perByte)] ?? 0;
      samples[y * width + x] = (byte >> (8 - depth * ((x % perByte) + 1))) & (2 ** depth - 1);
    }
  }
  return samples;
}

function unreadable(why: string, cause?: unknown): AppError {
  return new AppError('data.unreadable', `The image cannot be read: ${why}.`, {
    fix: 'Save it anew as PNG or JPEG.',
    ...(cause === undefined ? {} : { cause }),
  });
}
