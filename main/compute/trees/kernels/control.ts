import { type Kernels, operationNames, operations, type Place, scratchBytes } from './operations.ts';

/** Bytes at the start of the memory that hold the state below. */
export const controlBytes = 4096;
const argumentsOffset = 1024;
const maxArguments = 16;

/** Indices of 32-bit words. */
const words = {
  /** Number of the operation being worked on; 0 while none is. */
  open: 0,
  /** Next chunk nobody has taken. */
  next: 1,
  total: 2,
  operation: 3,
  argumentCount: 4,
  /** Helpers that may be working on a chunk. */
  active: 5,
  closing: 6,
  failed: 7,
} as const;

/** About 20 µs: a futex wake-up costs as much. */
const spins = 4000;

/** Hand-over of operations through shared memory, the same on every thread. */
export class Control {
  readonly #words: Int32Array;
  readonly #arguments: Float64Array;
  readonly #place: Place;
  #generation = 0;

  /** @param thread 0 for the thread that publishes, helpers from 1 */
  constructor(memory: SharedArrayBuffer, kernels: Kernels, thread: number) {
    this.#words = new Int32Array(memory, 0, argumentsOffset / 4);
    this.#arguments = new Float64Array(memory, argumentsOffset, maxArguments);
    this.#place = { kernels, chunk: 0, thread, scratch: controlBytes + thread * scratchBytes };
  }

  /** Runs every chunk of an operation, together with the helpers that are awake; returns when all are done. */
  publish(operation: number, args: readonly number[], chunks: number): void {
    const state = this.#words;
    this.#arguments.set(args);
    state[words.operation] = operation;
    state[words.argumentCount] = args.length;
    state[words.total] = chunks;
    Atomics.store(state, words.next, 0);
    this.#generation = (this.#generation % 0x3fffffff) + 1;
    Atomics.store(state, words.open, this.#generation);
    Atomics.notify(state, words.open);
    this.#work();
    Atomics.store(state, words.open, 0);
    // A helper that wakes up from here on finds nothing open; those counted are finishing their last chunk.
    for (let spin = 0; ; spin++) {
      const active = Atomics.load(state, words.active);
      if (active === 0) break;
      if (spin > spins) Atomics.wait(state, words.active, active, 1);
    }
    if (Atomics.load(state, words.failed) !== 0) throw new Error('A kernel thread failed.');
  }

  /** Runs chunks on this thread alone. */
  runAlone(operation: number, args: readonly number[], chunks: number): void {
    const work = operationOf(operation);
    for (let chunk = 0; chunk < chunks; chunk++) {
      this.#place.chunk = chunk;
      work(this.#place, ...args);
    }
  }

  /** Life of a helper; returns when `close` is called. */
  help(): void {
    const state = this.#words;
    let seen = 0;
    for (;;) {
      const open = this.#awaitOpen(seen);
      if (Atomics.load(state, words.closing) !== 0) return;
      Atomics.add(state, words.active, 1);
      try {
        // Read again after being counted: only now does the publisher wait for this thread.
        seen = Atomics.load(state, words.open);
        if (seen === 0) seen = open;
        else this.#work();
      } catch (error) {
        Atomics.store(state, words.failed, 1);
        throw error;
      } finally {
        Atomics.sub(state, words.active, 1);
        Atomics.notify(state, words.active);
      }
    }
  }

  close(): void {
    Atomics.store(this.#words, words.closing, 1);
    Atomics.store(this.#words, words.open, -1);
    Atomics.notify(this.#words, words.open);
  }

  #work(): void {
    const state = this.#words;
    const total = state[words.total] as number;
    const work = operationOf(state[words.operation] as number);
    const args = Array.from(this.#arguments.subarray(0, state[words.argumentCount]));
    for (;;) {
      const chunk = Atomics.add(state, words.next, 1);
      if (chunk >= total) return;
      this.#place.chunk = chunk;
      work(this.#place, ...args);
    }
  }

  /** Blocks until an operation other than `seen` is open. */
  #awaitOpen(seen: number): number {
    const state = this.#words;
    for (let spin = 0; ; spin++) {
      const open = Atomics.load(state, words.open);
      if (open !== 0 && open !== seen) return open;
      if (spin > spins) Atomics.wait(state, words.open, open);
    }
  }
}

function operationOf(operation: number): (place: Place, ...args: number[]) => void {
  const name = operationNames[operation];
  if (name === undefined) throw new RangeError(`no kernel operation ${operation}`);
  return operations[name] as (place: Place, ...args: number[]) => void;
}
