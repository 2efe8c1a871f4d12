import type { WireError } from '../../shared/errors/app-error.ts';
import type { Progress } from '../../shared/events/run-events.ts';
import type { Diagnostic } from '../../shared/graph/diagnostic.ts';
import type { StepState } from '../../shared/plan/plan.ts';
import type { EndpointView } from '../state/endpoint-store.ts';
import type { StepRun } from '../state/run-view.ts';
import { capitalized, formatCount, formatDuration, formatFixed, formatPercent } from '../ui/format.ts';
import type { StatusName } from '../ui/status-line.tsx';
import { t } from './text.ts';
import { engineText } from '../translation/engine-text.ts';

export interface NodeStatusInput {
  /** Long-lived kinds (endpoint, monitor) have no step; they are opened. */
  service: 'endpoint' | 'monitor' | undefined;
  pinned: boolean;
  step: StepState | undefined;
  run: StepRun | undefined;
  runActive: boolean;
  /** The node is as it was when this window started the run. */
  unchangedSinceRun: boolean;
  runId: string | undefined;
  /** Position among the steps that will run, from 1, and their number. */
  place: { at: number; of: number } | undefined;
  problems: readonly Diagnostic[];
  endpoint: EndpointView | undefined;
  /** Title of the nearest node above that failed in the last run. */
  failedAbove: string | undefined;
  /** Title of the nearest node above that has a problem, for a node that is in no plan. */
  invalidAbove: string | undefined;
}

export interface NodeStatus {
  status: StatusName;
  /** The state in words. */
  word: string;
  /** Right-aligned figure. */
  aside?: string | undefined;
  /** Share done, 0 … 1, while running. */
  level?: number | undefined;
  /** Why, one sentence or clause; goes into the body and the accessible name. */
  cause?: string | undefined;
  /** Fills the drawer under a failed node. */
  error?: WireError | undefined;
}

/** A step's unit of work in the language of the app; one without a translation stays as the step says it. */
function unitWord(unit: string): string {
  const known: Readonly<Record<string, string>> = t.units;
  return known[unit] ?? unit;
}

/** `1.9 of 3.0 M rows`, `98 of 519 k rows`, `Tree 62 of 100`, `70 %`. */
export function progressWord(progress: Progress): string {
  const { done, total, unit } = progress;
  if (progress.message !== undefined && total <= 1) return engineText(progress.message);
  if (unit === '%') return formatPercent(done / Math.max(1, total));
  const one = unit.endsWith('s') ? unit.slice(0, -1) : unit;
  if (total >= 1_000_000) {
    return t.ofMillion(formatFixed(done / 1e6, 1), formatFixed(total / 1e6, 1), unitWord(unit));
  }
  if (total >= 10_000) return t.ofThousand(Math.round(done / 1000), Math.round(total / 1000), unitWord(unit));
  return t.oneOf(capitalized(unitWord(one)), formatCount(done), formatCount(total));
}

/** Time left by the pace so far, from 3 s of work on; undefined before. Times in ms on one clock. */
export function timeLeft(
  progress: Progress | undefined,
  startedMs: number | undefined,
  nowMs: number | undefined,
): string | undefined {
  if (!progress || startedMs === undefined || nowMs === undefined || progress.done <= 0 || progress.total <= 0)
    return undefined;
  const elapsed = nowMs - startedMs;
  const share = progress.done / progress.total;
  if (elapsed < 3000 || share < 0.03 || share >= 1) return undefined;
  return formatDuration(Math.max(1000, (elapsed / share) * (1 - share)));
}

/** `run 7f3a`: enough of a run id to tell runs apart. */
export function runWord(runId: string): string {
  const tail = /^\d+$/.test(runId) ? runId : runId.slice(-4);
  return t.run(tail);
}

/** Whether a failure still speaks about a node: nothing that enters its key has changed since. */
export function stillFailed(
  run: StepRun | undefined,
  step: StepState | undefined,
  unchangedSinceRun: boolean,
): boolean {
  if (run?.state !== 'failed' || step?.hit) return false;
  return step?.key && run.key ? step.key === run.key : unchangedSinceRun;
}

function failedStatus(input: NodeStatusInput): NodeStatus | undefined {
  const { run, step } = input;
  if (!stillFailed(run, step, input.unchangedSinceRun)) return undefined;
  return {
    status: 'failed',
    word: t.failed,
    aside: input.runId === undefined ? undefined : runWord(input.runId),
    cause: run?.error && engineText(run.error.message),
    error: run?.error,
  };
}

function serviceStatus(input: NodeStatusInput): NodeStatus {
  const { endpoint } = input;
  const noun = input.service === 'endpoint' ? t.live : t.watching;
  if (endpoint?.state === 'live') {
    const model = endpoint.model;
    return { status: 'live', word: noun, aside: model === null ? undefined : `v${model.version}` };
  }
  if (endpoint?.state === 'starting') return { status: 'running', word: t.starting, level: 0.5 };
  if (endpoint?.state === 'failed') {
    return {
      status: 'failed',
      word: t.failed,
      cause: endpoint.error ? engineText(endpoint.error.message) : undefined,
      ...(input.service === 'endpoint' && endpoint.error ? { error: endpoint.error } : {}),
    };
  }
  if (input.service === 'monitor') return { status: 'never', word: t.noEndpointYet };
  return { status: 'never', word: endpoint?.state === 'stopped' ? t.stopped : t.notStarted };
}

/** What a node shows; the stronger state wins: failed > running > queued > stale > pinned > cached > fresh. */
export function nodeStatus(input: NodeStatusInput): NodeStatus {
  const { step, run } = input;
  const problem = input.problems.find((diagnostic) => diagnostic.severity === 'error');

  if (input.runActive && run?.state === 'running') {
    const { progress } = run;
    const word = progress ? progressWord(progress) : t.running;
    const left = timeLeft(progress, run.startedMs, run.progressMs);
    return {
      status: 'running',
      word,
      aside: left === undefined || word.length > 13 ? left : t.left(left),
      level: progress && progress.total > 0 ? Math.min(1, progress.done / progress.total) : 0.04,
    };
  }
  const failed = failedStatus(input);
  if (failed) return failed;
  if (input.runActive && run?.state === 'queued') return { status: 'queued', word: t.queued, aside: placeWord(input) };
  if (input.runActive && run?.state === 'executed') {
    return {
      status: 'fresh',
      word: t.fresh,
      aside: run.durationMs === undefined ? undefined : formatDuration(run.durationMs),
    };
  }
  if (input.runActive && run?.state === 'cached') return { status: 'cached', word: t.cached };
  if (problem) return { status: 'stale', word: t.needsAttention, cause: engineText(problem.message) };
  if (input.service) return serviceStatus(input);
  if (run?.state === 'skipped' && !step?.hit && input.failedAbove !== undefined) {
    return { status: 'blocked', word: t.waitsFor(input.failedAbove) };
  }
  if (!step && input.invalidAbove !== undefined) return { status: 'blocked', word: t.waitsFor(input.invalidAbove) };
  if (!step) return { status: 'never', word: t.notRunYet };
  if (step.hit) return hitStatus(input, step);
  const aside = placeWord(input);
  if (step.ranBefore) return { status: 'stale', word: t.stale, aside, cause: step.reasons.join('; ') };
  return { status: 'never', word: run?.state === 'cancelled' ? t.stopped : t.notRunYet, aside };
}

function placeWord({ place }: NodeStatusInput): string | undefined {
  return place ? t.of(place.at, place.of) : undefined;
}

function hitStatus(input: NodeStatusInput, step: StepState): NodeStatus {
  const from = step.fromRun === undefined ? undefined : runWord(step.fromRun);
  if (input.pinned) return { status: 'pinned', word: t.pinned, aside: from };
  const ownRun = input.run?.state === 'executed' && (step.fromRun === undefined || step.fromRun === input.runId);
  if (ownRun) {
    const durationMs = input.run?.durationMs ?? step.durationMs;
    return { status: 'fresh', word: t.fresh, aside: durationMs === undefined ? undefined : formatDuration(durationMs) };
  }
  return { status: 'cached', word: t.cached, aside: from };
}
