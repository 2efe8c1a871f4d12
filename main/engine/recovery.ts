import type { RunEvent, RunFinished, StepResult } from '../../shared/events/run-events.ts';
import type { RunSummary } from '../../shared/rpc/engine-contract.ts';
import { isAlive } from '../compute/paths/process-identity.ts';
import type { RunRecords } from '../store/run-records.ts';

/**
 * Closes the runs whose engine is gone: they become `interrupted`, and their logs end. Their finished steps stay in the
 * store, so a new run goes on from there.
 */
export function recoverRuns(records: RunRecords): string[] {
  const recovered: string[] = [];
  for (const { runId, owner } of records.open()) {
    if (isAlive(owner)) continue;
    const events = records.events(runId, 0).map(({ event }) => JSON.parse(event) as RunEvent);
    const last = events.at(-1);
    const finished = last?.type === 'run.finished' ? last : interruptedEnd(runId, events);
    if (finished !== last) records.append(runId, [{ seq: finished.seq, event: JSON.stringify(finished) }], false);
    records.finish(
      runId,
      last?.type === 'run.finished' ? last.status : 'interrupted',
      countSteps(finished.steps),
      last?.time ?? Date.now(),
    );
    recovered.push(runId);
  }
  return recovered;
}

export function countSteps(steps: readonly StepResult[]): RunSummary['steps'] {
  const counts = { executed: 0, cached: 0, failed: 0, skipped: 0, cancelled: 0 };
  for (const { status } of steps) counts[status]++;
  return counts;
}

function interruptedEnd(runId: string, events: readonly RunEvent[]): RunFinished {
  const started = events.find((event) => event.type === 'run.started');
  const ended = new Map(
    events.flatMap((event) => (event.type === 'step.finished' ? [[event.id, event] as const] : [])),
  );
  const outputs: RunFinished['outputs'] = {};
  const steps = (started?.steps ?? []).map(({ id, kind }): StepResult => {
    const event = ended.get(id);
    if (event === undefined) {
      return { id, kind, status: 'cancelled', key: '', durationMs: 0, reason: 'the engine stopped before it was done' };
    }
    for (const [port, ref] of Object.entries(event.outputs)) outputs[`${id}.${port}`] = ref;
    const { status, key, durationMs, reason } = event;
    return { id, kind, status, key, durationMs, ...(reason === undefined ? {} : { reason }) };
  });
  const last = events.at(-1);
  return {
    type: 'run.finished',
    runId,
    seq: (last?.seq ?? 0) + 1,
    time: last?.time ?? Date.now(),
    status: 'failed',
    steps,
    outputs,
    metrics: {},
  };
}
