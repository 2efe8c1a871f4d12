import type { Plan } from './plan.ts';

export interface StepSelection {
  /** Run up to this step: it and everything above it. */
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
  const all = plan.steps.map((step) => step.id);
  const known = new Set(all);
  const unknown = [selection.to, selection.from].filter((id) => id !== undefined).filter((id) => !known.has(id));
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
    plan.steps.map((step) => [
      step.id,
      Object.values(step.inputs)
        .flat()
        .map((input) => input.step),
    ]),
  );
}

function downstreamOf(plan: Plan): Map<string, string[]> {
  const below = new Map<string, string[]>(plan.steps.map((step) => [step.id, []]));
  for (const [id, above] of upstreamOf(plan)) for (const parent of above) below.get(parent)?.push(id);
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
