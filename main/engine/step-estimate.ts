import { type InputStats, type NodeDefinition, runsOnDevice } from '../../shared/node/define-node.ts';
import type { KeyParts, PlanStep } from '../../shared/plan/plan.ts';
import type { ArtifactStore } from '../store/artifact-store.ts';
import type { StepHistory } from '../store/step-history.ts';
import type { Gpus } from './gpus.ts';
import type { Kinds } from './kinds.ts';
import { machineMemoryBytes } from './machine-memory.ts';

export interface StepEstimate {
  /** Threads the step can use; undefined when its kind does not say. */
  cpu: number | undefined;
  seconds: number | null;
  memoryBytes: number | null;
  /** Graphics processors it has to itself while it runs. */
  gpus: number;
}

/** What a plan and a run estimate steps with. */
export interface EstimateContext {
  store: ArtifactStore;
  history: StepHistory;
  kinds: Kinds;
  gpus: Gpus;
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
  context: EstimateContext,
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
    gpus: await gpusOf(step, definition, context.gpus),
  };
}

/**
 * As many as the node asks for; else one where its maths runs on a device and may run on a graphics processor. With
 * device auto it measures what is there, so it has one to itself where there is one.
 */
async function gpusOf(step: PlanStep, definition: NodeDefinition | undefined, gpus: Gpus): Promise<number> {
  const asked = step.resources?.gpu?.count;
  if (asked !== undefined) return asked;
  if (definition === undefined || !runsOnDevice(definition, step.params) || step.device === 'cpu') return 0;
  if (step.device !== undefined && step.device !== 'auto') return 1;
  if (definition.usesDevice === 'named') return 0;
  return Math.min(1, await gpus.count());
}

/** `2 graphics processors; 1 works on this machine` */
export function missingGpusText({ needed, available }: { needed: number; available: number }): string {
  const asked = needed === 1 ? 'a graphics processor' : `${needed} graphics processors`;
  return `${asked}; ${available === 0 ? 'none' : available} ${available <= 1 ? 'works' : 'work'} on this machine`;
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
