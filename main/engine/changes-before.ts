import { ModelCatalog } from '../tracking/model-catalog.ts';
import type { Alert } from '../../shared/rpc/engine-contract.ts';
import type { LoopRecords } from '../store/loop-records.ts';
import type { Engine } from './engine.ts';

const lookBackMs = 14 * 86_400_000;
const maxChanges = 5;

/** Version 0 of the tags stands for the model itself. */
export const ofWholeModel = 0;

/** Owner of a registered model, and what changed in its graph before now: the context of an alert. */
export async function alertContext(
  engine: Engine,
  loops: LoopRecords,
  { graphId, model }: { graphId: string; model: string },
): Promise<Required<Pick<Alert['explanation'], 'before' | 'owner'>>> {
  const since = Date.now() - lookBackMs;
  const before = loops
    .list({ graphId, limit: 1_000 })
    .filter(({ type, timeMs }) => (type === 'promoted' || type === 'rolled-back') && timeMs >= since)
    .map(({ timeMs, text }) => ({ timeMs, text }));
  for (const run of engine.listRuns({ graphId, limit: 5 })) {
    if (run.startedMs < since) continue;
    before.push(...(await changesOf(engine, run.runId)));
  }
  for (const { graphId: of, number, location, nodeId, rowCount, firstReadMs } of engine.datasets.list()) {
    if (of !== graphId || number === 1 || firstReadMs < since) continue;
    const text = `Version ${number} of ${location} came in at step ${nodeId} (${rowCount} rows).`;
    before.push({ timeMs: firstReadMs, text });
  }
  const owner = new ModelCatalog(engine.database).tags(model, ofWholeModel)['owner'] ?? '';
  return { owner, before: before.toSorted((a, b) => b.timeMs - a.timeMs).slice(0, maxChanges) };
}

/** Steps that ran since something of theirs had changed; those that only follow from a changed input are left out. */
async function changesOf(engine: Engine, runId: string): Promise<{ timeMs: number; text: string }[]> {
  const found: { timeMs: number; text: string }[] = [];
  for await (const event of engine.runEvents(runId, 0, AbortSignal.timeout(1_000))) {
    if (event.type !== 'step.finished' || event.status !== 'executed' || event.reason === undefined) continue;
    if (/changed|→/.test(event.reason) && !/^input \S+ changed$/.test(event.reason)) {
      found.push({ timeMs: event.time, text: `Step ${event.id} ran again: ${event.reason}.` });
    }
  }
  return found;
}
