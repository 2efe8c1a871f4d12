import type { ArtifactStore } from '../store/artifact-store.ts';
import { copyStep } from '../store/copy-step.ts';
import type { Engine, SelectionOptions } from './engine.ts';

/**
 * Brings the results of steps, by their keys, from the store of a run elsewhere, and starts a run over them, which has nothing
 * left to do: it keeps history, metrics and registry. Returns its id; undefined where a result is missing there or is not
 * what the graph would give here: what came stays as results of their own. Throws as `copyStep` and `startRun`.
 */
export async function adoptResults(
  engine: Engine,
  remote: ArtifactStore,
  keys: readonly string[],
  graph: SelectionOptions & { document: unknown; baseDir: string },
): Promise<string | undefined> {
  let complete = keys.length > 0;
  for (const key of keys) complete = key !== '' && (await copyStep(key, remote, engine.store)) && complete;
  if (!complete) return undefined;
  const { document, ...options } = graph;
  const planned = await engine.planStates(document, options);
  if (planned.steps.some(({ hit }) => !hit)) return undefined;
  const { runId } = await engine.startRun({ ...graph, source: 'cluster' });
  return runId;
}
