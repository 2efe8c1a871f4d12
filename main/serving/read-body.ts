import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { gunzip, inflate } from 'node:zlib';
import { AppError } from '../../shared/errors/app-error.ts';

/** Largest request body, before and after decompression: Triton's default. */
export const maxBodyBytes = 64 * 2 ** 20;

/** How much of a refused body is read and dropped, so that the client gets to see the answer. */
const maxDiscardBytes = 8 * maxBodyBytes;
const maxDiscardMs = 10_000;

const inflaters = { gzip: promisify(gunzip), 'x-gzip': promisify(gunzip), deflate: promisify(inflate) };

/** Bytes of all bodies being held; one process has one budget for them. */
export class BodyBudget {
  readonly #limitBytes: number;
  #heldBytes = 0;

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  /** Errors: `serve.overloaded`. */
  take(bytes: number): void {
    if (this.#heldBytes + bytes > this.#limitBytes) {
      throw new AppError('serve.overloaded', 'Too many large requests are being answered at once.', {
        fix: 'Try again shortly.',
      });
    }
    this.#heldBytes += bytes;
  }

  release(bytes: number): void {
    this.#heldBytes -= bytes;
  }
}

/**
 * The whole body, decompressed. The caller releases `body.length` from the budget when done with it.
 * Errors: `request.too-large`, `request.invalid`, `request.encoding`, `serve.overloaded`, `run.cancelled`.
 */
export async function readBody(request: IncomingMessage, budget: BodyBudget): Promise<Buffer> {
  const declared = Number(request.headers['content-length'] ?? 0);
  const encoding = request.headers['content-encoding']?.toLowerCase() ?? 'identity';
  if (declared > maxBodyBytes) {
    await discard(request);
    throw tooLarge(`${declared} bytes`);
  }
  const received = await collect(request, budget);
  if (encoding === 'identity') return received;
  try {
    const expand = Object.hasOwn(inflaters, encoding) ? inflaters[encoding as keyof typeof inflaters] : undefined;
    if (expand === undefined) {
      throw new AppError('request.encoding', `Content-Encoding "${encoding.slice(0, 40)}" is not supported.`, {
        fix: 'Send the body as it is, or with gzip or deflate.',
      });
    }
    const body = await decompress(received, expand);
    budget.take(body.length);
    return body;
  } finally {
    budget.release(received.length);
  }
}

async function decompress(
  received: Buffer,
  expand: (typeof inflaters)[keyof typeof inflaters],
): Promise<Buffer<ArrayBufferLike>> {
  try {
    return await expand(received, { maxOutputLength: maxBodyBytes });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge('more after decompression');
    throw new AppError('request.invalid', 'The request body cannot be decompressed.', {
      fix: 'Check that Content-Encoding names how the body is compressed.',
      cause,
    });
  }
}

function collect(request: IncomingMessage, budget: BodyBudget): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const fail = (error: AppError) => {
      request.off('data', onData).off('end', onEnd).off('close', onClose);
      budget.release(bytes);
      void discard(request).then(() => reject(error));
    };
    const onData = (chunk: Buffer) => {
      if (bytes + chunk.length > maxBodyBytes) {
        fail(tooLarge('more'));
        return;
      }
      try {
        budget.take(chunk.length);
      } catch (error) {
        fail(error as AppError);
        return;
      }
      bytes += chunk.length;
      chunks.push(chunk);
    };
    const onEnd = () => {
      request.off('close', onClose);
      resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks, bytes));
    };
    const onClose = () => {
      budget.release(bytes);
      reject(new AppError('run.cancelled', 'The client went away.'));
    };
    request.on('data', onData).on('end', onEnd).on('close', onClose);
  });
}

/** Reads on and drops everything, within bounds. */
function discard(request: IncomingMessage): Promise<void> {
  return new Promise((resolve) => {
    let bytes = 0;
    const timer = setTimeout(finish, maxDiscardMs);
    function finish(): void {
      clearTimeout(timer);
      request.off('data', onData).off('end', finish).off('close', finish);
      resolve();
    }
    function onData(chunk: Buffer): void {
      bytes += chunk.length;
      if (bytes > maxDiscardBytes) finish();
    }
    if (request.readableEnded || request.destroyed) finish();
    else request.on('data', onData).on('end', finish).on('close', finish);
  });
}

function tooLarge(size: string): AppError {
  return new AppError('request.too-large', `The request body has ${size}; at most ${maxBodyBytes} bytes are taken.`, {
    fix: 'Send fewer rows per request.',
  });
}
