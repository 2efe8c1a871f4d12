import { AppError } from '../../shared/errors/app-error.ts';
import type { PlanStep } from '../../shared/plan/plan.ts';
import type { ArtifactStore, StepRecord } from '../store/artifact-store.ts';
import type { DatasetVersions } from '../store/dataset-versions.ts';
import type { Pins } from '../store/pins.ts';
import type { StepHistory } from '../store/step-history.ts';

export interface PinContext {
  store: ArtifactStore;
  history: StepHistory;
  pins: Pins;
  datasets: DatasetVersions;
}

/** Earlier results of a node that are looked at for one that is still stored. */
const resultsTried = 10;

/**
 * The result that a pinned step keeps: the version of a source it names, else the one it has kept, else its last one.
 * Undefined for a step that is not pinned, or has no result yet. Throws `artifact.not-found` for a version that is gone.
 */
export async function pinnedResult(
  graphId: string,
  step: PlanStep,
  context: PinContext,
): Promise<StepRecord | undefined> {
  const { pinned } = step;
  if (pinned === undefined) return undefined;
  if (typeof pinned === 'string') return pinnedVersion(step, pinned, context);
  const kept = context.pins.get(graphId, step.id);
  const recent = context.history.recent(graphId, step.id, resultsTried).filter(({ kind }) => kind === step.kind);
  for (const key of [...(kept === undefined ? [] : [kept]), ...recent.map((entry) => entry.key)]) {
    const record = await context.store.getStep(key);
    if (record !== undefined && record.parts.kind === step.kind) return record;
  }
  return undefined;
}

async function pinnedVersion(step: PlanStep, digest: string, { datasets, store }: PinContext): Promise<StepRecord> {
  const versions = datasets.byDigest(digest).filter(({ kind }) => kind === step.kind);
  for (const { key } of versions) {
    const record = await store.getStep(key);
    if (record !== undefined) return record;
  }
  throw new AppError(
    'artifact.not-found',
    `"${step.id}" is pinned to version ${digest.slice(0, 12)} of its data, which is no longer stored.`,
    { nodeId: step.id, fix: 'Choose another version under Data, or unpin the node.' },
  );
}
