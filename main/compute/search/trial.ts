import type { ParamValues } from './space.ts';

export type Direction = 'minimize' | 'maximize';

/** One try of a search; plain data, so that a list of them resumes it. */
export interface Trial {
  /** 0, 1, 2 … in the order they were asked for. */
  number: number;
  params: ParamValues;
  state: 'running' | 'complete' | 'pruned' | 'failed';
  /** Of a complete trial; of a pruned one its last report. */
  value?: number;
  /** How far a complete trial breaks constraints, > 0; absent where it keeps them. */
  violation?: number;
  /** Reported while it ran, by ascending step. */
  reports: { step: number; value: number }[];
}

/** Values as the search minimises them. */
export function toLoss(value: number, direction: Direction): number {
  return direction === 'minimize' ? value : -value;
}

/** Whether complete trial `a` is to be preferred: one that breaks constraints less, then one of less loss. */
export function isPreferred(a: Trial, b: Trial, direction: Direction): boolean {
  const [own, other] = [a.violation ?? 0, b.violation ?? 0];
  if (own !== other) return own < other;
  return toLoss(a.value as number, direction) < toLoss(b.value as number, direction);
}
