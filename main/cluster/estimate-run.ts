import { shareCount } from '../../shared/plan/fan-out.ts';
import { itemShares, itemSteps } from '../../shared/plan/item-steps.ts';
import type { PlanStep } from '../../shared/plan/plan.ts';
import type { RunEstimate } from '../../shared/rpc/cluster-schemas.ts';
import type { ExportContext } from './export-context.ts';
import { stepResources } from './step-resources.ts';

/** From a pod's creation to its first command, image already there: measured on small clusters. */
const podStartSeconds = 10;
/** From one container of a pod to the next, with the engine's own start. */
const nextContainerSeconds = 2;

/** What is known of a step before it runs: `seconds` as it took here, null where nobody knows. */
export interface StepTime {
  hit: boolean;
  seconds: number | null;
}

/**
 * What a run of the batch part would take here and there. Jobs run the steps in order in one pod, which keeps what its largest
 * step asks for; Argo and Ray run independent steps side by side. Steps that are up to date take a pod's start.
 */
export function estimateRun(context: ExportContext, target: string, times: ReadonlyMap<string, StepTime>): RunEstimate {
  const { steps } = context.plan;
  const secondsOf = ({ id }: PlanStep) => (times.get(id)?.hit === true ? 0 : (times.get(id)?.seconds ?? 0));
  const isJob = target.startsWith('kubernetes') || target.startsWith('kserve');
  // Where every step has a pod, the graph alone says what is side by side.
  const podsOfItems = new Map(
    (isJob ? itemSteps(steps) : []).flatMap((map) =>
      map.items.flat().map((step) => [step.id, itemShares(map, context.mostPods)]),
    ),
  );
  const needs = steps.map((step) => {
    const { cpu = '1', memory = '512Mi' } = stepResources(step, context).requests;
    const pods = Math.max(1, podsOfItems.get(step.id) ?? shareCount(step, context.definitionOf, context.mostPods));
    return { step, cpu: Number(cpu), memoryGib: Number.parseInt(memory, 10) / 1024, seconds: secondsOf(step), pods };
  });
  const localSeconds = needs.reduce((sum, { seconds }) => sum + seconds, 0);
  const unknownSteps = steps.filter(
    ({ id }) => times.get(id)?.hit !== true && (times.get(id)?.seconds ?? null) === null,
  ).length;
  if (steps.length === 0) return { localSeconds, clusterSeconds: 0, coreHours: 0, memoryGibHours: 0, unknownSteps };
  // Trials, folds and items side by side; what follows them is small.
  const there = needs.map((need) => ({ ...need, seconds: need.seconds / need.pods }));
  if (isJob) {
    const clusterSeconds =
      podStartSeconds + there.reduce((sum, { seconds }) => sum + seconds, nextContainerSeconds * (steps.length - 1));
    const largest = (of: (need: (typeof there)[number]) => number) => Math.max(...there.map(of));
    const shares = there.filter(({ pods }) => pods > 1);
    const extra = (of: (need: (typeof there)[number]) => number) =>
      shares.reduce((sum, need) => sum + of(need) * need.seconds * need.pods, 0);
    return {
      localSeconds,
      clusterSeconds,
      coreHours: (largest(({ cpu }) => cpu) * clusterSeconds + extra(({ cpu }) => cpu)) / 3600,
      memoryGibHours:
        (largest(({ memoryGib }) => memoryGib) * clusterSeconds + extra(({ memoryGib }) => memoryGib)) / 3600,
      unknownSteps,
    };
  }
  const ends = new Map<string, number>();
  for (const { step, seconds } of there) {
    const after = Object.values(step.inputs).flatMap((inputs) => inputs.map((input) => ends.get(input.step) ?? 0));
    ends.set(step.id, Math.max(0, ...after) + podStartSeconds + seconds);
  }
  const total = (of: (need: (typeof there)[number]) => number) =>
    there.reduce((sum, need) => sum + of(need) * need.pods * (podStartSeconds + need.seconds), 0) / 3600;
  return {
    localSeconds,
    clusterSeconds: Math.max(...ends.values()),
    coreHours: total(({ cpu }) => cpu),
    memoryGibHours: total(({ memoryGib }) => memoryGib),
    unknownSteps,
  };
}
