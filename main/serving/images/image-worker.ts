import { parentPort } from 'node:worker_threads';
import { toWireError } from '../../../shared/errors/app-error.ts';
import { decodeImage } from '../../compute/images/decode-image.ts';
import { pixelsOf } from '../../compute/images/resize-image.ts';
import type { ImageJob, ImageReply } from './image-protocol.ts';

/** Thread that decodes the images of requests, one after the other: a photograph takes longer than an answer may wait. */

/** As cameras make them. An image that says it is larger is refused before it is decoded. */
const mostPixels = 25_000_000;

parentPort?.on('message', (job: ImageJob) => void answer(job));

async function answer({ id, bytes, shape }: ImageJob): Promise<void> {
  try {
    const pixels = pixelsOf(await decodeImage(Buffer.from(bytes), mostPixels), shape);
    reply({ id, pixels }, [pixels.buffer]);
  } catch (error) {
    reply({ id, error: toWireError(error) }, []);
  }
}

function reply(message: ImageReply, transfer: ArrayBufferLike[]): void {
  parentPort?.postMessage(message, transfer as ArrayBuffer[]);
}
