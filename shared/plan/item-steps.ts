import { defaultPods } from './fan-out.ts';
import type { PlanStep } from './plan.ts';

/** Items of a map: parts of the plan that are alike and need nothing of each other. */
export interface ItemSteps {
  /** Ids from the outermost group's node down to the map's, with `/` between. */
  id: string;
  /** Steps of each item, in plan order. */
  items: readonly (readonly PlanStep[])[];
  /** All they need from elsewhere is there once the steps before this one have run. */
  startBefore: string;
}

/** Children of a map's path that are no items: a partition belongs to the item after it. */
const partitions = 'partition';
const collected = 'collect';

/**
 * The outermost maps of a plan by their steps: below one node, at least two parts with the same nodes, none of which needs a
 * result of another. What is inside an item belongs to it, maps too.
 */
export function itemSteps(steps: readonly PlanStep[]): ItemSteps[] {
  const find = (prefix: readonly string[], below: readonly PlanStep[]): ItemSteps[] => {
    const depth = prefix.length;
    const inside = depth === 0 ? undefined : itemsBelow(prefix, below, steps);
    if (inside !== undefined) return [inside];
    const children = Map.groupBy(
      below.filter(({ path = [] }) => path.length > depth + 1),
      ({ path = [] }) => path[depth] as string,
    );
    return [...children].flatMap(([child, members]) => find([...prefix, child], members));
  };
  return find([], steps);
}

/** By how many machines the items are done; 0 where one does them all. */
export function itemShares({ items }: ItemSteps, mostPods: number = defaultPods): number {
  const shares = Math.min(items.length, mostPods);
  return shares > 1 ? shares : 0;
}

function itemsBelow(
  prefix: readonly string[],
  below: readonly PlanStep[],
  steps: readonly PlanStep[],
): ItemSteps | undefined {
  const depth = prefix.length;
  const itemOf = ({ path = [] }: PlanStep): string => {
    const [child = '', item] = path.slice(depth);
    if (item === undefined || child === collected) return '';
    return child === partitions ? item : child;
  };
  const byItem = Map.groupBy(below, itemOf);
  byItem.delete('');
  const items = [...byItem.values()];
  const [first] = items;
  if (first === undefined || items.length < 2) return undefined;
  const shapes = items.map((item) => shapeOf(item, depth));
  if (shapes.some((shape) => shape !== shapes[0])) return undefined;
  const owner = new Map([...byItem].flatMap(([item, members]) => members.map(({ id }) => [id, item] as const)));
  /** Steps beside the items that need one of them, however far above. */
  const after = new Set<string>();
  let ready = -1;
  const upstreamOf = ({ inputs }: PlanStep) => Object.values(inputs).flatMap((refs) => refs.map((ref) => ref.step));
  const at = new Map(steps.map(({ id }, index) => [id, index]));
  for (const step of steps) {
    const own = owner.get(step.id);
    for (const from of upstreamOf(step)) {
      const item = owner.get(from);
      if (own === undefined) {
        if (item !== undefined || after.has(from)) after.add(step.id);
      } else if (item === undefined) {
        if (after.has(from)) return undefined;
        ready = Math.max(ready, at.get(from) ?? -1);
      } else if (item !== own) return undefined;
    }
  }
  const startBefore = steps.find(({ id }, index) => owner.has(id) && index > ready)?.id;
  return startBefore === undefined ? undefined : { id: prefix.join('/'), items, startBefore };
}

function shapeOf(item: readonly PlanStep[], depth: number): string {
  return item
    .map(({ kind, path = [] }) => `${kind} ${path[depth] === partitions ? '' : path.slice(depth + 1).join('/')}`)
    .toSorted()
    .join('\n');
}
