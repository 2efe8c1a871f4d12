import type { ReadinessItem } from '../../shared/readiness/readiness.ts';

const states: readonly ReadinessItem['state'][] = ['missing', 'stale', 'met', 'waived'];

/** Items by what is to be done first; those that are `held` by id keep their order, and what is new stands below them. Pure. */
export function orderItems<T extends Pick<ReadinessItem, 'id' | 'state'>>(
  items: readonly T[],
  held: readonly string[] = [],
): T[] {
  const place = ({ id }: T) => (held.includes(id) ? held.indexOf(id) : held.length);
  return items.toSorted((a, b) => place(a) - place(b) || states.indexOf(a.state) - states.indexOf(b.state));
}
