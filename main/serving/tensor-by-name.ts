import type { Tensor } from './tensor.ts';

/** Finds one tensor among those of a request; requests of one client have them in the same order. */
export class TensorByName {
  readonly #name: string;
  /** Where it was the last time. */
  #hint = 0;

  constructor(name: string) {
    this.#name = name;
  }

  in(tensors: readonly Tensor[]): Tensor | undefined {
    const found = tensors[this.#hint];
    if (found?.name === this.#name) return found;
    this.#hint = tensors.findIndex(({ name }) => name === this.#name);
    return tensors[this.#hint];
  }
}
