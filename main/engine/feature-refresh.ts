import { AppError, toAppError } from '../../shared/errors/app-error.ts';
import type { JoinedView } from '../../shared/features/joined-view.ts';
import { bringOnline } from '../features/bring-online.ts';
import type { MaterializeResult } from '../features/materialize.ts';
import { viewOfArtifact } from '../features/view-of-artifact.ts';
import type { Engine } from './engine.ts';
import { freshOutput, type OutputOfStep } from './fresh-output.ts';
import { planOf } from './graph-endpoints.ts';
import { repeatUntilClosed } from './repeat-until-closed.ts';

interface RefreshOptions {
  engine: Engine;
  document: unknown;
  baseDir: string;
  log(text: string): void;
  signal?: AbortSignal;
}

/**
 * Runs what the feature views of a graph still need, on the sources as they are now, and brings what changed online.
 * Errors: `graph.invalid` for a graph without views, those of the run.
 */
export async function refreshFeatures(options: RefreshOptions): Promise<MaterializeResult[]> {
  const { engine, document, baseDir, log, signal } = options;
  const views = planOf(document)?.steps.filter(({ kind }) => kind === 'feature.view') ?? [];
  if (views.length === 0) {
    throw new AppError('graph.invalid', 'The graph has no feature view to bring online.', {
      fix: 'Add a Feature view node.',
    });
  }
  const made: JoinedView[] = [];
  for (const { id } of views) {
    const digest = await viewDigest(engine, { document, baseDir, step: id, signal });
    const artifact = await engine.store.open(digest);
    if (artifact !== undefined) made.push({ view: viewOfArtifact(artifact), digest, keyColumns: {}, columns: {} });
  }
  return bringOnline({
    joined: made,
    dataDir: engine.dataDir,
    artifacts: engine.store,
    log: (_level, text) => log(text),
    failOnError: true,
    ...(signal === undefined ? {} : { signal }),
  });
}

async function viewDigest(
  engine: Engine,
  of: Pick<OutputOfStep, 'document' | 'baseDir' | 'step' | 'signal'>,
): Promise<string> {
  const made = await freshOutput(engine, { ...of, port: 'view', source: 'features' });
  if (made.digest !== undefined) return made.digest;
  throw new AppError(
    'features.unavailable',
    `The view "${of.step}" could not be made: run ${made.runId} ${made.status}.`,
    {
      nodeId: of.step,
      fix: 'Open the run to see which step failed and why.',
    },
  );
}

/** Refreshes again and again, `everyMs` after the end of the time before. A failure is logged and tried again. */
export function startFeatureRefresh(options: RefreshOptions & { everyMs: number }): { close(): void } {
  const { everyMs, log } = options;
  return repeatUntilClosed(
    async (signal) => {
      await refreshFeatures({ ...options, signal });
    },
    {
      everyMs,
      firstAfterMs: everyMs,
      onError: (error) => log(`Refreshing features: ${toAppError(error).message}`),
    },
  );
}
