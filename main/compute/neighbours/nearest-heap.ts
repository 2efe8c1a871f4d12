/** A binary heap of items by inner product; equal products by position. */
export class NearestHeap {
  /** Whether the farthest is on top, else the nearest. */
  readonly #farthestFirst: boolean;
  readonly #products: number[] = [];
  readonly #items: number[] = [];

  constructor(farthestFirst: boolean) {
    this.#farthestFirst = farthestFirst;
  }

  get size(): number {
    return this.#items.length;
  }

  /** Of the top; there is one. */
  get topProduct(): number {
    return this.#products[0] as number;
  }

  clear(): void {
    this.#products.length = 0;
    this.#items.length = 0;
  }

  push(product: number, item: number): void {
    let at = this.#items.length;
    this.#products.push(product);
    this.#items.push(item);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#isBefore(at, parent)) return;
      this.#swap(at, parent);
      at = parent;
    }
  }

  pop(): { item: number; product: number } | undefined {
    if (this.#items.length === 0) return undefined;
    const top = { item: this.#items[0] as number, product: this.#products[0] as number };
    const item = this.#items.pop() as number;
    const product = this.#products.pop() as number;
    const { length } = this.#items;
    if (length === 0) return top;
    this.#items[0] = item;
    this.#products[0] = product;
    for (let at = 0; ; ) {
      const left = 2 * at + 1;
      let first = at;
      if (left < length && this.#isBefore(left, first)) first = left;
      if (left + 1 < length && this.#isBefore(left + 1, first)) first = left + 1;
      if (first === at) return top;
      this.#swap(at, first);
      at = first;
    }
  }

  /** Everything, nearest first. */
  takeSorted(): { item: number; product: number }[] {
    const all = this.#items.map((item, i) => ({ item, product: this.#products[i] as number }));
    this.clear();
    return all.sort((a, b) => b.product - a.product || a.item - b.item);
  }

  #isBefore(a: number, b: number): boolean {
    const difference = (this.#products[a] as number) - (this.#products[b] as number);
    const isNearer = difference > 0 || (difference === 0 && (this.#items[a] as number) < (this.#items[b] as number));
    return isNearer !== this.#farthestFirst;
  }

  #swap(a: number, b: number): void {
    const item = this.#items[a] as number;
    const product = this.#products[a] as number;
    this.#items[a] = this.#items[b] as number;
    this.#products[a] = this.#products[b] as number;
    this.#items[b] = item;
    this.#products[b] = product;
  }
}
