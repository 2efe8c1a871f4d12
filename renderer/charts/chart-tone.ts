/** Current = magenta, reference = grey, champion = ink; further series blue, copper, teal, violet. */
export type ChartTone = 'now' | 'ink' | 'ref' | 'blue' | 'copper' | 'teal' | 'violet' | 'depth';

export const toneColors: Record<ChartTone, string> = {
  now: 'var(--c-now)',
  ink: 'var(--ink)',
  ref: 'var(--c-ref)',
  blue: 'var(--c-1)',
  copper: 'var(--c-2)',
  teal: 'var(--c-3)',
  violet: 'var(--c-4)',
  depth: 'var(--d5)',
};

/** Further series differ by dash as well as by colour. */
export const toneDashes: Partial<Record<ChartTone, string>> = {
  copper: '6 3',
  teal: '2 3',
  violet: '8 3 2 3',
};
