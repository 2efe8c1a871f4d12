import { innerStepId } from '../graph/group-ids.ts';
import type { Plan, PlanStep } from './plan.ts';

export interface StepSelection {
  /** Run up to this step or service: it and everything above it. A group's node stands for all its steps. */
  to?: string | undefined;
  /** Run from this step on: it and everything below it, plus what these need from above. */
  from?: string | undefined;
  /** Run the selected steps even when their results are known; what they need from above is still reused. */
  force?: boolean | undefined;
}

export interface SelectedSteps {
  selected: Set<string>;
  forced: Set<string>;
  /** Names in `to` or `from` that are no step of the plan. */
  unknown: string[];
}

export function selectSteps(plan: Plan, selection: StepSelection): SelectedSteps {
  const known = new Set(plan.steps.map((step) => step.id));
  const to = selection.to === undefined ? undefined : namedSteps([...plan.steps, ...plan.services], selection.to);
  const from = selection.from === undefined ? undefined : namedSteps(plan.steps, selection.from);
  const unknown: string[] = [];
  if (selection.to !== undefined && to?.length === 0) unknown.push(selection.to);
  if (selection.from !== undefined && from?.length === 0) unknown.push(selection.from);

  let targets = known;
  if (to !== undefined) targets = common(targets, closure(to, upstreamOf(plan)));
  if (from !== undefined) targets = common(targets, closure(from, downstreamOf(plan)));
  const selected = common(closure([...targets], upstreamOf(plan)), known);
  return { selected, forced: selection.force === true ? targets : new Set(), unknown };
}

/** The step of that id, or every step inside the group's node of that id, however deep. */
function namedSteps(steps: readonly PlanStep[], id: string): string[] {
  const inside = (path: readonly string[] | undefined) =>
    path?.some((_id, at) => at < path.length - 1 && innerStepId(path.slice(0, at + 1), () => false) === id) === true;
  return steps.filter((step) => step.id === id || inside(step.path)).map((step) => step.id);
}

function upstreamOf(plan: Plan): Map<string, string[]> {
  return new Map(
    [...plan.steps, ...plan.services].map((step) => [
      step.id,
      Object.values(step.inputs)
        .flat()
        .map((input) => input.step),
    ]),
  );
}

function downstreamOf(plan: Plan): Map<string, string[]> {
  const upstream = upstreamOf(plan);
  const below = new Map<string, string[]>([...upstream.keys()].map((id) => [id, []]));
  for (const [id, above] of upstream) for (const parent of above) below.get(parent)?.push(id);
  return below;
}

function closure(start: readonly string[], next: ReadonlyMap<string, readonly string[]>): Set<string> {
  const found = new Set(start);
  const queue = [...start];
  for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
    for (const neighbour of next.get(id) ?? []) {
      if (found.has(neighbour)) continue;
      found.add(neighbour);
      queue.push(neighbour);
    }
  }
  return found;
}

function common(a: ReadonlySet<string>, b: ReadonlySet<string>): Set<string> {
  return new Set([...a].filter((id) => b.has(id)));
}
