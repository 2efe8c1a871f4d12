import type { InputStats } from '../../shared/node/define-node.ts';
import type { KeyParts, PlanStep } from '../../shared/plan/plan.ts';
import type { ArtifactStore } from '../store/artifact-store.ts';
import type { StepHistory } from '../store/step-history.ts';
import type { Kinds } from './kinds.ts';
import { machineMemoryBytes } from './machine-memory.ts';

export interface StepEstimate {
  /** Threads the step can use; undefined when its kind does not say. */
  cpu: number | undefined;
  seconds: number | null;
  memoryBytes: number | null;
}

/** The memory of the machine that steps may fill together, in bytes. */
export function memoryForSteps(): number {
  return Math.floor(machineMemoryBytes() * 0.8);
}

/** What a step will need: as its node says, else as measured the last time it ran, else as its kind estimates from its inputs. */
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
    cpu: step.resources?.cpu ?? declared?.cpu,
    seconds: seconds ?? null,
    memoryBytes: step.resources?.memoryBytes ?? measured ?? declared?.memoryBytes ?? null,
  };
}

/** Size of a node's results the last time, in bytes; null when there are none, or some are no longer stored. */
export async function lastOutputBytes(
  graphId: string,
  step: PlanStep,
  context: { store: ArtifactStore; history: StepHistory },
): Promise<number | null> {
  const last = context.history.recent(graphId, step.id, 1)[0];
  if (last?.kind !== step.kind) return null;
  let bytes = 0;
  for (const { digest } of Object.values(last.outputs)) {
    const manifest = await context.store.get(digest);
    if (manifest === undefined) return null;
    for (const { sizeBytes } of manifest.files) bytes += sizeBytes;
  }
  return bytes;
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
