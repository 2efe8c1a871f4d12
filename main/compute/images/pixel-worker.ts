import { parentPort, workerData } from 'node:worker_threads';
import { toWireError, type WireError } from '../../../shared/errors/app-error.ts';
import type { PixelShape } from '../../../shared/table/pixel-columns.ts';
import { type FilePixels, readPixels } from './read-pixels.ts';

export type PixelAnswer = { id: number; made: FilePixels } | { id: number; error: WireError };

const shape = workerData as PixelShape;

parentPort?.on('message', ({ id, path }: { id: number; path: string }) => {
  readPixels(path, shape).then(
    (made) => parentPort?.postMessage({ id, made } satisfies PixelAnswer, [made.pixels.buffer]),
    (error: unknown) => parentPort?.postMessage({ id, error: toWireError(error) } satisfies PixelAnswer),
  );
});
