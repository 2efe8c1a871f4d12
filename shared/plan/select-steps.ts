import type { Plan } from './plan.ts';

export interface StepSelection {
  /** Run up to this step or service: it and everything above it. */
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
  const services = new Set(plan.services.map((service) => service.id));
  const unknown: string[] = [];
  if (selection.to !== undefined && !known.has(selection.to) && !services.has(selection.to)) unknown.push(selection.to);
  if (selection.from !== undefined && !known.has(selection.from)) unknown.push(selection.from);
  const above = (id: string) => closure([id], upstreamOf(plan));
  const below = (id: string) => closure([id], downstreamOf(plan));

  let targets = known;
  if (selection.to !== undefined) targets = common(targets, above(selection.to));
  if (selection.from !== undefined) targets = common(targets, below(selection.from));
  const selected = common(closure([...targets], upstreamOf(plan)), known);
  return { selected, forced: selection.force === true ? targets : new Set(), unknown };
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
