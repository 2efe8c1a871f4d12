import { Worker } from 'node:worker_threads';
import { AppError, fromWireError } from '../../../shared/errors/app-error.ts';
import type { PixelShape } from '../../../shared/table/pixel-columns.ts';
import type { ImageJob, ImageReply } from './image-protocol.ts';

/** Images of all requests that may wait or be decoded at a time, and their bytes. */
const mostWaiting = 1024;
const mostWaitingBytes = 256 * 2 ** 20;
/** Without images for so long the thread ends and gives its memory back. */
const idleMs = 60_000;

interface Pending {
  bytes: number;
  resolve(pixels: Float32Array): void;
  reject(error: unknown): void;
}

/** Decodes images in a thread that lives while there are some. */
export class ImageDecoder {
  #thread: Worker | undefined;
  readonly #pending = new Map<number, Pending>();
  #waitingBytes = 0;
  #nextId = 0;
  #idle: NodeJS.Timeout | undefined;

  /** Pixels of a PNG or JPEG. Errors: `data.unreadable`; `serve.overloaded` while too many wait. */
  decode(bytes: Uint8Array, shape: PixelShape): Promise<Float32Array> {
    if (this.#pending.size >= mostWaiting || this.#waitingBytes + bytes.length > mostWaitingBytes) {
      return Promise.reject(
        new AppError('serve.overloaded', `${this.#pending.size} images wait to be decoded.`, {
          fix: 'Send it again later, or fewer images at a time.',
        }),
      );
    }
    clearTimeout(this.#idle);
    const thread = (this.#thread ??= this.#launch());
    const id = this.#nextId++;
    const job: ImageJob = { id, bytes, shape };
    return new Promise<Float32Array>((resolve, reject) => {
      this.#pending.set(id, { bytes: bytes.length, resolve, reject });
      this.#waitingBytes += bytes.length;
      thread.postMessage(job);
    });
  }

  #launch(): Worker {
    const thread = new Worker(new URL('./image-worker.ts', import.meta.url), {
      resourceLimits: { maxOldGenerationSizeMb: 1024 },
    });
    // It never keeps an endpoint from ending.
    thread.unref();
    thread.on('message', (reply: ImageReply) => {
      const settle = this.#settled(reply.id);
      if ('pixels' in reply) settle?.resolve(reply.pixels);
      else settle?.reject(fromWireError(reply.error));
    });
    const lost = (cause: unknown) => {
      // One that was ended while idle has no images.
      if (this.#thread !== thread) return;
      this.#thread = undefined;
      for (const id of this.#pending.keys()) {
        this.#settled(id)?.reject(
          new AppError('data.unreadable', 'The image could not be decoded: its thread ended.', {
            fix: 'Send a smaller image.',
            cause,
          }),
        );
      }
    };
    thread.once('error', lost);
    thread.once('exit', lost);
    return thread;
  }

  #settled(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    if (pending === undefined) return undefined;
    this.#pending.delete(id);
    this.#waitingBytes -= pending.bytes;
    if (this.#pending.size === 0) this.#idle = setTimeout(() => this.#end(), idleMs).unref();
    return pending;
  }

  #end(): void {
    const thread = this.#thread;
    this.#thread = undefined;
    void thread?.terminate();
  }
}
