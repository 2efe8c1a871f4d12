import type { WireError } from '../../../shared/errors/app-error.ts';
import type { PixelShape } from '../../../shared/table/pixel-columns.ts';

/** To the thread: an image file to bring to a shape. */
export interface ImageJob {
  id: number;
  bytes: Uint8Array;
  shape: PixelShape;
}

export type ImageReply = { id: number; pixels: Float32Array } | { id: number; error: WireError };
