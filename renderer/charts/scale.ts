/** Maps a value domain onto a pixel range and back; a domain without extent maps to the middle of the range. */
export interface Scale {
  readonly domain: readonly [number, number];
  readonly range: readonly [number, number];
  toPixel(value: number): number;
  toValue(pixel: number): number;
}

export function linearScale(domain: readonly [number, number], range: readonly [number, number]): Scale {
  const [d0, d1] = domain;
  const [r0, r1] = range;
  const extent = d1 - d0;
  return {
    domain,
    range,
    toPixel: (value) => (extent === 0 ? (r0 + r1) / 2 : r0 + ((value - d0) / extent) * (r1 - r0)),
    toValue: (pixel) => (r1 === r0 ? d0 : d0 + ((pixel - r0) / (r1 - r0)) * extent),
  };
}

/** Base-free logarithmic scale; values at or below zero sit on the lower end of the domain, which must be positive. */
export function logScale(domain: readonly [number, number], range: readonly [number, number]): Scale {
  const lowest = Math.max(domain[0], Number.MIN_VALUE);
  const inner = linearScale([Math.log(lowest), Math.log(Math.max(domain[1], lowest))], range);
  return {
    domain,
    range,
    toPixel: (value) => inner.toPixel(Math.log(Math.max(value, lowest))),
    toValue: (pixel) => Math.exp(inner.toValue(pixel)),
  };
}

/** Smallest and largest finite value, or undefined when there is none. */
export function extentOf(values: Iterable<number | null | undefined>): [number, number] | undefined {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (value === null || value === undefined || !Number.isFinite(value)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low <= high ? [low, high] : undefined;
}
