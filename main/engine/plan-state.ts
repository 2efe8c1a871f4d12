import { type AppError, toAppError } from '../../shared/errors/app-error.ts';
import { explainChange } from '../../shared/plan/explain.ts';
import type { KeyParts, Plan, PlanStep, StepState } from '../../shared/plan/plan.ts';
import { stepKey } from '../../shared/plan/step-key.ts';
import type { StepRecord } from '../store/artifact-store.ts';
import type { StepHistory } from '../store/step-history.ts';
import { notLookedAt } from './analyze.ts';
import { type PinContext, pinnedResult } from './pinned-result.ts';
import { type EstimateContext, estimateStep, lastOutputBytes, memoryForSteps } from './step-estimate.ts';
import { type StepKeys, withInputs } from './step-keys.ts';
import { type ResolvedOutput, resolveInputs, resolveOutputs, toOutputRefs } from './step-outputs.ts';

export interface PlanStateContext extends PinContext, EstimateContext {
  keys: StepKeys;
  baseDir: string;
  signal: AbortSignal;
  /** Steps whose source is not asked whether it has changed. */
  unseen?: ReadonlySet<string> | undefined;
}

export interface PlanStates {
  steps: StepState[];
  /** Steps whose external source cannot be read. */
  problems: AppError[];
}

/**
 * Hit or miss of every selected step, and why, without running anything: keys are known top-down as long as what is
 * above is a hit.
 */
export async function readPlanStates(
  plan: Plan,
  selected: ReadonlySet<string>,
  forced: ReadonlySet<string>,
  context: PlanStateContext,
): Promise<PlanStates> {
  const outputs = new Map<string, Record<string, ResolvedOutput>>();
  const states: StepState[] = [];
  const problems: AppError[] = [];
  const steps = plan.steps.filter((step) => selected.has(step.id));
  const own = await Promise.all(
    steps.map(async (step) => {
      if (context.unseen?.has(step.id) === true) return notLookedAt(step.id);
      try {
        return await context.keys.ownParts(step, context.baseDir, context.signal);
      } catch (error) {
        context.signal.throwIfAborted();
        return toAppError(error);
      }
    }),
  );
  for (const [at, step] of steps.entries()) {
    const parts = own[at];
    if (parts === undefined) continue;
    const kept = await pinnedResult(plan.graph.id, step, context).catch(toAppError);
    if (kept instanceof Error) {
      problems.push(kept);
      states.push(unreadableState(plan, step, kept, context));
      continue;
    }
    if (kept !== undefined) {
      // From now on it is not collected, even before the next run.
      context.pins.set(plan.graph.id, step.id, kept.key);
      const resolved = resolveOutputs(context.kinds, step, resolveInputs(step, (id) => outputs.get(id)) ?? {}, kept);
      outputs.set(step.id, resolved);
      states.push(pinnedState(plan, step, kept, parts, resolved, context));
      continue;
    }
    if (parts instanceof Error) {
      problems.push(parts);
      states.push(unreadableState(plan, step, parts, context));
      continue;
    }
    const inputs = resolveInputs(step, (id) => outputs.get(id));
    if (inputs === undefined) {
      states.push(await waitingState(plan, step, parts, states, context));
      continue;
    }
    const full = withInputs(parts, inputs);
    const key = stepKey(full);
    const record = forced.has(step.id) ? undefined : await context.store.getStep(key);
    if (record === undefined) {
      states.push(await missState(plan, step, key, full, forced.has(step.id), context));
      continue;
    }
    const resolved = resolveOutputs(context.kinds, step, inputs, record);
    outputs.set(step.id, resolved);
    states.push(hitState(plan, step, record, resolved, context));
  }
  return { steps: states, problems };
}

/** Why a step whose key gave no result has to run, compared with the earlier result of its node nearest to it. */
export function explainMiss(
  plan: Plan,
  step: PlanStep,
  parts: Omit<KeyParts, 'inputs'> & { inputs: KeyParts['inputs'] | undefined },
  history: StepHistory,
): { reasons: string[]; changed: string[]; ranBefore: boolean } {
  const recent = history.recent(plan.graph.id, step.id, 20);
  const changes = recent.map((entry) => explainChange(entry.parts, parts));
  // The last result, unless an older one differs in fewer parts.
  const nearest = changes.reduce<(typeof changes)[number] | undefined>(
    (best, change) => (best === undefined || change.reasons.length < best.reasons.length ? change : best),
    undefined,
  );
  if (nearest === undefined) return { reasons: ['never run'], changed: [], ranBefore: false };
  return { ...nearest, ranBefore: true };
}

/** What changed is said too: the kept result is not what a run would give. */
function pinnedState(
  plan: Plan,
  step: PlanStep,
  record: StepRecord,
  parts: Omit<KeyParts, 'inputs'> | AppError,
  outputs: Record<string, ResolvedOutput>,
  context: PlanStateContext,
): StepState {
  const since =
    parts instanceof Error
      ? [parts.message]
      : explainChange(record.parts, { ...parts, inputs: undefined }).reasons.map(
          (reason) => `without the pin: ${reason}`,
        );
  return {
    ...hitState(plan, step, record, outputs, context),
    pinned: true,
    reasons: ['pinned', ...since],
  };
}

function hitState(
  plan: Plan,
  step: PlanStep,
  record: StepRecord,
  outputs: Record<string, ResolvedOutput>,
  context: PlanStateContext,
): StepState {
  const known = context.history.get(plan.graph.id, step.id, record.key);
  return {
    ...placeOf(step),
    key: record.key,
    hit: true,
    reasons: [known === undefined ? 'the same work was done before' : 'up to date'],
    changed: [],
    ranBefore: true,
    estimate: { seconds: 0, memoryBytes: 0, outputBytes: 0 },
    outputs: toOutputRefs(outputs),
    fromRun: record.runId,
    durationMs: record.durationMs,
  };
}

async function missState(
  plan: Plan,
  step: PlanStep,
  key: string,
  parts: KeyParts,
  forced: boolean,
  context: PlanStateContext,
): Promise<StepState> {
  const why = explainMiss(plan, step, parts, context.history);
  const reasons = forced ? ['forced'] : why.reasons.length > 0 ? why.reasons : ['its result is missing or damaged'];
  return {
    ...(await baseState(plan, step, parts, context)),
    key,
    reasons,
    changed: why.changed,
    ranBefore: why.ranBefore,
  };
}

async function waitingState(
  plan: Plan,
  step: PlanStep,
  own: Omit<KeyParts, 'inputs'>,
  states: readonly StepState[],
  context: PlanStateContext,
): Promise<StepState> {
  const why = explainMiss(plan, step, { ...own, inputs: undefined }, context.history);
  const missing = new Set(states.filter((state) => !state.hit).map((state) => state.id));
  const above = [...new Set(Object.values(step.inputs).flatMap((sources) => sources.map((source) => source.step)))];
  const waits = above.filter((id) => missing.has(id)).map((id) => `waits for ${id}`);
  return {
    ...(await baseState(plan, step, undefined, context)),
    reasons: [...why.reasons, ...waits],
    changed: why.changed,
    ranBefore: why.ranBefore,
  };
}

function unreadableState(plan: Plan, step: PlanStep, error: AppError, context: PlanStateContext): StepState {
  return {
    ...placeOf(step),
    key: null,
    hit: false,
    reasons: [error.message],
    changed: [],
    ranBefore: context.history.recent(plan.graph.id, step.id, 1).length > 0,
    estimate: { seconds: null, memoryBytes: null, outputBytes: null },
    outputs: {},
  };
}

async function baseState(
  plan: Plan,
  step: PlanStep,
  parts: KeyParts | undefined,
  context: PlanStateContext,
): Promise<StepState> {
  const { seconds, memoryBytes, gpus } = await estimateStep(plan.graph.id, step, parts, context);
  const outputBytes = await lastOutputBytes(plan.graph.id, step, context);
  const availableBytes = memoryForSteps();
  const availableGpus = gpus === 0 ? 0 : await context.gpus.count();
  return {
    ...placeOf(step),
    key: null,
    hit: false,
    reasons: [],
    changed: [],
    ranBefore: false,
    estimate: { seconds, memoryBytes, outputBytes },
    ...(memoryBytes !== null && memoryBytes > availableBytes
      ? { willNotFit: { neededBytes: memoryBytes, availableBytes } }
      : {}),
    ...(gpus > availableGpus ? { missingGpus: { needed: gpus, available: availableGpus } } : {}),
    outputs: {},
  };
}

function placeOf({ id, kind, path }: PlanStep): Pick<StepState, 'id' | 'kind' | 'path'> {
  return { id, kind, ...(path === undefined ? {} : { path }) };
}
