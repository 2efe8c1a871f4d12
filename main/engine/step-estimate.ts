import type { InputStats } from '../../shared/node/define-node.ts';
import type { KeyParts, PlanStep } from '../../shared/plan/plan.ts';
import type { ArtifactStore } from '../store/artifact-store.ts';
import type { StepHistory } from '../store/step-history.ts';
import type { Kinds } from './kinds.ts';

export interface StepEstimate {
  /** Threads the step can use; undefined when its kind does not say. */
  cpu: number | undefined;
  seconds: number | null;
  memoryBytes: number | null;
}

/** What a step will need: as measured the last time this node ran, else as its kind estimates from its inputs. */
export async function estimateStep(
  graphId: string,
  step: PlanStep,
  parts: KeyParts | undefined,
  context: { store: ArtifactStore; history: StepHistory; kinds: Kinds },
): Promise<StepEstimate> {
  const last = context.history.recent(graphId, step.id, 1)[0];
  const definition = context.kinds.definitionOf(step.kind);
  const declared =
    definition?.resources === undefined
      ? undefined
      : definition.resources(definition.params.parse(step.params), await inputStats(parts, context.store));
  const seconds = last === undefined || last.kind !== step.kind ? declared?.seconds : last.durationMs / 1000;
  const measured = last?.kind === step.kind ? last.peakMemoryBytes : null;
  return {
    cpu: declared?.cpu,
    seconds: seconds ?? null,
    memoryBytes: measured ?? declared?.memoryBytes ?? null,
  };
}

async function inputStats(parts: KeyParts | undefined, store: ArtifactStore): Promise<InputStats> {
  if (parts === undefined) return { rows: undefined, columns: undefined, bytes: undefined };
  let rows = 0;
  let columns = 0;
  let bytes = 0;
  for (const digest of Object.values(parts.inputs).flat()) {
    const manifest = await store.get(digest);
    rows = Math.max(rows, manifest?.rowCount ?? 0);
    columns += manifest?.schema?.columns.length ?? 0;
    bytes += manifest?.files.reduce((sum, file) => sum + file.sizeBytes, 0) ?? 0;
  }
  return { rows, columns, bytes };
}
