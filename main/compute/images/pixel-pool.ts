import { Worker } from 'node:worker_threads';
import { AppError, fromWireError, toAppError } from '../../../shared/errors/app-error.ts';
import type { PixelShape } from '../../../shared/table/pixel-columns.ts';
import type { PixelAnswer } from './pixel-worker.ts';
import { type FilePixels, readPixels } from './read-pixels.ts';

/** Fewer files are read before threads have started. */
const fewFiles = 32;
/** Under way per thread, so that none waits for its next file. */
const filesPerThread = 3;

export type PixelOutcome = { pixels: FilePixels } | { error: unknown };

/**
 * Pixels of files, in their order, decoded on several threads; a file that cannot be read gives its error. Ends its
 * threads when it is left early. Errors: `step.crashed` where a thread ended by itself, which says nothing of its files.
 */
export async function* readFilePixels(
  paths: readonly string[],
  shape: PixelShape,
  threads: number,
): AsyncGenerator<PixelOutcome, void, undefined> {
  if (threads <= 1 || paths.length <= fewFiles) {
    for (const path of paths) yield await outcomeOf(readPixels(path, shape));
    return;
  }
  const pool = openPool(Math.min(threads, Math.ceil(paths.length / filesPerThread)), shape);
  try {
    const underWay: Promise<PixelOutcome>[] = [];
    let next = 0;
    const send = () => {
      const path = paths[next++];
      if (path !== undefined) underWay.push(outcomeOf(pool.read(path)));
    };
    for (let i = 0; i < threads * filesPerThread; i++) send();
    for (let first = underWay.shift(); first !== undefined; first = underWay.shift()) {
      const outcome = await first;
      if ('error' in outcome && toAppError(outcome.error).code === 'step.crashed') throw outcome.error;
      send();
      yield outcome;
    }
  } finally {
    await pool.close();
  }
}

function outcomeOf(reading: Promise<FilePixels>): Promise<PixelOutcome> {
  return reading.then(
    (pixels) => ({ pixels }),
    (error: unknown) => ({ error }),
  );
}

function openPool(threads: number, shape: PixelShape) {
  interface Waiting {
    resolve(pixels: FilePixels): void;
    reject(error: unknown): void;
  }
  let crashed: AppError | undefined;
  const members = Array.from({ length: threads }, () => {
    const worker = new Worker(new URL('./pixel-worker.ts', import.meta.url), { workerData: shape });
    const waiting = new Map<number, Waiting>();
    worker.on('message', (answer: PixelAnswer) => {
      const asked = waiting.get(answer.id);
      waiting.delete(answer.id);
      if ('error' in answer) asked?.reject(fromWireError(answer.error));
      else asked?.resolve(answer.made);
    });
    const fail = (cause: unknown) => {
      crashed ??= new AppError('step.crashed', 'A thread that decodes images ended.', {
        fix: 'Give the node more memory, or fewer threads.',
        cause,
      });
      for (const { reject } of waiting.values()) reject(crashed);
      waiting.clear();
    };
    worker.on('error', fail);
    worker.on('exit', fail);
    return { worker, waiting };
  });
  let asked = 0;
  return {
    read: (path: string) =>
      new Promise<FilePixels>((resolve, reject) => {
        if (crashed !== undefined) {
          reject(crashed);
          return;
        }
        const least = members.reduce((best, member) => (member.waiting.size < best.waiting.size ? member : best));
        const id = asked++;
        least.waiting.set(id, { resolve, reject });
        least.worker.postMessage({ id, path });
      }),
    close: () => Promise.all(members.map(({ worker }) => worker.terminate())),
  };
}
