import { createHash } from 'node:crypto';
import type { InferJob } from './batcher.ts';
import type { Tensor } from './tensor.ts';

/** What an entry costs besides its data: keys, shapes, the map. */
const entryOverheadBytes = 400;

/**
 * Answers of one model version by the content of the request: inputs, requested outputs and parameters. Bounded in bytes;
 * the entry unused for longest goes first. A new version begins with an empty one.
 */
export class ResponseCache {
  readonly #limitBytes: number;
  /** In order of use, the latest last. */
  readonly #entries = new Map<string, { outputs: readonly Tensor[]; bytes: number }>();
  #bytes = 0;

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get entries(): number {
    return this.#entries.size;
  }

  get(key: string): Tensor[] | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return [...entry.outputs];
  }

  /** Keeps copies: an answer may be a view of the outputs of a whole batch. */
  set(key: string, outputs: readonly Tensor[]): void {
    const bytes = entryOverheadBytes + outputs.reduce((sum, { data }) => sum + sizeOf(data), 0);
    // One answer must not empty the cache.
    if (bytes > this.#limitBytes / 4) return;
    this.#remove(key);
    const copies = outputs.map((tensor) => ({ ...tensor, data: tensor.data.slice() as Tensor['data'] }));
    this.#entries.set(key, { outputs: copies, bytes });
    this.#bytes += bytes;
    for (const oldest of this.#entries.keys()) {
      if (this.#bytes <= this.#limitBytes) break;
      this.#remove(oldest);
    }
  }

  #remove(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    this.#bytes -= entry.bytes;
  }
}

/** Equal for equal requests only: every part carries its length. */
export function contentKey({ inputs, outputs, parameterKey }: InferJob): string {
  const hash = createHash('sha256');
  hash.update(`${JSON.stringify([outputs, parameterKey])}\n`);
  for (const { name, datatype, shape, data } of inputs) {
    hash.update(`${JSON.stringify([name, datatype, shape])}\n`);
    if (Array.isArray(data)) hash.update(JSON.stringify(data));
    else hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  return hash.digest('base64');
}

function sizeOf(data: Tensor['data']): number {
  if (!Array.isArray(data)) return data.byteLength;
  return data.reduce((sum, text) => sum + 16 + 2 * text.length, 0);
}
