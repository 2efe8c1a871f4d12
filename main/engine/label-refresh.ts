import { AppError, toAppError } from '../../shared/errors/app-error.ts';
import type { PlanService } from '../../shared/plan/plan.ts';
import type { EndpointObserver } from '../monitoring/endpoint-observer.ts';
import { joinLabels } from '../monitoring/label-table.ts';
import type { Engine } from './engine.ts';
import { freshOutput } from './fresh-output.ts';
import { repeatUntilClosed } from './repeat-until-closed.ts';

interface LabelRefreshOptions {
  engine: Engine;
  document: unknown;
  baseDir: string;
  /** The step and port that give the table of labels. */
  source: PlanService['inputs'][string][number];
  keys: readonly string[];
  column: string;
  everyMs: number;
  observer: EndpointObserver;
  log(text: string): void;
}

/**
 * Makes the table of labels again and again, on its sources as they are then, and joins it with the requests. A table
 * that cannot be made, because it is not there yet or its server is away, is told once and tried again.
 */
export function startLabelRefresh(options: LabelRefreshOptions): { close(): void } {
  const { engine, document, baseDir, source, observer, log } = options;
  let lastProblem = '';

  async function tableDigest(signal: AbortSignal): Promise<string> {
    const made = await freshOutput(engine, { document, baseDir, ...source, source: 'labels', signal });
    if (made.digest !== undefined) return made.digest;
    throw new AppError(
      'data.query',
      `The labels of "${source.step}" could not be read: run ${made.runId} ${made.status}.`,
      {
        fix: 'Open the run to see which step failed and why.',
      },
    );
  }

  async function refresh(signal: AbortSignal): Promise<void> {
    await observer.refresh();
    const manifest = observer.source()?.manifest;
    if (observer.log === undefined || manifest == null) return;
    const artifact = await engine.store.open(await tableDigest(signal));
    if (artifact === undefined) return;
    const table = { path: artifact.path('data.parquet'), keys: options.keys, column: options.column };
    const count = await joinLabels(observer.log, manifest, table, signal);
    if (count > 0) log(`${count} requests have got their label from "${source.step}".`);
    lastProblem = '';
  }

  return repeatUntilClosed(refresh, {
    everyMs: options.everyMs,
    firstAfterMs: 0,
    onError(error) {
      const { message } = toAppError(error);
      if (message !== lastProblem) log(`Labels: ${message}`);
      lastProblem = message;
    },
  });
}
