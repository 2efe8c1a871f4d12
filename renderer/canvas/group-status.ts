import type { useAnalysis } from '../state/analysis-store.ts';
import type { RunView } from '../state/run-view.ts';
import type { StatusName } from '../ui/status-line.tsx';
import type { NodeStatus } from './node-status.ts';
import { t } from './text.ts';
import { engineText } from '../translation/engine-text.ts';

type Analysis = ReturnType<typeof useAnalysis.getState>;

function startsWith(path: readonly string[] | undefined, start: readonly string[]): boolean {
  return path !== undefined && path.length > start.length && start.every((id, index) => path[index] === id);
}

/** What a node that holds others shows: the strongest of their states, and how many of them are settled. */
export function groupStatus(
  scope: readonly string[],
  nodeId: string,
  analysis: Analysis,
  run: RunView | undefined,
  runActive: boolean,
): NodeStatus {
  const start = [...scope, nodeId];
  const steps = analysis.order.flatMap((id) => {
    const step = analysis.steps[id];
    return step && startsWith(step.path, start) ? [{ id, step, state: run?.steps[id]?.state }] : [];
  });
  const problem = Object.values(analysis.byNode)
    .flat()
    .find(
      (diagnostic) =>
        diagnostic.severity === 'error' && (diagnostic.node === nodeId || startsWith(diagnostic.groupPath, start)),
    );
  const count = (test: (one: (typeof steps)[number]) => boolean) => steps.filter(test).length;
  const settled = count(({ step, state }) => step.hit || (runActive && (state === 'executed' || state === 'cached')));
  const aside = steps.length === 0 ? undefined : t.of(settled, steps.length);
  const say = (status: StatusName, word: string, more: Partial<NodeStatus> = {}): NodeStatus => ({
    status,
    word,
    aside,
    ...more,
  });
  const failed = steps.find(({ step, state }) => state === 'failed' && !step.hit);
  const error = failed && run?.steps[failed.id]?.error;
  if (failed) return say('failed', t.failed, { cause: error && engineText(error.message) });
  if (runActive && steps.some(({ state }) => state === 'running')) {
    return say('running', t.running, { level: Math.max(0.04, settled / Math.max(1, steps.length)) });
  }
  if (runActive && steps.some(({ state }) => state === 'queued')) return say('queued', t.queued);
  if (problem) return say('stale', t.needsAttention, { cause: engineText(problem.message) });
  if (steps.length === 0) return say('never', t.notRunYet);
  if (settled === steps.length) return say('fresh', t.fresh);
  if (steps.some(({ step }) => !step.hit && step.ranBefore)) return say('stale', t.stale);
  return say('never', t.notRunYet);
}
