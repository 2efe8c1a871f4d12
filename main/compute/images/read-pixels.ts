import { readFile, stat } from 'node:fs/promises';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { PixelShape } from '../../../shared/table/pixel-columns.ts';
import { decodeImage } from './decode-image.ts';
import { pixelsOf } from './resize-image.ts';

const largestBytes = 64 * 2 ** 20;

export interface FilePixels {
  /** Of the image as it is. */
  width: number;
  height: number;
  /** In the wanted shape. */
  pixels: Float32Array<ArrayBuffer>;
}

/** The pixels of an image file. Errors: `data.unreadable`, those of the file system. */
export async function readPixels(path: string, shape: PixelShape): Promise<FilePixels> {
  const { size } = await stat(path);
  if (size > largestBytes) {
    throw new AppError('data.unreadable', `The image has ${size} bytes, more than ${largestBytes}.`);
  }
  const { width, height, ...image } = await decodeImage(await readFile(path));
  return { width, height, pixels: new Float32Array(pixelsOf({ width, height, ...image }, shape)) };
}
